package org.dmarcmilter.dkim;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.text.TagList;

/** Which header fields of a message a signature is about, and what of them was signed (RFC 6376, sections 3.7 and 5.4.2). */
final class SignedFields {
    /** What a mail program shows only once, or reads the body by: whose second one is on top has another message. */
    private static final List<String> SHOWN_ONCE = List.of(
            "from", "sender", "reply-to", "to", "cc", "subject", "date", "content-type", "content-transfer-encoding");

    private static final int NONE = -1;

    private final List<HeaderField> fields;

    /** The lowest field of each name, by its lower case. */
    private final Map<String, Integer> lowest = new HashMap<>();

    /** For each field the next one above it that has its name. */
    private int[] above = new int[0];

    /**
     * What was signed.
     *
     * @param header the text, one character per octet
     * @param twin a name of which there are more fields than are signed, where a second one would be shown
     */
    record Selection(String header, Optional<String> twin) {}

    SignedFields(List<HeaderField> fields) {
        this.fields = fields;
    }

    /** Not before somebody wants to know: it takes more memory than some headers. */
    private void index() {
        above = new int[fields.size()];
        Arrays.fill(above, NONE);
        for (int i = 0; i < above.length; i++) {
            Integer next = lowest.put(Canonicalization.lowerCase(fields.get(i).name()), i);
            above[i] = next == null ? NONE : next;
        }
    }

    /** What the signature in that field signed of the header. */
    Selection select(DkimSignature signature, HeaderField own) {
        if (lowest.isEmpty()) {
            index();
        }
        Map<String, Integer> unused = new HashMap<>();
        StringBuilder header = new StringBuilder(1_024);
        for (String name : StrictTags.words(signature.names())) {
            int next = unused.containsKey(name) ? unused.get(name) : lowest.getOrDefault(name, NONE);
            if (next != NONE) {
                append(fields.get(next), signature.header(), header);
                unused.put(name, above[next]);
            }
        }
        appendWithoutSignature(own, signature.header(), header);
        return new Selection(header.toString(), twin(unused));
    }

    private static Optional<String> twin(Map<String, Integer> unused) {
        for (String name : SHOWN_ONCE) {
            if (unused.getOrDefault(name, NONE) != NONE) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** A whole field, with its line end. */
    static void append(HeaderField field, Canonicalization canonicalization, StringBuilder out) {
        canonicalization.append(field.name(), field.space(), field.value(), out);
        out.append("\r\n");
    }

    /** The field in which a signature stands: without its value, and without its line end. */
    static void appendWithoutSignature(HeaderField field, Canonicalization canonicalization, StringBuilder out) {
        canonicalization.append(field.name(), field.space(), withoutSignature(field.value()), out);
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The text of a tag list without the value of {@code b=} and the white space around that (section 3.5). Nothing else changes: also
     * the text {@code b=} may stand in another value.
     */
    static String withoutSignature(String list) {
        int start = 0;
        while (start <= list.length()) {
            int semicolon = list.indexOf(';', start);
            int end = semicolon < 0 ? list.length() : semicolon;
            int equalSign = list.indexOf('=', start);
            if (equalSign >= 0
                    && equalSign < end
                    && TagList.trim(list.substring(start, equalSign)).equals("b")) {
                return list.substring(0, equalSign + 1) + list.substring(end);
            }
            start = end + 1;
        }
        return list;
    }
}
