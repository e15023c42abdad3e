package org.dmarcmilter.dkim;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.FieldDomain;

/**
 * The names in a signature: checked before the DNS is asked, so that the name that is asked for is the name that counts. Labels may be
 * UTF-8 (RFC 8616).
 */
final class SigningName {
    /** RFC 6376, section 3.6.2.1. */
    private static final String NAMESPACE = "._domainkey.";

    private SigningName() {}

    /** The domain of d= or i=: two labels at least, and no dot at the end. */
    static Optional<DomainName> domain(String octets) {
        return octets.endsWith(".") ? Optional.empty() : FieldDomain.of(octets).filter(name -> name.labelCount() > 1);
    }

    /** Where the key is published. */
    static Optional<DomainName> key(String selector, DomainName domain) {
        return selector.isEmpty() ? Optional.empty() : FieldDomain.of(selector + NAMESPACE + domain.ascii());
    }

    /** The selector as it stands in the name of the key. */
    static String selector(DomainName key, DomainName domain) {
        return key.ascii()
                .substring(
                        0,
                        key.ascii().length()
                                - NAMESPACE.length()
                                - domain.ascii().length());
    }
}
