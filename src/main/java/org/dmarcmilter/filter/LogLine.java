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

    private static final int LONGEST_QUOTE = 200;

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

    /** Foreign text, made safe for a log: printable US-ASCII, bounded. */
    static String quote(String foreign) {
        String text = foreign.length() > LONGEST_QUOTE ? foreign.substring(0, LONGEST_QUOTE) + "..." : foreign;
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                if (safe == null) {
                    safe = new StringBuilder(text);
                }
                safe.setCharAt(i, '?');
            }
        }
        return safe == null ? text : safe.toString();
    }
}
