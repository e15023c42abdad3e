package org.dmarcmilter.feedback;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A name before an address in a header field (RFC 5322, section 3.4): the operator's own text, in any language. */
final class DisplayName {
    /** Enough for a name; keeps the field far below 998 octets. */
    private static final int MAX_NAME = 120;

    /** So many octets make an encoded-word of 72 characters (RFC 2047, section 2, allows 75). */
    private static final int OCTETS_OF_A_WORD = 45;

    private DisplayName() {}

    /** As a quoted-string, or as encoded-words of UTF-8 with folds between them. */
    static String encoded(String name) {
        String clean = XmlText.own(name, MAX_NAME);
        return clean.chars().allMatch(c -> c < 0x80) ? quoted(clean) : words(clean);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Each character is whole in one word (RFC 2047, section 5). */
    private static String words(String text) {
        StringBuilder words = new StringBuilder();
        StringBuilder word = new StringBuilder();
        int octets = 0;
        for (int c : text.codePoints().toArray()) {
            String character = Character.toString(c);
            int length = character.getBytes(StandardCharsets.UTF_8).length;
            if (octets + length > OCTETS_OF_A_WORD) {
                words.append(word(word)).append("\r\n ");
                word.setLength(0);
                octets = 0;
            }
            word.append(character);
            octets += length;
        }
        return words.append(word(word)).toString();
    }

    private static String word(CharSequence text) {
        return "=?UTF-8?B?" + Base64.getEncoder().encodeToString(text.toString().getBytes(StandardCharsets.UTF_8))
                + "?=";
    }
}
