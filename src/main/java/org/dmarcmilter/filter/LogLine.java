package org.dmarcmilter.filter;

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

    static LogLine debug(String text) {
        return new LogLine(Severity.DEBUG, text);
    }

    static LogLine info(String text) {
        return new LogLine(Severity.INFO, text);
    }

    static LogLine notice(String text) {
        return new LogLine(Severity.NOTICE, text);
    }

    static LogLine warning(String text) {
        return new LogLine(Severity.WARNING, text);
    }

    static LogLine error(String text) {
        return new LogLine(Severity.ERROR, text);
    }
}
