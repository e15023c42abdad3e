package org.dmarcmilter.dkim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.text.Printable;
import org.dmarcmilter.text.TagList;

/**
 * The tags of a signature, a seal or a key by the letter of RFC 6376, section 3.2. {@link TagList} splits, and lets pass what DMARC lets
 * pass; here that is a mistake, as two readers of a signature must not read different things: empty parts, a name twice, controls.
 */
final class StrictTags {
    private final Map<String, String> values;
    private final String firstName;
    private final Code ifWrong;

    private StrictTags(Map<String, String> values, String firstName, Code ifWrong) {
        this.values = values;
        this.firstName = firstName;
        this.ifWrong = ifWrong;
    }

    /** @param ifWrong what a mistake comes to, here and in each tag that is asked for */
    static StrictTags parse(String list, Code ifWrong) throws NoPassException {
        if (!isText(list)) {
            throw new NoPassException(ifWrong, "control character in the tag list");
        }
        List<TagList.Tag> parts = TagList.parts(list);
        int last = parts.size() - 1;
        if (last > 0 && parts.get(last).text().isEmpty()) {
            last--;
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i <= last; i++) {
            TagList.Tag tag = parts.get(i);
            if (!tag.isPair() || !isName(tag.name())) {
                throw new NoPassException(ifWrong, tag.text().isEmpty() ? "empty tag" : "malformed tag");
            }
            if (values.put(tag.name(), tag.value()) != null) {
                throw new NoPassException(ifWrong, "tag " + named(tag.name()) + " twice");
            }
        }
        return new StrictTags(values, parts.get(0).name(), ifWrong);
    }

    /** Whether controls stand only where they fold, each line end before white space. */
    private static boolean isText(String list) {
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c >= ' ' && c != 0x7F) {
                continue;
            }
            char next = i + 1 < list.length() ? list.charAt(i + 1) : 0;
            boolean good = switch (c) {
                case '\t' -> true;
                case '\r' -> next == '\n';
                case '\n' -> next == ' ' || next == '\t';
                default -> false;
            };
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || (c != '_' && (c < '0' || c > '9')))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String named(String name) {
        return Printable.of(name, 20) + "=";
    }

    /** What stands before the first equal sign. */
    String firstName() {
        return firstName;
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A tag that has to be there, and to hold something. */
    String required(String name) throws NoPassException {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw wrong(name, value == null ? "is missing" : "is empty");
        }
        return value;
    }

    /** The octets of a tag, which may have white space anywhere among them. */
    Base64Text base64(String name) throws NoPassException {
        String value = values.get(name);
        if (value == null) {
            throw wrong(name, "is missing");
        }
        try {
            return new Base64Text(withoutWhiteSpace(value));
        } catch (IllegalArgumentException e) {
            throw wrong(name, "is not base64");
        }
    }

    /** The words of a tag that is a list, without the white space around them. */
    static List<String> words(String value) {
        return TagList.items(value, ':');
    }

    static String withoutWhiteSpace(String text) {
        return withoutWhiteSpace(text, text.length());
    }

    /** No more than so many characters of it. */
    static String withoutWhiteSpace(String text, int most) {
        char[] kept = new char[Math.min(text.length(), most)];
        int count = 0;
        for (int i = 0; i < text.length() && count < kept.length; i++) {
            char c = text.charAt(i);
            if (!TagList.isWhiteSpace(c)) {
                kept[count++] = c;
            }
        }
        return count == text.length() ? text : new String(kept, 0, count);
    }

    NoPassException wrong(String name, String problem) {
        return new NoPassException(ifWrong, "tag " + name + "= " + problem);
    }
}
