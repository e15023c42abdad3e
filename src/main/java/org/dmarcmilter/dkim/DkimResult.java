package org.dmarcmilter.dkim;

import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/**
 * What became of one signature. What its field says is told as far as it could be read.
 *
 * @param place which of the DKIM-Signature fields it is, the topmost being 0
 * @param code the result
 * @param reason why it is no pass, in words of ours, printable; empty for a pass
 * @param domain the tag d=; empty if there is none that could be a domain
 * @param selector the tag s= as the DNS was or would be asked for it, at most 253 characters; {@code ""} if there is none
 * @param identity the tag i= as written, without white space, at most {@value #MAX_IDENTITY} characters: foreign text that may hold any
 *     character but controls; {@code ""} if there is none, or if it is longer
 * @param algorithm the tag a=, lower case: {@code rsa-sha256}, {@code ed25519-sha256} or {@code rsa-sha1}; {@code ""} for any other
 * @param keyBits the size of the key that was tried last; 0 if none was
 * @param signature the first eight characters of the tag b= without white space (RFC 6008), base64; {@code ""} if there is none
 * @param testMode whether the key's record has {@code t=y}: its owner is still trying
 */
public record DkimResult(
        int place,
        Code code,
        String reason,
        Optional<DomainName> domain,
        String selector,
        String identity,
        String algorithm,
        int keyBits,
        String signature,
        boolean testMode) {
    /** What a reverse path may have and more, so that nobody needs a longer one (RFC 5321, section 4.5.3.1). */
    public static final int MAX_IDENTITY = 320;

    /** The result words of RFC 8601, section 2.7.1. A message without signature has no result, so there is no {@code none}. */
    public enum Code {
        /** It was checked and holds. */
        PASS,
        /** It was checked and is wrong. */
        FAIL,
        /** We do not accept it, though its signer might. */
        POLICY,
        /** The field cannot be used as it stands. */
        NEUTRAL,
        /** The DNS did not answer. */
        TEMPERROR,
        /** The key cannot be used for it. */
        PERMERROR;

        /** The word in headers and logs. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
