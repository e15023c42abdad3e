package org.dmarcmilter.dkim;

import java.util.Optional;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.Printable;

/**
 * What one TXT record is good for as a key (RFC 6376, section 3.6.1): what would become of a signature by it that is right in all other
 * respects. For the owner of the key.
 *
 * @param code pass, or what each signature with it gets
 * @param reason why it is no pass, in words of ours, printable; empty for a pass
 * @param algorithm of signatures that it is for, {@code rsa-sha256} or {@code ed25519-sha256}; empty if unknown
 * @param keyBits its size; 0 for a key that is not fit for use
 * @param testMode {@code t=y}: receivers are asked not to rely on it
 * @param exactDomain {@code t=s}: the domain of i= has to be d= itself
 */
public record JudgedKey(
        Code code, String reason, String algorithm, int keyBits, boolean testMode, boolean exactDomain) {
    private static final int MAX_SHOWN = 40;

    /**
     * The name at which a key is published.
     *
     * @param selector one label or more, Unicode as octets of UTF-8, one a character
     * @return empty if the DNS can have no such name, or if no signature can name it
     */
    public static Optional<DomainName> name(String selector, DomainName domain) {
        return domain.labelCount() < 2 ? Optional.empty() : SigningName.key(selector, domain);
    }

    /** Judges one TXT record, whatever it holds. */
    public static JudgedKey of(String txt) {
        try {
            return of(KeyRecord.parse(txt));
        } catch (NoPassException e) {
            return new JudgedKey(e.code(), e.reason(), "", 0, false, false);
        }
    }

    private static JudgedKey of(KeyRecord record) {
        Optional<Algorithm> known = Algorithm.ofKeyType(record.keyType());
        String word = known.map(Algorithm::word).orElse("");
        try {
            Algorithm algorithm = known.orElseThrow(() -> new NoPassException(
                    Code.PERMERROR, "key of unknown type '" + Printable.of(record.keyType(), MAX_SHOWN) + "'"));
            record.check(algorithm, true);
            VerificationKey key = VerificationKey.of(algorithm, record.key().octets());
            // Only a trial shows whether the octets are a point of the curve.
            key.verifies(new byte[0], new byte[0]);
            return new JudgedKey(Code.PASS, "", word, key.bits(), record.testMode(), record.exactDomain());
        } catch (NoPassException e) {
            return new JudgedKey(e.code(), e.reason(), word, 0, record.testMode(), record.exactDomain());
        }
    }
}
