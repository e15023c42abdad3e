package org.dmarcmilter.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Foreign text made fit to be shown: printable US-ASCII on one line, bounded. What a sender, a name server or a file chose gets
 * into a log line, a header field, a report or a terminal only through here or through a stricter grammar.
 */
public final class Printable {
    /** Enough of a foreign text to recognise it by in a log. */
    private static final int MAX_SHOWN = 200;

    /** Enough of a term or a name in a message about it. */
    private static final int MAX_QUOTED = 100;

    /** What everybody knows as {@code \t}, {@code \n} and {@code \r}. */
    private static final String CONTROLS = "\t\n\r";

    /** So many characters are named in one message. */
    private static final int MAX_NAMED = 3;

    private Printable() {}

    /** Whether the character is printable US-ASCII, the space included. */
    public static boolean is(char c) {
        return c >= ' ' && c <= '~';
    }

    /** The text with {@code ?} for each character that is not printable US-ASCII. */
    public static String of(String text) {
        return of(text, text.length());
    }

    /** As {@link #of(String)}, cut after {@code most} characters. */
    public static String of(String text, int most) {
        return of(text, most, "");
    }

    /**
     * As {@link #of(String, int)}, with {@code ?} also for each of some printable characters.
     *
     * @param others characters that would mean something where the text is going to stand
     */
    public static String of(String text, int most, String others) {
        int length = Math.min(text.length(), most);
        int clean = 0;
        while (clean < length && isPlain(text.charAt(clean), others)) {
            clean++;
        }
        if (clean == length) {
            return text.substring(0, length);
        }
        StringBuilder shown = new StringBuilder(length).append(text, 0, clean);
        for (int i = clean; i < length; i++) {
            char c = text.charAt(i);
            shown.append(isPlain(c, others) ? c : '?');
        }
        return shown.toString();
    }

    private static boolean isPlain(char c, String others) {
        return is(c) && others.indexOf(c) < 0;
    }

    /** For a line of the log: {@link #named}, and three dots for what is more than {@value #MAX_SHOWN} characters. */
    public static String shortened(String text) {
        return named(text, MAX_SHOWN);
    }

    /** In single quotes, {@link #named}, at most {@value #MAX_QUOTED} characters and three dots: for messages about a term or a name. */
    public static String quoted(String text) {
        return "'" + named(text, MAX_QUOTED) + "'";
    }

    /**
     * For a message about a mistake, which may be one that nobody sees: {@code p=none<U+00A0 no-break space>}. So are named the first
     * {@value #MAX_NAMED} characters that are not printable, but for tabs and line ends; the others are {@code ?}, and three dots stand for what is more than
     * {@code most} characters.
     *
     * @param text characters, or the octets of UTF-8, one a character
     */
    public static String named(String text, int most) {
        if (text.length() <= most && isAll(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        int[] characters = decoded(beginning(text, 4 * most + 4))
                .codePoints()
                .limit(most + 1L)
                .toArray();
        int named = 0;
        for (int i = 0; i < Math.min(characters.length, most); i++) {
            int c = characters[i];
            if (c >= ' ' && c <= '~') {
                shown.append((char) c);
            } else if (CONTROLS.indexOf(c) >= 0) {
                shown.append('\\').append("tnr".charAt(CONTROLS.indexOf(c)));
            } else {
                shown.append(named++ < MAX_NAMED ? "<" + name(c) + ">" : "?");
            }
        }
        return characters.length > most ? shown + "..." : shown.toString();
    }

    private static boolean isAll(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!is(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** No more than is looked at, and no octet of a character without the others. */
    private static String beginning(String text, int most) {
        int end = Math.min(text.length(), most);
        while (end < text.length() && end > most - 4 && text.charAt(end) >= 0x80 && text.charAt(end) < 0xC0) {
            end--;
        }
        return text.substring(0, end);
    }

    private static String name(int c) {
        String name = Character.getName(c);
        return String.format(Locale.ROOT, "U+%04X", c) + (name == null ? "" : " " + name.toLowerCase(Locale.ROOT));
    }

    /** Octets that are UTF-8 are read as that; all others, and what is text already, stay what they are. */
    private static String decoded(String text) {
        if (text.chars().allMatch(c -> c < 0x80) || text.chars().anyMatch(c -> c > 0xFF)) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return text;
        }
    }

    /**
     * Where each octet tells something: {@code \xNN} (above 255 {@code \}{@code uNNNN}) for a backslash and for what is not
     * printable, and three dots for what is more than {@code most} characters.
     */
    public static String escaped(String text, int most) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), most); i++) {
            char c = text.charAt(i);
            if (is(c) && c != '\\') {
                shown.append(c);
            } else {
                shown.append(c < 0x100 ? String.format("\\x%02x", (int) c) : String.format("\\u%04x", (int) c));
            }
        }
        return text.length() > most ? shown + "..." : shown.toString();
    }
}
