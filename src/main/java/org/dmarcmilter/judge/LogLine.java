package org.dmarcmilter.judge;

/** One line for the log, decided before it is written. */
public record LogLine(Severity severity, String text) {
    /** The syslog severities that are used. */
    public enum Severity {
        ERROR,
        WARNING,
        NOTICE,
        INFO,
        DEBUG
    }

    /** For who looks for the reason. */
    public static LogLine debug(String text) {
        return new LogLine(Severity.DEBUG, text);
    }

    /** What happens to each message. */
    public static LogLine info(String text) {
        return new LogLine(Severity.INFO, text);
    }

    /** What is normal and still worth a look. */
    public static LogLine notice(String text) {
        return new LogLine(Severity.NOTICE, text);
    }

    /** What an operator can mend. */
    public static LogLine warning(String text) {
        return new LogLine(Severity.WARNING, text);
    }

    /** What keeps a message from its judgement. */
    public static LogLine error(String text) {
        return new LogLine(Severity.ERROR, text);
    }
}
