package org.dmarcmilter.dmarc;

import org.dmarcmilter.domain.DomainName;

/**
 * A domain that SPF or DKIM spoke about (RFC 7489, section 4.1).
 *
 * @param mechanism who spoke
 * @param domain the SPF domain (RFC5321.MailFrom, or HELO for a null sender), or the signature's d=
 * @param outcome what was said
 * @param relaxedOnly the exact domain is not known (header.i without header.d), so strict alignment cannot be proven
 */
public record AuthenticatedIdentifier(Mechanism mechanism, DomainName domain, Outcome outcome, boolean relaxedOnly) {
    /** The two mechanisms that DMARC builds on. */
    public enum Mechanism {
        SPF,
        DKIM
    }

    /** Only a pass authenticates; a temporary error keeps the verdict open. */
    public enum Outcome {
        PASS,
        TEMPORARY_ERROR,
        NO_PASS
    }
}
