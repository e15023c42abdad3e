package org.dmarcmilter.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dmarcmilter.text.Printable;

/**
 * Where hostile text ends: what a sender or a domain owner wrote becomes text that can break no line, no list, no markup and no
 * statement, whoever writes it down later.
 */
final class HarmlessText {
    /** No domain name and no selector is longer (RFC 1035, section 2.3.4). */
    static final int MAX_NAME = 253;

    /** Characters of a comment, as OpenDMARC's readers expect it. */
    static final int MAX_COMMENT = 255;

    /** What stands for a name that is none. */
    private static final String INVALID = "invalid";

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final String OTHERS = "0123456789-_.:[]?";
    private static final boolean[] OF_NAME = table(LETTERS + LETTERS.toUpperCase(Locale.ROOT) + OTHERS);
    private static final boolean[] OF_DOMAIN = table(LETTERS + OTHERS);

    private HarmlessText() {}

    /** Letters, digits, hyphen, underscore and dot, and what an address literal has (RFC 5321, section 4.1.3). */
    private static boolean[] table(String characters) {
        boolean[] table = new boolean[128];
        for (int i = 0; i < characters.length(); i++) {
            table[characters.charAt(i)] = true;
        }
        return table;
    }

    /** A domain name, an address literal or what stands in the place of one: never empty. */
    static String domain(String text) {
        String name = domainOrNothing(text);
        return name.isEmpty() ? INVALID : name;
    }

    /** The same where there may be none. */
    static String domainOrNothing(String text) {
        // Nearly all are so already.
        return isOf(OF_DOMAIN, text) ? text : nameOrNothing(text).toLowerCase(Locale.ROOT);
    }

    /** A selector: its case is kept. */
    static String nameOrNothing(String text) {
        if (isOf(OF_NAME, text)) {
            return text;
        }
        int length = Math.min(text.length(), MAX_NAME);
        StringBuilder name = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            name.append(c < OF_NAME.length && OF_NAME[c] ? c : '?');
        }
        return name.toString();
    }

    private static boolean isOf(boolean[] table, String text) {
        if (text.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= table.length || !table[c]) {
                return false;
            }
        }
        return true;
    }

    /** A comment of ours, in which names of a sender may stand: one line without what separates reasons. */
    static String comment(String text) {
        return Printable.of(text, MAX_COMMENT, ";|<>&").strip();
    }

    /** So many texts of a list as fit together, those that do not fit left out. */
    static List<String> whole(List<String> texts, int most, int characters) {
        List<String> fitting = new ArrayList<>(Math.min(texts.size(), most));
        int room = characters;
        for (String text : texts) {
            if (fitting.size() < most && text.length() <= room) {
                fitting.add(text);
                room -= text.length() + 1;
            }
        }
        return fitting;
    }

    /** So many texts of a list as fit together, the last one cut to what there is room for. */
    static List<String> cut(List<String> texts, int most, int characters) {
        List<String> fitting = new ArrayList<>(Math.min(texts.size(), most));
        int room = characters;
        for (String text : texts) {
            if (fitting.size() < most && room > 0) {
                String part = text.substring(0, Math.min(text.length(), room)).strip();
                room -= text.length() + 1;
                if (!part.isEmpty()) {
                    fitting.add(part);
                }
            }
        }
        return fitting;
    }
}
