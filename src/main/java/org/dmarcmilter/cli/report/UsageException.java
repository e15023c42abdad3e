package org.dmarcmilter.cli.report;

/** A verb was given what it cannot be given. The message says what, for the line before the usage. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
