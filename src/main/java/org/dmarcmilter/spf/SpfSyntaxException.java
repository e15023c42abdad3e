package org.dmarcmilter.spf;

/** A term of a record does not follow the grammar. Stays inside this package: callers see a value. */
final class SpfSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param problem what is wrong, in words, foreign text already made printable */
    SpfSyntaxException(String problem) {
        super(problem, null, false, false);
    }

    /** What is wrong, in words. */
    String problem() {
        return String.valueOf(getMessage());
    }
}
