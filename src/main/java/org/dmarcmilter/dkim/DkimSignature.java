package org.dmarcmilter.dkim;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.domain.AsciiCase;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.TagList;

/**
 * A signature that can be checked, as its field says (RFC 6376, section 3.5).
 *
 * @param algorithm a=
 * @param signature b=
 * @param bodyHash bh=
 * @param header what c= says of the header
 * @param body what c= says of the body
 * @param domain d=
 * @param key where the key is published: of d= and s=
 * @param names the names in h=, lower case, in their order, with colons between. As one text, since it is kept while the body comes and the
 *     DNS is asked, and a sender may write hundreds
 * @param limit l=: of so many octets of the body it speaks; empty for all of it
 * @param isOfDomainItself whether the domain of i= is d=, and not below it
 */
record DkimSignature(
        Algorithm algorithm,
        Base64Text signature,
        Base64Text bodyHash,
        Canonicalization header,
        Canonicalization body,
        DomainName domain,
        DomainName key,
        String names,
        OptionalLong limit,
        boolean isOfDomainItself) {
    static final String FIELD = "DKIM-Signature";

    /** More than any message has fields that are worth to be signed. */
    static final int MAX_NAMES = 1_000;

    /** Seconds by which clocks may differ (section 3.5, x=). */
    static final int CLOCK_SKEW = 300;

    private static final String FROM = "from";

    /** Section 3.5, l=: so many digits are in the grammar. */
    private static final int MAX_LIMIT_DIGITS = 76;

    /** Fewer than a long has; a number of more digits is more than any body. */
    private static final int MAX_SENSIBLE_DIGITS = 18;

    /** Section 3.5, t= and x=: enough until the year 33658. */
    private static final int MAX_TIME_DIGITS = 12;

    /** Reads a DKIM-Signature. */
    static DkimSignature of(StrictTags tags, SignatureClaims claims, long now) throws NoPassException {
        if (!tags.required("v").equals("1")) {
            throw tags.wrong("v", "is not 1");
        }
        Optional<DomainName> identity = identity(tags);
        if (tags.value("i").isPresent() && identity.isEmpty()) {
            throw tags.wrong("i", "has no domain");
        }
        return read(tags, claims, identity, Canonicalization.SIMPLE, now);
    }

    /** Reads an ARC-Message-Signature, which has an instance for i=, no version, and another default for c= (RFC 8617, section 4.1.2). */
    static DkimSignature ofArc(StrictTags tags, SignatureClaims claims, long now) throws NoPassException {
        DkimSignature signature = read(tags, claims, Optional.empty(), Canonicalization.RELAXED, now);
        if (has(signature.names, AsciiCase.lower(ArcChain.SEAL))) {
            throw tags.wrong("h", "names the seal");
        }
        return signature;
    }

    private static DkimSignature read(
            StrictTags tags, SignatureClaims claims, Optional<DomainName> identity, Canonicalization ifNone, long now)
            throws NoPassException {
        tags.required("a");
        Algorithm algorithm = claims.algorithm().orElseThrow(() -> tags.wrong("a", "is unknown"));
        tags.required("b");
        Base64Text signature = tags.base64("b");
        tags.required("bh");
        Base64Text bodyHash = tags.base64("bh");
        tags.required("d");
        DomainName domain = claims.domain().orElseThrow(() -> tags.wrong("d", "is no domain"));
        tags.required("s");
        DomainName key = claims.key().orElseThrow(() -> tags.wrong("s", "is no selector"));
        if (identity.isPresent() && !identity.get().isAtOrBelow(domain)) {
            throw tags.wrong("i", "is outside of d=");
        }
        String names = names(tags);
        List<Canonicalization> canonicalizations = canonicalizations(tags, ifNone);
        checkQueryMethod(tags);
        OptionalLong limit = number(tags, "l", MAX_LIMIT_DIGITS);
        checkTime(tags, now);
        if (!has(names, FROM)) {
            throw new NoPassException(Code.PERMERROR, "the From field is not signed");
        }
        if (algorithm == Algorithm.RSA_SHA1) {
            throw new NoPassException(Code.POLICY, "rsa-sha1 is not accepted");
        }
        return new DkimSignature(
                algorithm,
                signature,
                bodyHash,
                canonicalizations.get(0),
                canonicalizations.get(1),
                domain,
                key,
                names,
                limit,
                identity.isEmpty() || identity.get().equals(domain));
    }

    /**
     * The domain of i=. Its local part says nothing to us and is not looked at, as real senders put VERP addresses there that are not
     * encoded.
     */
    private static Optional<DomainName> identity(StrictTags tags) {
        return tags.value("i").map(StrictTags::withoutWhiteSpace).flatMap(text -> {
            int at = text.lastIndexOf('@');
            return at < 0 ? Optional.empty() : SigningName.domain(decoded(text.substring(at + 1)));
        });
    }

    /** Section 2.11. What is no encoding stays, and makes no domain. */
    private static String decoded(String text) {
        if (text.indexOf('=') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int high = c == '=' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
            plain.append(low >= 0 ? (char) (16 * high + low) : c);
            i += low >= 0 ? 3 : 1;
        }
        return plain.toString();
    }

    private static String names(StrictTags tags) throws NoPassException {
        List<String> names = StrictTags.words(tags.required("h"));
        if (names.size() > MAX_NAMES) {
            throw tags.wrong("h", "has more than " + MAX_NAMES + " names");
        }
        for (String name : names) {
            if (name.isEmpty()) {
                throw tags.wrong("h", "has an empty name");
            }
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) <= ' ' || name.charAt(i) > '~') {
                    throw tags.wrong("h", "has what is no name of a field");
                }
            }
        }
        return AsciiCase.lower(String.join(":", names));
    }

    private static boolean has(String names, String name) {
        for (int at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1)) {
            int end = at + name.length();
            if ((at == 0 || names.charAt(at - 1) == ':') && (end == names.length() || names.charAt(end) == ':')) {
                return true;
            }
        }
        return false;
    }

    /** For the header and for the body; what is said of the header alone does not hold for the body. */
    private static List<Canonicalization> canonicalizations(StrictTags tags, Canonicalization ifNone)
            throws NoPassException {
        if (tags.value("c").isEmpty()) {
            return List.of(ifNone, ifNone);
        }
        List<String> words = TagList.items(tags.required("c"), '/');
        Optional<Canonicalization> header = Canonicalization.of(words.get(0));
        Optional<Canonicalization> body =
                words.size() == 1 ? Optional.of(Canonicalization.SIMPLE) : Canonicalization.of(words.get(1));
        if (words.size() > 2 || header.isEmpty() || body.isEmpty()) {
            throw tags.wrong("c", "is unknown");
        }
        return List.of(header.get(), body.get());
    }

    private static void checkQueryMethod(StrictTags tags) throws NoPassException {
        Optional<String> methods = tags.value("q");
        if (methods.isPresent() && StrictTags.words(methods.get()).stream().noneMatch("dns/txt"::equalsIgnoreCase)) {
            throw tags.wrong("q", "does not name dns/txt");
        }
    }

    /** A signature of the future is none of our business: the signer's clock is his own. */
    private static void checkTime(StrictTags tags, long now) throws NoPassException {
        OptionalLong signed = number(tags, "t", MAX_TIME_DIGITS);
        OptionalLong expiry = number(tags, "x", MAX_TIME_DIGITS);
        if (expiry.isPresent()) {
            if (signed.isPresent() && expiry.getAsLong() <= signed.getAsLong()) {
                throw tags.wrong("x", "is not later than t=");
            }
            if (now - expiry.getAsLong() > CLOCK_SKEW) {
                throw new NoPassException(Code.POLICY, "expired");
            }
        }
    }

    private static OptionalLong number(StrictTags tags, String name, int maxDigits) throws NoPassException {
        Optional<String> value = tags.value(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        String digits = value.get();
        boolean isNumber = !digits.isEmpty() && digits.length() <= maxDigits;
        for (int i = 0; i < digits.length() && isNumber; i++) {
            isNumber = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        if (!isNumber) {
            throw tags.wrong(name, "is no number");
        }
        return OptionalLong.of(digits.length() > MAX_SENSIBLE_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits));
    }
}
