package org.dmarcmilter.message;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.domain.DomainName;

/**
 * The domains that somebody who reads a From field without grammar could take for the author's: whatever stands behind an at sign,
 * be it in a comment, a quoted string, a name, an encoded-word or a damaged address. For fields that break the grammar only: in
 * others, all of that says nothing.
 *
 * <p>Programs repair damage in different ways, so each place where one of them might see the end of a domain gives one. Names
 * without a dot are left out: no author is known by such a name, and names in Japanese charsets are full of them.
 */
final class ShownDomains {
    private static final int ESCAPE = 0x1B;
    /** Makes a name of a label, whatever that is. */
    private static final String TOP = ".x";

    private final int limit;
    private final Set<DomainName> found = new LinkedHashSet<>();
    private int[] text = {};
    /** For each parenthesis that opens a comment, where that ends; 0 for what opens none. */
    private int[] commentEnds = {};

    private ShownDomains(int limit) {
        this.limit = limit;
    }

    /**
     * The domains, each once.
     *
     * @param fieldValue what follows the colon, one character per octet
     * @param limit with more domains than these the search ends
     */
    static List<DomainName> in(String fieldValue, int limit) {
        ShownDomains shown = new ShownDomains(limit);
        Set<String> readings = new LinkedHashSet<>();
        readings.add(fieldValue);
        readings.add(EncodedWords.asOctets(fieldValue));
        readings.add(EncodedWords.asUtf8(fieldValue));
        readings.forEach(shown::search);
        return List.copyOf(shown.found);
    }

    /** Whether something in the text could be taken for an address. */
    static boolean hasAt(String octets) {
        return characters(octets).chars().anyMatch(ShownDomains::isAt);
    }

    private void search(String octets) {
        text = characters(octets).codePoints().toArray();
        commentEnds = commentEnds();
        for (int i = 0; i < text.length && found.size() <= limit; i++) {
            if (isMark(i)) {
                readFrom(i + 1);
            } else if (text[i] == '!') {
                readBefore(i);
            }
        }
    }

    /** An at sign, or a percent sign in its place: {@code user%bank.example@relay.example}. */
    private boolean isMark(int at) {
        return isAt(text[at]) || (text[at] == '%' && at + 1 < text.length && isLabelText(text[at + 1]));
    }

    /** UTF-8 where it is, and a character for each octet where it is not. */
    private static String characters(String octets) {
        ByteBuffer in = ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1));
        CharBuffer out = CharBuffer.allocate(octets.length());
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = utf8.decode(in, out, true);
        while (result.isError()) {
            for (int i = result.length(); i > 0; i--) {
                out.put((char) (in.get() & 0xFF));
            }
            result = utf8.reset().decode(in, out, true);
        }
        return out.flip().toString();
    }

    private int[] commentEnds() {
        int[] ends = new int[text.length];
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\\') {
                i++;
            } else if (text[i] == '(') {
                open.push(i);
            } else if (text[i] == ')' && !open.isEmpty()) {
                ends[open.pop()] = i + 1;
            }
        }
        return ends;
    }

    /** Reads labels and dots, past what may be dropped; white space only beside a dot. */
    private void readFrom(int start) {
        StringBuilder name = new StringBuilder();
        boolean ascii = true;
        boolean spaced = false;
        boolean interrupted = false;
        int at = start;
        while (at < text.length && found.size() <= limit) {
            int c = text[at];
            boolean dot = isDot(c);
            if (dot || isLabelText(c)) {
                boolean afterDot = name.length() == 0 || name.charAt(name.length() - 1) == '.';
                if (dot ? afterDot : spaced && !afterDot) {
                    break;
                }
                if (interrupted || (ascii && c >= 0x80)) {
                    add(name);
                    interrupted = false;
                }
                ascii &= c < 0x80;
                spaced = false;
                name.appendCodePoint(dot ? '.' : c);
                if (name.length() > DomainName.MAX_WRITTEN) {
                    break;
                }
                at++;
            } else {
                int next = afterNothing(at);
                if (next == at) {
                    break;
                }
                spaced |= isSpace(c);
                interrupted = true;
                at = next;
            }
        }
        add(name);
    }

    /** Behind a comment, an escape sequence (ISO 2022) or a character that some programs do not show; the same place for all else. */
    private int afterNothing(int at) {
        int c = text[at];
        if (c == '(') {
            return Math.max(at + 1, commentEnds[at]);
        }
        if (c == ESCAPE) {
            int next = at + 1;
            while (next < text.length && text[next] >= ' ' && text[next] <= '/' && !isMark(next)) {
                next++;
            }
            return next < text.length && !isMark(next) ? next + 1 : next;
        }
        boolean nothing = isSpace(c) || "\"'\\<".indexOf(c) >= 0 || c == '\uFFFD' || DomainName.isInvisible(c);
        return nothing ? at + 1 : at;
    }

    /** A path with exclamation marks: {@code bank.example!user}. */
    private void readBefore(int end) {
        int start = end;
        while (start > 0
                && end - start <= DomainName.MAX_WRITTEN
                && (isLabelText(text[start - 1]) || text[start - 1] == '.')) {
            start--;
        }
        add(new StringBuilder(new String(text, start, end - start)));
    }

    /** Of a name that cannot exist, a reader may still see the beginning. */
    private void add(StringBuilder written) {
        if (written.indexOf(".") < 0) {
            return;
        }
        StringBuilder labels = new StringBuilder();
        for (String label : written.toString().split("\\.", -1)) {
            Optional<DomainName> shown = DomainName.shownAs(label + TOP);
            if (shown.isEmpty() || labels.length() > DomainName.MAX_WRITTEN) {
                break;
            }
            labels.append(shown.get().ascii()).setLength(labels.length() - TOP.length());
            labels.append('.');
        }
        String name = labels.toString();
        for (int dot = name.length(); dot > 0; dot = name.lastIndexOf('.')) {
            name = name.substring(0, dot);
            Optional<DomainName> domain = DomainName.parse(name).filter(shown -> shown.labelCount() > 1);
            if (domain.isPresent()) {
                found.add(domain.get());
                return;
            }
        }
    }

    private static boolean isAt(int c) {
        return c == '@' || c == '\uFF20' || c == '\uFE6B';
    }

    /** What IDNA takes for a dot (RFC 3490, section 3.1), and what looks the same. */
    private static boolean isDot(int c) {
        return c == '.' || c == '\u3002' || c == '\uFF0E' || c == '\uFF61' || c == '\uFE52' || c == '\u2024';
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** Letters, digits, marks and signs; of US-ASCII what a host name may have. */
    private static boolean isLabelText(int c) {
        if (c < 0x80) {
            return Character.isLetterOrDigit(c) || c == '-' || c == '_';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION -> false;
            default -> c != '\uFFFD' && !DomainName.isInvisible(c);
        };
    }
}
