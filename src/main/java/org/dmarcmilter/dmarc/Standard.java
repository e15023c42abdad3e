package org.dmarcmilter.dmarc;

/** Which DMARC is spoken: the two differ in tags, discovery and organizational domains. */
public enum Standard {
    /** RFC 7489 of 2015: public suffix list, pct. */
    RFC7489,
    /** RFC 9989 of 2026: tree walk, np, psd, t. */
    RFC9989
}
