package org.dmarcmilter.config;

/**
 * The configuration cannot be used. The message tells the operator where and what to do; it stands behind
 * {@code FILE: } on the terminal and in the log.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean inFile;

    /** A mistake in one line of the file, or in what outranks it. */
    static ConfigException at(ConfigLexer.Line line, String problem) {
        return line.isInFile()
                ? new ConfigException("configuration error at line " + line.number() + ": " + problem, true)
                : new ConfigException(line.place() + ": " + problem, false);
    }

    public ConfigException(String message) {
        this(message, false);
    }

    private ConfigException(String message, boolean inFile) {
        super(message);
        this.inFile = inFile;
    }

    /** Whether the mistake is in a line of the file, so that the file's name belongs before the message. */
    public boolean isInFile() {
        return inFile;
    }
}
