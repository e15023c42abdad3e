package org.dmarcmilter.history;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What to do about the end of a history file before more is appended.
 *
 * <p>A process that is killed while it writes, or a machine that loses its power, can leave the beginning of a record. It is
 * cut off, not completed: the facts that are missing are not known any more, and made-up ones would be reported. Only
 * text that reads like the beginning of a record of ours is cut; anything else belongs to somebody else and stays, set
 * apart by a line feed.
 *
 * @param keep how many characters of the end stay
 * @param addLineFeed whether a line feed has to follow them
 */
record TornTail(int keep, boolean addLineFeed) {
    /** No record is longer, so the last this many characters of a file hold the beginning of an unfinished one. */
    static final int MAX_RECORD = 131_072;

    private static final Pattern LAST_LINE = Pattern.compile("(?:^|\\n)action [0-9]\\n");
    private static final Pattern WHOLE_BUT_LINE_FEED = Pattern.compile("(?s).*\\naction [0-9]");

    /**
     * Judges the end of a file.
     *
     * @param end the last {@link #MAX_RECORD} characters, or the whole file if it is shorter
     * @param wholeFile whether {@code end} is the whole file
     */
    static TornTail of(String end, boolean wholeFile) {
        int start = afterLastRecord(end);
        String tail = end.substring(Math.max(start, 0));
        if (tail.isEmpty()) {
            return new TornTail(end.length(), false);
        }
        boolean unfinished = (start >= 0 || wholeFile) && isBeginningOfRecord(tail);
        if (unfinished && !WHOLE_BUT_LINE_FEED.matcher(tail).matches()) {
            return new TornTail(Math.max(start, 0), false);
        }
        return new TornTail(end.length(), !tail.endsWith("\n"));
    }

    /** Whether the file is as it should be. */
    boolean isSound(String end) {
        return keep == end.length() && !addLineFeed;
    }

    private static int afterLastRecord(String end) {
        int after = -1;
        // From the back, so that the usual file, which ends well, is judged by one look.
        for (int at = end.lastIndexOf("action "); at >= 0; at = end.lastIndexOf("action ", at - 1)) {
            Matcher lastLine = LAST_LINE.matcher(end).region(Math.max(at - 1, 0), end.length());
            if (lastLine.lookingAt()) {
                after = lastLine.end();
                break;
            }
        }
        return after;
    }

    /** Whether the text could be what is left of one write of {@link HistoryFormat}: its keys, in its order. */
    private static boolean isBeginningOfRecord(String tail) {
        int key = 0;
        int lineStart = 0;
        for (int lineEnd = tail.indexOf('\n'); lineEnd >= 0; lineEnd = tail.indexOf('\n', lineStart)) {
            key = keyAt(tail.substring(lineStart, lineEnd), key);
            if (key < 0 || (lineStart == 0 && key != 0)) {
                return false;
            }
            lineStart = lineEnd + 1;
        }
        String cutLine = tail.substring(lineStart);
        if (lineStart == 0) {
            return cutLine.startsWith("job ") || "job ".startsWith(cutLine);
        }
        int from = key;
        return HistoryFormat.KEYS.stream()
                .skip(from)
                .map(name -> name + " ")
                .anyMatch(start -> start.startsWith(cutLine) || cutLine.startsWith(start));
    }

    /** The place of the line's key in the order, not before {@code from}; -1 if it has none. */
    private static int keyAt(String line, int from) {
        int space = line.indexOf(' ');
        int place = space < 0 ? -1 : HistoryFormat.KEYS.indexOf(line.substring(0, space));
        return place >= from ? place : -1;
    }
}
