package org.dmarcmilter.domain;

import java.text.Normalizer;
import java.util.Optional;

/**
 * Unicode names to A-labels in the spirit of IDNA2008 (RFC 5891): lower case and NFC are all that is done to a label, and
 * what would need more is no name.
 *
 * <p>{@code java.net.IDN} is IDNA2003: it turns {@code faß.de} into {@code fass.de}, another owner's name. Here ß, final
 * sigma and the joiners stay what they are. Dots other than U+002E (U+3002, U+FF0E, U+FF61) separate nothing and make a
 * name invalid, as full-width letters do. The contextual and bidi rules are the registries' business; a label that breaks
 * them is encoded as it is and will not be found in the DNS.
 */
final class Idn {
    private static final int MAX_LABEL = 63;
    /** NFC may shorten a label, but not by more than this; longer text is not looked at. */
    private static final int MAX_RAW_NAME = 4 * 253;

    private Idn() {}

    /** The name with every label as an A-label or lower-case ASCII; empty if a label has none. */
    static Optional<String> toAscii(String name) {
        if (name.length() > MAX_RAW_NAME) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder(name.length() + 16);
        int start = 0;
        while (start <= name.length()) {
            int dot = name.indexOf('.', start);
            int end = dot < 0 ? name.length() : dot;
            Optional<String> label = labelToAscii(name.substring(start, end));
            if (label.isEmpty()) {
                return Optional.empty();
            }
            out.append(start == 0 ? "" : ".").append(label.get());
            start = end + 1;
        }
        return Optional.of(out.toString());
    }

    private static Optional<String> labelToAscii(String label) {
        String lower = lowerCase(label);
        String canonical = Normalizer.normalize(lower, Normalizer.Form.NFC);
        if (isAscii(canonical)) {
            return Optional.of(canonical);
        }
        // Compatibility characters are "unstable" and disallowed (RFC 5892, section 2.2): full-width letters,
        // ligatures.
        if (!canonical.equals(Normalizer.normalize(lower, Normalizer.Form.NFKC))) {
            return Optional.empty();
        }
        int[] codePoints = canonical.codePoints().toArray();
        if (codePoints.length > MAX_LABEL || isMark(codePoints[0]) || canonical.startsWith("--", 2)) {
            return Optional.empty(); // RFC 5891, sections 4.2.3.1 and 4.2.3.2
        }
        for (int c : codePoints) {
            if (c >= 0x80 && !isAllowed(c)) {
                return Optional.empty();
            }
        }
        return Optional.of("xn--" + Punycode.encode(codePoints));
    }

    /** One code point at a time: the context rule of {@code String.toLowerCase} would turn a last Σ into ς. */
    private static String lowerCase(String label) {
        StringBuilder out = new StringBuilder(label.length());
        label.codePoints().forEach(c -> {
            if (c == 'İ') {
                out.append("i\u0307"); // its one-to-one mapping would lose the dot and name another domain
            } else {
                out.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return out.toString();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    /**
     * The letters and digits of RFC 5892, section 2.1, with the exceptions of 2.6 and the joiners of 2.8; so no white space,
     * control, format or bidi character, no symbol, no punctuation.
     */
    private static boolean isAllowed(int c) {
        return switch (Character.getType(c)) {
            case Character.LOWERCASE_LETTER,
                    Character.OTHER_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK -> !isIgnorable(c);
            default ->
                switch (c) {
                    case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x06FD, 0x06FE, 0x0F0B, 0x3007, 0x30FB, 0x200C, 0x200D -> true;
                    default -> false;
                };
        };
    }

    /** Letters and marks that are not shown (Default_Ignorable_Code_Point; RFC 5892, section 2.3). */
    private static boolean isIgnorable(int c) {
        return c == 0x034F
                || (c >= 0x115F && c <= 0x1160)
                || (c >= 0x17B4 && c <= 0x17B5)
                || (c >= 0x180B && c <= 0x180F)
                || (c >= 0xFE00 && c <= 0xFE0F)
                || (c >= 0xE0100 && c <= 0xE01EF);
    }
}
