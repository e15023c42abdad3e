package org.dmarcmilter.judge;

import java.util.function.Supplier;

/**
 * One line for the log, decided before it is written.
 *
 * @param words makes its text, for lines that hardly anybody wants to see
 */
public record LogLine(Severity severity, Supplier<String> words) {
    /** The syslog severities that are used. */
    public enum Severity {
        ERROR,
        WARNING,
        NOTICE,
        INFO,
        DEBUG
    }

    /** The text of the line. */
    public String text() {
        return words.get();
    }

    /** By what the lines say. */
    @Override
    public boolean equals(Object other) {
        return other instanceof LogLine line && severity == line.severity && text().equals(line.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return severity + " " + text();
    }

    /** For who looks for the reason: made if somebody does. */
    public static LogLine debug(Supplier<String> words) {
        return new LogLine(Severity.DEBUG, words);
    }

    /** What happens to each message. */
    public static LogLine info(String text) {
        return new LogLine(Severity.INFO, () -> text);
    }

    /** What is normal and still worth a look. */
    public static LogLine notice(String text) {
        return new LogLine(Severity.NOTICE, () -> text);
    }

    /** What an operator can mend. */
    public static LogLine warning(String text) {
        return new LogLine(Severity.WARNING, () -> text);
    }

    /** What keeps a message from its judgement. */
    public static LogLine error(String text) {
        return new LogLine(Severity.ERROR, () -> text);
    }
}
