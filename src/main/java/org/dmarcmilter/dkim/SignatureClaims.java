package org.dmarcmilter.dkim;

import java.util.Optional;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.domain.DomainName;

/**
 * What a signature says of itself, as far as it can be read: a field with a mistake may still say whose it is. See {@link DkimResult} for
 * what each part may hold.
 *
 * @param key where the key would be; empty without d= or s=
 */
record SignatureClaims(
        Optional<DomainName> domain,
        Optional<DomainName> key,
        String identity,
        Optional<Algorithm> algorithm,
        String signature) {
    /** Of a field that is no list of tags. */
    static final SignatureClaims NONE =
            new SignatureClaims(Optional.empty(), Optional.empty(), "", Optional.empty(), "");

    /** RFC 6008, section 4: enough to tell one signature from another. */
    private static final int SHOWN_OF_SIGNATURE = 8;

    static SignatureClaims of(StrictTags tags) {
        Optional<DomainName> domain = tags.value("d").flatMap(SigningName::domain);
        Optional<DomainName> key =
                domain.flatMap(name -> tags.value("s").flatMap(selector -> SigningName.key(selector, name)));
        String identity = tags.value("i").map(StrictTags::withoutWhiteSpace).orElse("");
        String signature = tags.value("b").map(SignatureClaims::beginning).orElse("");
        return new SignatureClaims(
                domain,
                key,
                identity.length() <= DkimResult.MAX_IDENTITY ? identity : "",
                tags.value("a").flatMap(Algorithm::of),
                signature);
    }

    /** Nothing if it is not base64: it goes into a header field. */
    private static String beginning(String value) {
        String shown = StrictTags.withoutWhiteSpace(value, SHOWN_OF_SIGNATURE);
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            boolean good = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '+'
                    || c == '/'
                    || c == '=';
            if (!good) {
                return "";
            }
        }
        return shown;
    }

    /** The tag s= as the DNS is asked for it; {@code ""} if it cannot be. */
    String selector() {
        return key.isPresent() && domain.isPresent() ? SigningName.selector(key.get(), domain.get()) : "";
    }

    /** A result without a key. */
    DkimResult result(int place, Code code, String reason) {
        return result(place, code, reason, 0, false);
    }

    DkimResult result(int place, Code code, String reason, int keyBits, boolean testMode) {
        String word = algorithm.map(Algorithm::word).orElse("");
        return new DkimResult(place, code, reason, domain, selector(), identity, word, keyBits, signature, testMode);
    }
}
