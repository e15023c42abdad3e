package org.dmarcmilter.dkim;

import java.util.List;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.domain.AsciiCase;

/**
 * What a domain publishes for one of its selectors (RFC 6376, section 3.6.1).
 *
 * @param keyType k=, lower case
 * @param sha256 whether h= allows the only hash that there is
 * @param email whether s= allows mail
 * @param testMode whether t= has y
 * @param exactDomain whether t= has s
 * @param key p=; empty for a key that is revoked
 */
record KeyRecord(String keyType, boolean sha256, boolean email, boolean testMode, boolean exactDomain, Base64Text key) {
    /** Far more than the largest key needs. */
    static final int MAX_LENGTH = 8_192;

    private static final String VERSION = "v";

    /** Reads a TXT record. What is no key record has to be read past where another is. */
    static KeyRecord parse(String txt) throws NoPassException {
        if (txt.length() > MAX_LENGTH) {
            throw new NoPassException(Code.PERMERROR, "key record longer than " + MAX_LENGTH + " octets");
        }
        try {
            return read(StrictTags.parse(txt, Code.PERMERROR));
        } catch (NoPassException e) {
            throw new NoPassException(e.code(), "no key record: " + e.reason());
        }
    }

    private static KeyRecord read(StrictTags tags) throws NoPassException {
        if (tags.value(VERSION).isPresent()) {
            if (!tags.value(VERSION).get().equals("DKIM1")) {
                throw tags.wrong(VERSION, "is not DKIM1");
            }
            if (!tags.firstName().equals(VERSION)) {
                throw tags.wrong(VERSION, "is not first");
            }
        }
        List<String> flags = words(tags, "t", "");
        List<String> services = words(tags, "s", "*");
        return new KeyRecord(
                AsciiCase.lower(tags.value("k").orElse("rsa")),
                words(tags, "h", "sha256").contains("sha256"),
                services.contains("*") || services.contains("email"),
                flags.contains("y"),
                flags.contains("s"),
                tags.base64("p"));
    }

    private static List<String> words(StrictTags tags, String name, String ifNone) {
        return StrictTags.words(AsciiCase.lower(tags.value(name).orElse(ifNone)));
    }

    /** Throws unless the key is for mail, and for signatures of that kind. */
    void check(Algorithm algorithm, boolean isOfDomainItself) throws NoPassException {
        if (key.isEmpty()) {
            throw new NoPassException(Code.PERMERROR, "key revoked");
        }
        if (!keyType.equals(algorithm.keyType())) {
            throw new NoPassException(Code.PERMERROR, "key of another type than " + algorithm.keyType());
        }
        if (!sha256) {
            throw new NoPassException(Code.PERMERROR, "key not for sha256");
        }
        if (!email) {
            throw new NoPassException(Code.PERMERROR, "key not for mail");
        }
        if (exactDomain && !isOfDomainItself) {
            throw new NoPassException(Code.PERMERROR, "key not for subdomains");
        }
    }
}
