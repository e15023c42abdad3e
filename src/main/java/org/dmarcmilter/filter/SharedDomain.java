package org.dmarcmilter.filter;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.ReversePath;

/** Finds the domain that all recipients of a message share, if they do ({@code envelope_to}; RFC 9990, section 3.1.1). */
final class SharedDomain {
    private Optional<DomainName> domain = Optional.empty();
    private boolean begun;

    /**
     * Takes one more recipient. One without a domain name, such as a local user or one at an address literal, shares none.
     *
     * @param recipient the argument of RCPT TO, which has the form of MAIL FROM's (RFC 5321, section 4.1.2)
     */
    void add(String recipient) {
        if (!begun || domain.isPresent()) {
            Optional<DomainName> next = ReversePath.parse(recipient).domain();
            domain = !begun || next.equals(domain) ? next : Optional.empty();
            begun = true;
        }
    }

    /** Empty if they share none, and before the first recipient. */
    Optional<DomainName> get() {
        return domain;
    }
}
