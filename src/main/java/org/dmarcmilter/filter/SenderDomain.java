package org.dmarcmilter.filter;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/** The domain that SPF is about: the envelope sender's, or the HELO name for the null sender (RFC 7208, section 2.4). */
final class SenderDomain {
    private SenderDomain() {}

    static Optional<DomainName> of(MessageFacts facts) {
        return facts.sender().isNull()
                ? DomainName.parse(facts.client().helo())
                : facts.sender().domain();
    }
}
