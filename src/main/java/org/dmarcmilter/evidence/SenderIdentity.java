package org.dmarcmilter.evidence;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.spf.SpfIdentity;

/**
 * The identity that SPF is about: the envelope sender, or postmaster at the HELO name for a sender without domain (RFC
 * 7208, section 2.4).
 *
 * @param facts the message
 * @param isHelo whether it is the HELO name
 * @param domain its domain, for DMARC; empty if that is no domain name
 */
record SenderIdentity(MessageFacts facts, boolean isHelo, Optional<DomainName> domain) {
    static SenderIdentity of(MessageFacts facts) {
        if (facts.sender().address().indexOf('@') >= 0) {
            return new SenderIdentity(facts, false, facts.sender().domain());
        }
        // A sender such as "root" is not the null sender: HELO is looked at, as OpenDMARC does, and counts for nothing.
        return new SenderIdentity(
                facts,
                true,
                facts.sender().isNull() ? DomainName.parse(facts.client().helo()) : Optional.empty());
    }

    /** What the own check looks at; the domain of an envelope sender in A-labels (RFC 8616). */
    SpfIdentity spf() {
        SpfIdentity typed = new SpfIdentity(
                facts.client().address(),
                facts.sender().address(),
                facts.client().helo());
        return isHelo || domain.isEmpty()
                ? typed
                : new SpfIdentity(
                        typed.client(), typed.localPart() + "@" + domain.get().ascii(), typed.helo());
    }
}
