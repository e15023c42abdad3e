package org.dmarcmilter.config;

/**
 * The configuration cannot be used. The message tells the operator where and what to do; it stands behind
 * {@code FILE: } on the terminal and in the log.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    /** A mistake in one line of the file; lines count from 1. */
    public static ConfigException atLine(int line, String problem) {
        return new ConfigException("configuration error at line " + line + ": " + problem);
    }

    public ConfigException(String message) {
        super(message);
    }
}
