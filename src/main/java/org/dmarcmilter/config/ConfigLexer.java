package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dmarcmilter.text.Printable;

/**
 * Splits OpenDMARC's flat file into names and values: one {@code Name value} per line, {@code #} cuts a line anywhere,
 * no quoting, no continuation, no include.
 */
public final class ConfigLexer {
    private static final int MAX_QUOTED = 60;
    /** The byte order mark of UTF-8, which editors on Windows write, in ISO 8859-1. */
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    private ConfigLexer() {}

    /**
     * One line that says something, or what counts as one.
     *
     * @param place what an operator calls it: {@code FILE:3}, {@code -p}, or the name of a variable
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

        /** The option as the documents spell it. */
        String label() {
            return Option.named(name).map(Option::label).orElseGet(() -> printable(name));
        }
    }

    /**
     * Splits the text of a file.
     *
     * @param file its name, for messages
     * @param to what cannot be a line is a mistake, and left out
     */
    static List<Line> lines(String file, String text, Findings to) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        String said = text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
        for (String raw : said.split("\n", -1)) {
            number++;
            int comment = raw.indexOf('#');
            // strip() also takes the carriage return of files written on Windows, which OpenDMARC stumbles over.
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            if (line.isEmpty()) {
                continue;
            }
            int end = 0;
            while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '\t') {
                end++;
            }
            Line read = new Line(
                    file + ":" + number,
                    number,
                    line.substring(0, end),
                    line.substring(end).strip());
            if (hasControls(line)) {
                to.mistake(read, "control character in the line. Remove it, and save the file as plain text.");
            } else if (read.value().isEmpty()) {
                String remedy = read.name().indexOf('=') < 0 ? "." : " without an equal sign.";
                to.mistake(read, "required value missing. Write \"Name value\"" + remedy);
            } else {
                lines.add(read);
            }
        }
        return lines;
    }

    static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c));
    }

    /** For quoting foreign text in a message. */
    static String printable(String text) {
        return '"' + Printable.named(text, MAX_QUOTED) + '"';
    }

    /** What to say of a name that is no option. */
    static String unrecognized(String name, String remedy) {
        String old = name.toLowerCase(Locale.ROOT).replace("forensic", "failure");
        return "unrecognized parameter. "
                + Option.likest(old)
                        .map(option -> "Did you mean " + option.label() + "?")
                        .orElse(remedy)
                + " dmarc-milter.conf(5) lists the options.";
    }
}
