package org.dmarcmilter.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the files that hold one entry a line: ignored hosts, sealers, owners that want no reports, test data. {@code #} begins a
 * comment anywhere, empty lines say nothing.
 */
public final class EntryList {
    private EntryList() {}

    /**
     * A line that says something.
     *
     * @param line its number, counted from 1
     * @param word its first word, which is the entry
     * @param rest what stands behind that, without white space around it; empty if nothing does
     * @param indented whether white space stands before the entry
     */
    public record Entry(int line, String word, String rest, boolean indented) {}

    /** The entries of a file's text, in order. */
    public static List<Entry> of(String text) {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            int comment = line.indexOf('#');
            String said = comment < 0 ? line : line.substring(0, comment);
            String entry = said.strip();
            if (!entry.isEmpty()) {
                int end = 0;
                while (end < entry.length() && !Character.isWhitespace(entry.charAt(end))) {
                    end++;
                }
                entries.add(new Entry(
                        number,
                        entry.substring(0, end),
                        entry.substring(end).strip(),
                        Character.isWhitespace(said.charAt(0))));
            }
        }
        return entries;
    }
}
