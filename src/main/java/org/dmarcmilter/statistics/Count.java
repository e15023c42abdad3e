package org.dmarcmilter.statistics;

import java.util.Locale;

/** What is counted of each name, and of all messages. */
public enum Count {
    MESSAGES("messages, for each author domain one"),
    PASS("messages that passed"),
    FAIL("messages that failed"),
    NO_RESULT("messages of domains without a policy, or that the DNS did not answer about"),
    ALIGNED_DKIM("passed by DKIM alone"),
    ALIGNED_SPF("passed by SPF alone"),
    ALIGNED_BOTH("passed by both"),
    POLICY_NONE("messages whose owner asks for nothing"),
    POLICY_QUARANTINE("messages whose owner asks for quarantine"),
    POLICY_REJECT("messages whose owner asks for rejection"),
    DELIVERED("messages that were delivered"),
    QUARANTINED("messages that were held"),
    REJECTED("messages that were rejected"),
    PUT_OFF("messages that were answered with 4xx, and come again");

    private final String meaning;

    Count(String meaning) {
        this.meaning = meaning;
    }

    /** What it says. */
    public String meaning() {
        return meaning;
    }

    /** Its place among all, for an array of numbers: a million of them have to be small. */
    @SuppressWarnings("EnumOrdinal")
    int place() {
        return ordinal();
    }

    /** Its key for programs. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
