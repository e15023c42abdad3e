package org.dmarcmilter.status;

/** What a {@link Timeline} keeps: messages by result, by what was done with them, and questions to the DNS. */
public enum Measure {
    PASS("pass"),
    FAIL("fail"),
    NONE("none"),
    TEMPERROR("temperror"),
    PERMERROR("permerror"),
    /** Decided without an evaluation. */
    UNEVALUATED("unevaluated"),
    QUARANTINED("quarantined"),
    REJECTED("rejected"),
    /** Answered with a temporary failure. */
    PUT_OFF("put off"),
    DNS_QUESTIONS("questions"),
    DNS_FAILURES("failures");

    private final String word;

    Measure(String word) {
        this.word = word;
    }

    /** For people. */
    public String word() {
        return word;
    }
}
