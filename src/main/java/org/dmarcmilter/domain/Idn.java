package org.dmarcmilter.domain;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Unicode names to A-labels by IDNA2008 (RFC 5891 and RFC 5892): lower case and NFC are all that is done to a label, and what would
 * need more is no name.
 *
 * <p>{@code java.net.IDN} is IDNA2003: it turns {@code faß.de} into {@code fass.de}, another owner's name. Here ß and final sigma
 * stay what they are, and so do the joiners where Persian or Sinhala needs them. Dots other than U+002E (U+3002, U+FF0E, U+FF61)
 * separate nothing and make a name invalid, as full-width letters do. The bidi rule (RFC 5893) is the registries' business.
 */
final class Idn {
    /** NFC may shorten a label, but not by more than this; longer text is not looked at. */
    static final int MAX_RAW_NAME = 4 * 253;

    private static final int MAX_LABEL = 63;
    private static final String PREFIX = "xn--";

    private Idn() {}

    /** The name with every label as an A-label or lower-case ASCII; empty if a label has none. */
    static Optional<String> toAscii(String name) {
        return eachLabel(name, Idn::labelToAscii);
    }

    /** The name as its reader sees it, with every label as an A-label, be it a valid one, or lower-case ASCII; empty for nonsense. */
    static Optional<String> shownToAscii(String name) {
        return eachLabel(name, Idn::shownLabelToAscii);
    }

    /** Whether no A-label in the name holds joiners where nothing is to be joined: a program that decodes it shows another name. */
    static boolean hidesNothing(String asciiName) {
        return !asciiName.contains(PREFIX)
                || eachLabel(asciiName, label -> Optional.of(label).filter(Idn::hasNoStrayJoiner))
                        .isPresent();
    }

    private static Optional<String> eachLabel(String name, Function<String, Optional<String>> change) {
        if (name.length() > MAX_RAW_NAME) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder(name.length() + 16);
        String dot = "";
        for (String label : name.split("\\.", -1)) {
            Optional<String> changed = change.apply(label);
            if (changed.isEmpty()) {
                return Optional.empty();
            }
            out.append(dot).append(changed.get());
            dot = ".";
        }
        return Optional.of(out.toString());
    }

    private static Optional<String> labelToAscii(String label) {
        String canonical = Normalizer.normalize(lowerCase(label), Normalizer.Form.NFC);
        if (isAscii(canonical)) {
            return Optional.of(canonical);
        }
        int[] codePoints = canonical.codePoints().toArray();
        if (codePoints.length > MAX_LABEL || isMark(codePoints[0]) || canonical.startsWith("--", 2)) {
            return Optional.empty(); // RFC 5891, sections 4.2.3.1 and 4.2.3.2
        }
        for (int i = 0; i < codePoints.length; i++) {
            int c = codePoints[i];
            // What the ASCII of a label may be is the same for all labels.
            if (c >= 0x80 && !(ContextRules.has(c) ? ContextRules.hold(codePoints, i) : isValid(c))) {
                return Optional.empty();
            }
        }
        return Optional.of(PREFIX + Punycode.encode(codePoints));
    }

    private static Optional<String> shownLabelToAscii(String written) {
        String label = written.startsWith(PREFIX)
                ? Punycode.decode(written.substring(PREFIX.length())).orElse(written)
                : written;
        StringBuilder shown = new StringBuilder(label.length());
        label.codePoints().filter(c -> !isInvisible(c)).forEach(shown::appendCodePoint);
        String plain = Normalizer.normalize(
                lowerCase(Normalizer.normalize(shown, Normalizer.Form.NFKC)), Normalizer.Form.NFKC);
        if (isAscii(plain)) {
            return Optional.of(plain);
        }
        int[] codePoints = plain.codePoints().toArray();
        return codePoints.length > MAX_LABEL ? Optional.empty() : Optional.of(PREFIX + Punycode.encode(codePoints));
    }

    private static boolean hasNoStrayJoiner(String label) {
        if (!label.startsWith(PREFIX)) {
            return true;
        }
        int[] codePoints = Punycode.decode(label.substring(PREFIX.length()))
                .orElse("")
                .codePoints()
                .toArray();
        for (int i = 0; i < codePoints.length; i++) {
            boolean joiner = codePoints[i] == ContextRules.ZERO_WIDTH_NON_JOINER
                    || codePoints[i] == ContextRules.ZERO_WIDTH_JOINER;
            if (joiner && !ContextRules.hold(codePoints, i)) {
                return false;
            }
        }
        return true;
    }

    /** One code point at a time: the context rule of {@code String.toLowerCase} would turn a last Σ into ς. */
    private static String lowerCase(String label) {
        StringBuilder out = new StringBuilder(label.length());
        label.codePoints().forEach(c -> {
            if (c == 'İ') {
                out.append("i\u0307"); // its one-to-one mapping would lose the dot and name another domain
            } else {
                out.appendCodePoint(isCherokee(c) ? foldedCherokee(c) : Character.toLowerCase(c));
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

    /** PVALID (RFC 5892, section 3): letters, digits and marks that no mapping changes, and a few more, less a few. */
    static boolean isValid(int c) {
        return switch (c) {
            case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007 -> true; // section 2.6
            case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B -> false;
            default ->
                c < 0x80
                        ? c == '-' || Character.isDigit(c) || Character.isLowerCase(c)
                        : isLetterOrDigit(c)
                                && !isInvisible(c)
                                && !isMusicOrOldJamo(c)
                                && !ContextRules.has(c)
                                && isStable(c);
        };
    }

    /** Section 2.1. */
    private static boolean isLetterOrDigit(int c) {
        return switch (Character.getType(c)) {
            case Character.LOWERCASE_LETTER,
                    Character.UPPERCASE_LETTER,
                    Character.OTHER_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }

    /** Sections 2.4 and 2.9. */
    private static boolean isMusicOrOldJamo(int c) {
        return (c >= 0x20D0 && c <= 0x20FF)
                || (c >= 0x1D100 && c <= 0x1D24F)
                || (c >= 0x1100 && c <= 0x11FF)
                || (c >= 0xA960 && c <= 0xA97C)
                || (c >= 0xD7B0 && c <= 0xD7FB);
    }

    /** Section 2.2: case folding and NFKC leave it as it is. */
    private static boolean isStable(int c) {
        String text = Character.toString(c);
        return Normalizer.normalize(fold(Normalizer.normalize(text, Normalizer.Form.NFKC)), Normalizer.Form.NFKC)
                .equals(text);
    }

    /** Java has no case folding, but this comes to the same, except for dotless i and for Cherokee, whose folded form is upper case. */
    private static String fold(String text) {
        StringBuilder folded = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 'ı') {
                folded.appendCodePoint(c);
            } else if (isCherokee(c)) {
                folded.appendCodePoint(foldedCherokee(c));
            } else {
                folded.append(Character.toString(c).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
            }
        });
        return folded.toString();
    }

    private static boolean isCherokee(int c) {
        return (c >= 0x13A0 && c <= 0x13FD) || (c >= 0xAB70 && c <= 0xABBF);
    }

    private static int foldedCherokee(int c) {
        return Character.toUpperCase(c);
    }

    /** Controls, and what Unicode tells programs not to show (Default_Ignorable_Code_Point; RFC 5892, section 2.3). */
    static boolean isInvisible(int c) {
        return Character.getType(c) == Character.FORMAT
                || Character.isISOControl(c)
                || c == 0x034F
                || (c >= 0x115F && c <= 0x1160)
                || (c >= 0x17B4 && c <= 0x17B5)
                || (c >= 0x180B && c <= 0x180F)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0x3164
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFFA0
                || (c >= 0xE0000 && c <= 0xE0FFF);
    }
}
