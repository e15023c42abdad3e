package org.dmarcmilter.feedback;

import org.dmarcmilter.text.Printable;

/**
 * The second line of defence: what may stand as text in a report, whatever came in. The writer escapes markup; it writes characters that
 * XML 1.0 does not have as they are, and then no consumer can read the file.
 */
final class XmlText {
    /** RFC 1035, section 2.3.4. */
    private static final int MAX_NAME = 253;

    /** What a consumer shows for an empty domain differs; this cannot be mistaken. */
    private static final String NO_DOMAIN = "invalid";

    private XmlText() {}

    /**
     * The domain of a signature, an envelope or a From field, as the sender wrote it: letters, digits and the characters of names and
     * address literals, {@code ?} for each other one. A domain that is empty becomes {@code invalid}.
     */
    static String domain(String text) {
        return text.isEmpty() ? NO_DOMAIN : name(text);
    }

    /** As {@link #domain}, but an empty text stays one: the null sender, an unknown selector. */
    static String name(String text) {
        int length = Math.min(text.length(), MAX_NAME);
        for (int i = 0; i < length; i++) {
            if (!isNameCharacter(text.charAt(i))) {
                return cleanName(text, length);
            }
        }
        return text.substring(0, length);
    }

    private static String cleanName(String text, int length) {
        StringBuilder clean = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            clean.append(isNameCharacter(c) ? c : '?');
        }
        return clean.toString();
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.[]:?".indexOf(c) >= 0;
    }

    /** A text of ours that may name what strangers chose: printable US-ASCII. */
    static String comment(String text, int most) {
        return Printable.of(text, most);
    }

    /**
     * A text of the operator's, in his language: every character of XML 1.0 but the controls; {@code ?} for the others and for halves of
     * surrogate pairs.
     */
    static String own(String text, int most) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().limit(most).forEach(c -> clean.appendCodePoint(isShown(c) ? c : '?'));
        return clean.toString();
    }

    /** The production Char of XML 1.0, without the controls, C1 included, which XML 1.0 discourages. */
    private static boolean isShown(int c) {
        return (c >= ' ' && c <= '~')
                || (c >= 0xA0 && c < Character.MIN_SURROGATE)
                || (c > Character.MAX_SURROGATE && c <= 0xFFFD)
                || c > 0xFFFF;
    }
}
