package org.dmarcmilter.message;

/**
 * A header field breaks its grammar. Thrown and caught inside the parsers of structured fields, whose callers get a value;
 * it carries no stack trace, because a sender can cause as many as he likes.
 */
public final class FieldSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong, in words of ours and never in the sender's */
    public FieldSyntaxException(String reason) {
        super(reason, null, false, false);
    }

    /** What is wrong. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
