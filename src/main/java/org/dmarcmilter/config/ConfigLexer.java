package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.text.Printable;

/**
 * Splits OpenDMARC's flat file into names and values: one {@code Name value} per line, {@code #} cuts a line anywhere,
 * no quoting, no continuation, no include.
 */
public final class ConfigLexer {
    private static final int MAX_QUOTED = 60;

    private ConfigLexer() {}

    /**
     * One line that says something, or what counts as one.
     *
     * @param place what an operator calls it: {@code line 3}, {@code -p}, or the name of a variable
     * @param number in the file, counted from 1; 0 for what does not stand in the file
     * @param value the rest of the line without surrounding white space, never empty
     */
    public record Line(String place, int number, String name, String value) {
        /** What does not stand in the file. */
        public Line(String place, Option option, String value) {
            this(place, 0, option.label(), value);
        }

        boolean isInFile() {
            return number > 0;
        }
    }

    /** Splits the text of a file. */
    public static List<Line> lines(String text) throws ConfigException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            int comment = raw.indexOf('#');
            // strip() also takes the carriage return of files written on Windows, which OpenDMARC stumbles over.
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            if (line.isEmpty()) {
                continue;
            }
            if (line.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
                throw ConfigException.at(
                        new Line("", number, "", line), "control character in " + printable(line) + "; remove it");
            }
            int end = 0;
            while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '\t') {
                end++;
            }
            String name = line.substring(0, end);
            String value = line.substring(end).strip();
            if (value.isEmpty()) {
                throw ConfigException.at(
                        new Line("", number, name, value),
                        "required value missing for " + printable(name) + "; write \"Name value\"");
            }
            lines.add(new Line("line " + number, number, name, value));
        }
        return lines;
    }

    /** For quoting foreign text in a message. */
    static String printable(String text) {
        return '"' + Printable.shortened(text, MAX_QUOTED) + '"';
    }
}
