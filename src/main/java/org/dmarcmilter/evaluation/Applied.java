package org.dmarcmilter.evaluation;

import java.util.Locale;

/** What was done with a message. */
public enum Applied {
    /** Delivered, as far as it is for us to say. */
    ACCEPT,
    /** Delivered into the MTA's quarantine. */
    QUARANTINE,
    /** Refused for good. */
    REJECT,
    /** Refused for now: the client comes again. */
    TEMPFAIL;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word for counters. */
    public String word() {
        return word;
    }
}
