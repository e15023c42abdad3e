package org.dmarcmilter.store;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/**
 * What the operator wants for one policy domain, whatever its record says.
 *
 * @param domain the policy domain
 * @param rua report URIs instead of the record's, at most 2,100 characters with commas between; empty for the record's
 * @param noReport whether it gets none
 * @param note a remark, at most 255 characters
 */
public record DomainWish(DomainName domain, Optional<List<String>> rua, boolean noReport, String note) {
    public DomainWish {
        rua = rua.map(List::copyOf);
    }
}
