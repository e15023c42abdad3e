package org.dmarcmilter.evidence;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.message.CharacterClass;
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
    static final String DKIM_SIGNATURE = "DKIM-Signature";
    static final String ARC_MESSAGE_SIGNATURE = "ARC-Message-Signature";

    /** The fields whose tags are copied: OpenDKIM writes {@code header.i}, {@code header.b} and more, OpenARC {@code arc.chain}. */
    static final Set<String> FIELDS = Set.of(DKIM_SIGNATURE, "ARC-Seal", ARC_MESSAGE_SIGNATURE);

    /** For a loop that makes no iterator, for each field of each message. */
    private static final String[] NAMES = FIELDS.toArray(String[]::new);

    private static final CharacterClass ENDS_ITS_PLACE =
            CharacterClass.of(c -> c <= ' ' || c == 0x7F || ";()\"\\".indexOf(c) >= 0);

    /** White space inside a value is looked at in another way. */
    private static final CharacterClass ENDS_VALUE =
            CharacterClass.of(c -> ENDS_ITS_PLACE.has((char) c) && !TagList.isWhiteSpace((char) c));

    private static final int NONE = -1;

    /** The first of them; empty for what nearly all mail is like. */
    static Optional<CopiedText> in(MessageFacts facts) {
        Optional<CopiedText> found = in("the envelope sender", facts.sender().address());
        if (found.isEmpty()) {
            found = in("the HELO name", facts.client().helo());
        }
        List<HeaderField> fields = facts.headers().fields();
        for (int i = 0; i < fields.size() && found.isEmpty(); i++) {
            HeaderField field = fields.get(i);
            for (String name : NAMES) {
                if (field.is(name)) {
                    found = inTags(name, field.value());
                }
            }
        }
        return found;
    }

    /** {@code the HELO name holds U+003B semicolon}. */
    public String words() {
        return source + " holds " + String.format("U+%04X ", (int) character)
                + Character.getName(character).toLowerCase(Locale.ROOT);
    }

    private static Optional<CopiedText> in(String source, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (ENDS_ITS_PLACE.has(text.charAt(i))) {
                return Optional.of(new CopiedText(source, text.charAt(i)));
            }
        }
        return Optional.empty();
    }

    /** Whether there is such a character in one of the tags. */
    static boolean isIn(CharSequence list) {
        return !isPlainly(list) && oddTag(list) >= 0;
    }

    /**
     * Whether one look at each character shows that there is none: nothing that ends a place, and behind a second equal sign of a tag, as the
     * padding of base64 is, no text. So are nearly all signatures; where it says no, the longer look decides.
     */
    static boolean isPlainly(CharSequence list) {
        int equalSigns = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == ';') {
                equalSigns = 0;
            } else if (c == '=') {
                equalSigns++;
            } else if (ENDS_VALUE.has(c) || (equalSigns > 1 && !TagList.isWhiteSpace(c))) {
                return false;
            }
        }
        return true;
    }

    private static Optional<CopiedText> inTags(String field, String list) {
        int start = oddTag(list);
        if (start < 0) {
            return Optional.empty();
        }
        int equalSign = find(list, '=', start, list.length());
        int end = find(list, ';', start, list.length());
        String tag = TagList.trim(list.substring(start, equalSign));
        return Optional.of(new CopiedText(sourceName(field, tag), (char) inValue(list, equalSign + 1, end)));
    }

    /**
     * Where the first tag begins that holds one; -1 if none does. All tags, be they known, double or in the wrong case: not each reader is
     * strict. Cuts the list as {@link TagList} does.
     */
    private static int oddTag(CharSequence list) {
        int start = 0;
        while (start < list.length()) {
            int end = find(list, ';', start, list.length());
            int equalSign = find(list, '=', start, end);
            if (equalSign < end
                    && !isNeverCopied(list, start, equalSign)
                    && inValue(list, equalSign + 1, end) != NONE) {
                return start;
            }
            start = end + 1;
        }
        return NONE;
    }

    /** Where the character stands; {@code end} if it does not. */
    private static int find(CharSequence list, char c, int start, int end) {
        int at = start;
        while (at < end && list.charAt(at) != c) {
            at++;
        }
        return at;
    }

    /** {@code z}, {@code h}, {@code bh}: other fields' texts, names of fields and a hash, long, odd, and shown by nobody. */
    private static boolean isNeverCopied(CharSequence list, int start, int end) {
        int from = text(list, start, end);
        int to = end;
        while (to > from && TagList.isWhiteSpace(list.charAt(to - 1))) {
            to--;
        }
        return switch (to - from) {
            case 1 -> "zh".indexOf(list.charAt(from)) >= 0;
            case 2 -> list.charAt(from) == 'b' && list.charAt(from + 1) == 'h';
            default -> false;
        };
    }

    private static String sourceName(String field, String tag) {
        List<String> known = List.of("i", "d", "s", "a", "b");
        return (known.contains(tag) ? "the tag " + tag + "=" : "a tag") + " of " + field;
    }

    /**
     * What stands in a value, as it is, decoded, or with its white space left in; {@link #NONE} if nothing. White space means nothing
     * inside a value (RFC 6376, sections 2.11 and 3.2), and long values are folded.
     */
    private static int inValue(CharSequence list, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = list.charAt(i);
            if (ENDS_VALUE.has(c)) {
                return c;
            }
        }
        int decoded = inDecoded(list, start, end);
        return decoded == NONE && hidesProperty(list, start, end) ? ' ' : decoded;
    }

    /** Of the dkim-quoted-printable of RFC 6376, section 2.11, also with small letters and across folds; what is none is no matter. */
    private static int inDecoded(CharSequence list, int start, int end) {
        for (int i = find(list, '=', start, end); i < end; i = find(list, '=', i + 1, end)) {
            int first = text(list, i + 1, end);
            int second = text(list, first + 1, end);
            int high = second < end ? Character.digit(list.charAt(first), 16) : NONE;
            int low = high >= 0 ? Character.digit(list.charAt(second), 16) : NONE;
            if (low >= 0 && ENDS_ITS_PLACE.has((char) (high * 16 + low))) {
                return high * 16 + low;
            }
        }
        return NONE;
    }

    /** Where the next character stands that is no white space; {@code end} or more if none does. */
    private static int text(CharSequence list, int from, int end) {
        int at = from;
        while (at < end && TagList.isWhiteSpace(list.charAt(at))) {
            at++;
        }
        return at;
    }

    /**
     * Who leaves the white space in a value copies {@code i=x header.d=bank.example@...} as two properties. Base64 may have its
     * padding behind a fold.
     */
    private static boolean hidesProperty(CharSequence list, int start, int end) {
        boolean spaced = false;
        boolean equalSign = false;
        // White space around the value is none of it.
        for (int i = text(list, start, end); i < end; i++) {
            char c = list.charAt(i);
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
}
