package org.dmarcmilter.evaluation;

/** Who found a result. */
public enum Source {
    /** An Authentication-Results field under a trusted authserv-id. */
    TRUSTED_FIELD("Authentication-Results"),
    /** The Received-SPF field of a checker on this host. */
    RECEIVED_SPF("Received-SPF"),
    /** We ourselves. */
    OWN_CHECK("own check");

    private final String word;

    Source(String word) {
        this.word = word;
    }

    /** For people. */
    public String word() {
        return word;
    }
}
