package org.dmarcmilter.dmarc;

import java.util.Locale;

/** What a domain owner asks receivers to do with failing mail: the tags p, sp and np (RFC 7489, section 6.3). */
public enum Policy {
    NONE,
    QUARANTINE,
    REJECT;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in records, headers and reports. */
    public String word() {
        return word;
    }
}
