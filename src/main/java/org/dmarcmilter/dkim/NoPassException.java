package org.dmarcmilter.dkim;

/** A signature, a key or a chain is found wanting. Stays inside this package: callers see a value. */
final class NoPassException extends Exception {
    private static final long serialVersionUID = 1L;

    private final DkimResult.Code code;

    /**
     * @param code what the signature gets for it
     * @param reason in words of ours, foreign text already made printable
     */
    NoPassException(DkimResult.Code code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    DkimResult.Code code() {
        return code;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
