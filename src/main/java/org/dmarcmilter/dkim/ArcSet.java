package org.dmarcmilter.dkim;

import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.HeaderField;

/**
 * What one sealer added to a message (RFC 8617, section 4.2).
 *
 * @param results ARC-Authentication-Results
 * @param message ARC-Message-Signature
 * @param seal ARC-Seal
 */
record ArcSet(HeaderField results, HeaderField message, Seal seal) {
    /**
     * An ARC-Seal that can be checked (section 4.1.3).
     *
     * @param field where it stands
     * @param named i=, d= and s=
     * @param key where its key is published
     * @param algorithm a=
     * @param signature b=
     * @param chainValidation cv=, lower case
     */
    record Seal(
            HeaderField field,
            ArcResult.Seal named,
            DomainName key,
            Algorithm algorithm,
            Base64Text signature,
            String chainValidation) {}
}
