package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits OpenDMARC's flat file into names and values: one {@code Name value} per line, {@code #} cuts a line anywhere,
 * no quoting, no continuation, no include.
 */
public final class ConfigLexer {
    private ConfigLexer() {}

    /**
     * One line that says something.
     *
     * @param number counts from 1
     * @param value the rest of the line without surrounding white space, never empty
     */
    public record Line(int number, String name, String value) {}

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
                throw ConfigException.atLine(number, "control character in " + printable(line) + "; remove it");
            }
            int end = 0;
            while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '\t') {
                end++;
            }
            String name = line.substring(0, end);
            String value = line.substring(end).strip();
            if (value.isEmpty()) {
                throw ConfigException.atLine(
                        number, "required value missing for " + printable(name) + "; write \"Name value\"");
            }
            lines.add(new Line(number, name, value));
        }
        return lines;
    }

    /** For quoting foreign text in a message. */
    static String printable(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
        return '"' + (clean.length() > 60 ? clean.substring(0, 60) + "..." : clean) + '"';
    }
}
