package org.dmarcmilter.evidence;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.spf.SpfIdentity;

/**
 * The identity that SPF is about: the envelope sender, or postmaster at the HELO name for a sender without domain (RFC
 * 7208, section 2.4).
 *
 * @param spf what the own check looks at; the domain in A-labels (RFC 8616)
 * @param domain its domain, for DMARC; empty if that is no domain name
 */
record SenderIdentity(SpfIdentity spf, Optional<DomainName> domain) {
    static SenderIdentity of(MessageFacts facts) {
        Optional<IpAddress> address = facts.client().address();
        String helo = facts.client().helo();
        SpfIdentity typed = new SpfIdentity(address, facts.sender().address(), helo);
        if (typed.scope() == SpfIdentity.Scope.HELO) {
            // A sender such as "root" is not the null sender: HELO is looked at, as OpenDMARC does, and counts for
            // nothing.
            return new SenderIdentity(typed, facts.sender().isNull() ? DomainName.parse(helo) : Optional.empty());
        }
        Optional<DomainName> domain = facts.sender().domain();
        return domain.map(name -> new SenderIdentity(
                        new SpfIdentity(address, typed.localPart() + "@" + name.ascii(), helo), domain))
                .orElse(new SenderIdentity(typed, domain));
    }

    boolean isHelo() {
        return spf.scope() == SpfIdentity.Scope.HELO;
    }
}
