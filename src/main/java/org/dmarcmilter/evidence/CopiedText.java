package org.dmarcmilter.evidence;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.text.TagList;

/**
 * A text of the sender's that a checker may copy into its Authentication-Results field as it stands, and a character in it by which
 * it could leave its place there: {@code i=x=3B=20dkim=3Dpass=20header.d=3Dbank.example} in a signature becomes a result of its own,
 * well-formed, under the checker's name. The field cannot show it; the text that was copied can.
 *
 * @param source what the text is, in words of ours
 * @param character the first such character, an octet
 */
public record CopiedText(String source, char character) {
    /** The fields whose tags are copied: OpenDKIM writes {@code header.i}, {@code header.b} and more, OpenARC {@code arc.chain}. */
    static final Set<String> FIELDS = Set.of("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature");

    /** Other fields' texts, names of fields and a hash: long, odd, and shown by nobody. */
    private static final Set<String> NEVER_COPIED = Set.of("z", "h", "bh");

    private static final String SPECIALS = ";()\"\\";

    /** The first of them; empty for what nearly all mail is like. */
    static Optional<CopiedText> in(MessageFacts facts) {
        return in("the envelope sender", facts.sender().address())
                .or(() -> in("the HELO name", facts.client().helo()))
                .or(() -> facts.headers().fields().stream()
                        .filter(field -> FIELDS.stream().anyMatch(field::is))
                        .flatMap(field -> inTags(field).stream())
                        .findFirst());
    }

    /** {@code the HELO name holds U+003B semicolon}. */
    public String words() {
        return source + " holds " + String.format("U+%04X ", (int) character)
                + Character.getName(character).toLowerCase(Locale.ROOT);
    }

    private static Optional<CopiedText> in(String source, String text) {
        return text.chars()
                .filter(c -> c <= ' ' || c == 0x7F || SPECIALS.indexOf(c) >= 0)
                .mapToObj(c -> new CopiedText(source, (char) c))
                .findFirst();
    }

    /** All tags, be they known, double or in the wrong case: not each reader is strict. */
    private static Optional<CopiedText> inTags(HeaderField field) {
        for (TagList.Tag tag : TagList.tags(field.value())) {
            if (!NEVER_COPIED.contains(tag.name())) {
                String source = sourceName(field, tag);
                Optional<CopiedText> found = in(source, withoutFolds(tag.value()))
                        .or(() -> in(source, decoded(withoutFolds(tag.value()))))
                        .or(() -> hidesProperty(tag.value())
                                ? Optional.of(new CopiedText(source, ' '))
                                : Optional.empty());
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static String sourceName(HeaderField field, TagList.Tag tag) {
        String name = FIELDS.stream().filter(field::is).findFirst().orElseThrow();
        List<String> known = List.of("i", "d", "s", "a", "b");
        return (known.contains(tag.name()) ? "the tag " + tag.name() + "=" : "a tag") + " of " + name;
    }

    /** White space means nothing inside a value (RFC 6376, sections 2.11 and 3.2), and long values are folded. */
    private static String withoutFolds(String value) {
        if (value.chars().noneMatch(c -> TagList.isWhiteSpace((char) c))) {
            return value;
        }
        StringBuilder text = new StringBuilder(value.length());
        value.chars().filter(c -> !TagList.isWhiteSpace((char) c)).forEach(c -> text.append((char) c));
        return text.toString();
    }

    /**
     * Who leaves the white space in a value copies {@code i=x header.d=bank.example@...} as two properties. Base64 may have its
     * padding behind a fold.
     */
    private static boolean hidesProperty(String value) {
        boolean spaced = false;
        boolean equalSign = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (TagList.isWhiteSpace(c)) {
                spaced = true;
            } else if (c == '=') {
                equalSign = spaced;
            } else if (equalSign) {
                return true;
            }
        }
        return false;
    }

    /** The dkim-quoted-printable of RFC 6376, section 2.11, also with small letters; what is none stays as it is. */
    private static String decoded(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            int high = c == '=' && i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(value.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                text.append((char) (high * 16 + low));
                i += 2;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
