package org.dmarcmilter.authres;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AddrSpec;
import org.dmarcmilter.message.FieldDomain;

/** The domain that a property such as smtp.mailfrom, header.d or header.i names (RFC 8601, section 2.2, pvalue). */
public final class PropertyDomain {
    private PropertyDomain() {}

    /**
     * Reads {@code local-part@domain}, {@code @domain} or {@code domain}. Anything else is no domain: nothing is cut off, skipped
     * or repaired, since the checker that wrote the value may have meant another part of it (CVE-2020-12272).
     */
    public static Optional<DomainName> of(String value) {
        if (value.startsWith("@")) {
            return FieldDomain.of(value.substring(1));
        }
        return value.indexOf('@') < 0 ? FieldDomain.of(value) : AddrSpec.domain(value);
    }
}
