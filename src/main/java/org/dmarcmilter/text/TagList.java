package org.dmarcmilter.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits tag lists, {@code name=value; name=value} (RFC 6376, section 3.2), the syntax of DMARC records, of their authorizations,
 * of ARC seals, and of DKIM signatures and keys. What a tag means, whether its name has a case, and which mistake is how grave is the
 * business of each protocol: here is no tag wrong.
 */
public final class TagList {
    private TagList() {}

    /**
     * What stands between two semicolons.
     *
     * @param text all of it, without white space around it
     * @param name what stands before the first equal sign, without white space around it; all of the text if there is none
     * @param value what stands behind it, without white space around it; empty if there is none
     * @param isPair whether there is an equal sign
     */
    public record Tag(String text, String name, String value, boolean isPair) {
        private static Tag of(String part) {
            String text = trim(part);
            int equalSign = text.indexOf('=');
            return equalSign < 0
                    ? new Tag(text, text, "", false)
                    : new Tag(text, trim(text.substring(0, equalSign)), trim(text.substring(equalSign + 1)), true);
        }
    }

    /** What stands before the first semicolon, be it nothing. */
    public static Tag first(String list) {
        int end = list.indexOf(';');
        return Tag.of(end < 0 ? list : list.substring(0, end));
    }

    /** All parts that hold anything, in order. */
    public static List<Tag> tags(String list) {
        List<Tag> tags = parts(list);
        tags.removeIf(tag -> tag.text().isEmpty());
        return tags;
    }

    /** All parts in order, those included that hold nothing, for who is strict: a list that ends with a semicolon has such a part at its end. */
    public static List<Tag> parts(String list) {
        List<Tag> parts = new ArrayList<>();
        for (String part : items(list, ';')) {
            parts.add(Tag.of(part));
        }
        return parts;
    }

    /** The parts of a value that is a list itself, without white space around each, empty ones included. */
    public static List<String> items(String value, char separator) {
        List<String> items = new ArrayList<>();
        int start = 0;
        while (start <= value.length()) {
            int next = value.indexOf(separator, start);
            int end = next < 0 ? value.length() : next;
            items.add(trim(value.substring(start, end)));
            start = end + 1;
        }
        return items;
    }

    /**
     * The text without folding white space around it: spaces, tabs, and the line ends of folds (RFC 5322, section 3.2.2; RFC 6376,
     * section 2.8). Other controls stay.
     */
    public static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isWhiteSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isWhiteSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Whether a character is one of folding white space, be the fold complete or not. */
    public static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
