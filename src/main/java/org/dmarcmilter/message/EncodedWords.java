package org.dmarcmilter.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Encoded-words as mail programs read them, which is wider than RFC 2047, section 2, allows: with dots, commas, spaces and question
 * marks in Q, with damaged Base64, in any place. All texts hold one character per octet.
 */
final class EncodedWords {
    private static final String BEGIN = "=?";
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private final String text;
    private final boolean asUtf8;
    private final StringBuilder out = new StringBuilder();

    private EncodedWords(String text, boolean asUtf8) {
        this.text = text;
        this.asUtf8 = asUtf8;
    }

    /** The text with the octets that its encoded-words stand for, whatever charset they name. */
    static String asOctets(String text) {
        return new EncodedWords(text, false).decode();
    }

    /** The text with its encoded-words in UTF-8, by the charset that they name; those of unknown charsets as their octets. */
    static String asUtf8(String text) {
        return new EncodedWords(text, true).decode();
    }

    /** How many there are at most. */
    static int count(String text) {
        int count = 0;
        for (int i = text.indexOf(BEGIN); i >= 0; i = text.indexOf(BEGIN, i + BEGIN.length())) {
            count++;
        }
        return count;
    }

    /**
     * Where the encoded-word that begins here ends; -1 if none does.
     *
     * @param lastMark where the last {@code ?=} stands that may end it, so that none is looked for in vain twice; -1 if none does
     */
    static int endAt(String text, int start, int lastMark) {
        int encoding = encodingAt(text, start);
        return encoding < 0 || encoding + 2 > lastMark ? -1 : text.indexOf("?=", encoding + 2) + 2;
    }

    /** Where the letter of the encoding stands in what begins like an encoded-word here; -1 if nothing does. */
    private static int encodingAt(String text, int start) {
        if (!text.startsWith(BEGIN, start)) {
            return -1;
        }
        int encoding = text.indexOf('?', start + 2) + 1;
        boolean begins = encoding > 0
                && encoding + 1 < text.length()
                && "QqBb".indexOf(text.charAt(encoding)) >= 0
                && text.charAt(encoding + 1) == '?';
        return begins ? encoding : -1;
    }

    private String decode() {
        int copied = 0;
        int afterWord = -1;
        int lastMark = text.lastIndexOf("?=");
        for (int at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
            int end = endAt(text, at, lastMark);
            if (end < 0) {
                at++;
                continue;
            }
            String between = text.substring(copied, at);
            if (afterWord != copied || !between.isBlank()) {
                out.append(between); // white space between two encoded-words is dropped (section 6.2)
            }
            append(at, end);
            copied = end;
            afterWord = end;
            at = end;
        }
        return out.append(text, copied, text.length()).toString();
    }

    private void append(int start, int end) {
        int encoding = encodingAt(text, start);
        String encoded = text.substring(encoding + 2, end - 2);
        byte[] octets = "Qq".indexOf(text.charAt(encoding)) >= 0 ? fromQ(encoded) : fromBase64(encoded);
        if (asUtf8) {
            // RFC 2231, section 5: a language may stand behind the charset.
            Optional<Charset> charset =
                    charset(text.substring(start + 2, encoding - 1).split("\\*", 2)[0]);
            if (charset.isPresent()) {
                octets = new String(octets, charset.get()).getBytes(StandardCharsets.UTF_8);
            }
        }
        out.append(new String(octets, StandardCharsets.ISO_8859_1));
    }

    private static Optional<Charset> charset(String name) {
        try {
            return Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no name of a charset at all
        }
    }

    private static byte[] fromQ(String encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int high = c == '=' && i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(encoded.charAt(i + 2), 16);
            if (low >= 0) {
                octets.write(high << 4 | low);
                i += 2;
            } else {
                octets.write(c == '_' ? ' ' : c);
            }
        }
        return octets.toByteArray();
    }

    /** What is no digit is passed over, and nothing needs to be padded. */
    private static byte[] fromBase64(String encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(encoded.length());
        int bits = 0;
        int held = 0;
        for (int i = 0; i < encoded.length(); i++) {
            int digit = BASE64.indexOf(encoded.charAt(i));
            if (digit >= 0) {
                bits = (bits << 6 | digit) & 0xFFFF;
                held += 6;
                if (held >= 8) {
                    held -= 8;
                    octets.write(bits >>> held);
                }
            }
        }
        return octets.toByteArray();
    }
}
