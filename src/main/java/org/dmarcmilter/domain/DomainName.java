package org.dmarcmilter.domain;

import java.util.Locale;
import java.util.Optional;

/**
 * A domain name that can exist in the DNS: A-labels, lower case, no trailing dot. Valid, or it does not exist.
 *
 * <p>Labels hold letters, digits, hyphens and underscores, 1 to 63 octets each, 253 in all (RFC 1035, section 2.3.4;
 * RFC 8553 for underscores). A name whose last label is all digits is an address in disguise and no domain name.
 *
 * @param ascii the name, for example {@code mail.example.com} or {@code xn--bnk-qla.example}
 */
public record DomainName(String ascii) implements Comparable<DomainName> {
    /** Characters: as text of Unicode no name is longer. */
    public static final int MAX_WRITTEN = Idn.MAX_RAW_NAME;

    /** Characters: no name in canonical form is longer. */
    public static final int MAX_NAME = 253;

    private static final int MAX_LABEL = 63;

    /** @throws IllegalArgumentException if the text is not in the canonical form; use {@link #parse} for foreign text */
    public DomainName {
        if (!isCanonical(ascii)) {
            throw new IllegalArgumentException(
                    "not a domain name in canonical form: " + ascii.length() + " characters");
        }
    }

    /**
     * Reads a name as people write it: any case, one trailing dot, Unicode labels, which become A-labels (IDNA2008 without
     * any mapping but case and NFC). Empty if no such name can exist, also for A-labels that hide joiners (RFC 5892, appendix A.1
     * and A.2).
     *
     * @param text Unicode, so octets from a message must have been decoded before
     */
    public static Optional<DomainName> parse(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        String ascii = isAscii(name)
                ? name.toLowerCase(Locale.ROOT)
                : Idn.toAscii(name).orElse("");
        return isCanonical(ascii) && Idn.hidesNothing(ascii) ? Optional.of(new DomainName(ascii)) : Optional.empty();
    }

    /**
     * The name that a reader takes a text for: what {@link #parse} says, or else the name without characters that are not shown, with
     * plain letters and dots for full-width ones, and with A-labels for whatever remains. To find out who may be meant; nobody is
     * authenticated by such a name.
     */
    public static Optional<DomainName> shownAs(String text) {
        return parse(text)
                .or(() -> Idn.shownToAscii(text.endsWith(".") ? text.substring(0, text.length() - 1) : text)
                        .filter(DomainName::isCanonical)
                        .map(DomainName::new));
    }

    /** Whether programs may leave this character of a name out when they show it. */
    public static boolean isInvisible(int c) {
        return Idn.isInvisible(c);
    }

    /** For names known to be good, as in tests and constants. */
    public static DomainName of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a domain name: " + text));
    }

    /** The name without its leftmost label; empty for a top-level domain. */
    public Optional<DomainName> parent() {
        int dot = ascii.indexOf('.');
        return dot < 0 ? Optional.empty() : Optional.of(new DomainName(ascii.substring(dot + 1)));
    }

    /** How many labels the name has, at least 1. */
    public int labelCount() {
        int labels = 1;
        for (int dot = ascii.indexOf('.'); dot >= 0; dot = ascii.indexOf('.', dot + 1)) {
            labels++;
        }
        return labels;
    }

    /** Whether this name is a proper descendant of {@code other}. */
    public boolean isBelow(DomainName other) {
        int cut = ascii.length() - other.ascii.length() - 1;
        return cut > 0 && ascii.charAt(cut) == '.' && ascii.endsWith(other.ascii);
    }

    /** Whether this name is {@code other} or below it. */
    public boolean isAtOrBelow(DomainName other) {
        return equals(other) || isBelow(other);
    }

    /** {@code prefix.this}, for example {@code _dmarc.example.com}; empty if the DNS has no room for it. */
    public Optional<DomainName> prefixed(String prefix) {
        String name = prefix + "." + ascii;
        return isCanonical(name) ? Optional.of(new DomainName(name)) : Optional.empty();
    }

    // Compared all the time; what a record has by itself costs more.

    @Override
    public boolean equals(Object other) {
        return other instanceof DomainName name && ascii.equals(name.ascii);
    }

    @Override
    public int hashCode() {
        return ascii.hashCode();
    }

    @Override
    public int compareTo(DomainName other) {
        return ascii.compareTo(other.ascii);
    }

    @Override
    public String toString() {
        return ascii;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isCanonical(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return false;
        }
        int labelStart = 0;
        boolean digitsOnly = true;
        for (int i = 0; i <= name.length(); i++) {
            char c = i < name.length() ? name.charAt(i) : '.';
            if (c == '.') {
                int length = i - labelStart;
                if (length == 0 || length > MAX_LABEL) {
                    return false;
                }
                if (i == name.length()) {
                    return !digitsOnly;
                }
                labelStart = i + 1;
                digitsOnly = true;
            } else if ((c >= 'a' && c <= 'z') || c == '-' || c == '_') {
                digitsOnly = false;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return false;
    }
}
