package org.dmarcmilter.dkim;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.domain.AsciiCase;
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
     * @param chosen the fields in the order in which they were signed
     * @param own the field of the signature, which is signed last
     * @param twin a name of which there are more fields than are signed, where a second one would be shown
     */
    record Selection(
            List<HeaderField> chosen, HeaderField own, Canonicalization canonicalization, Optional<String> twin) {
        /** How many octets they have, but for what canonicalization changes. */
        long octets() {
            long octets = SignedFields.octets(own);
            for (HeaderField field : chosen) {
                octets += SignedFields.octets(field);
            }
            return octets;
        }

        /** The text that was signed. */
        byte[] text() {
            ByteArrayOutputStream text = new ByteArrayOutputStream(1_024);
            for (HeaderField field : chosen) {
                write(field, canonicalization, text);
            }
            writeWithoutSignature(own, canonicalization, text);
            return text.toByteArray();
        }

        byte[] hash() {
            return BodyHash.sha256().digest(text());
        }
    }

    SignedFields(List<HeaderField> fields) {
        this.fields = fields;
    }

    /** Not before somebody wants to know: it takes more memory than some headers. */
    private void index() {
        above = new int[fields.size()];
        Arrays.fill(above, NONE);
        for (int i = 0; i < above.length; i++) {
            Integer next = lowest.put(AsciiCase.lower(fields.get(i).name()), i);
            above[i] = next == null ? NONE : next;
        }
    }

    /** What the signature in that field signed of the header. */
    Selection select(DkimSignature signature, HeaderField own) {
        if (lowest.isEmpty()) {
            index();
        }
        Map<String, Integer> unused = new HashMap<>();
        List<HeaderField> chosen = new ArrayList<>();
        for (String name : StrictTags.words(signature.names())) {
            int next = unused.containsKey(name) ? unused.get(name) : lowest.getOrDefault(name, NONE);
            if (next != NONE) {
                chosen.add(fields.get(next));
                unused.put(name, above[next]);
            }
        }
        return new Selection(chosen, own, signature.header(), twin(unused));
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
    static void write(HeaderField field, Canonicalization canonicalization, ByteArrayOutputStream out) {
        canonicalization.write(field.name(), field.space(), field.value(), out);
        out.write('\r');
        out.write('\n');
    }

    /** The field in which a signature stands: without its value, and without its line end. */
    static void writeWithoutSignature(HeaderField field, Canonicalization canonicalization, ByteArrayOutputStream out) {
        canonicalization.write(field.name(), field.space(), withoutSignature(field.value()), out);
    }

    private static int octets(HeaderField field) {
        return field.name().length() + field.value().length();
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
            if (equalSign >= 0 && equalSign < end && isB(list, start, equalSign)) {
                return list.substring(0, equalSign + 1) + list.substring(end);
            }
            start = end + 1;
        }
        return list;
    }

    /** Whether that is all there is, but for white space. */
    private static boolean isB(String list, int start, int end) {
        int letters = 0;
        for (int i = start; i < end; i++) {
            char c = list.charAt(i);
            if (c == 'b') {
                letters++;
            } else if (!TagList.isWhiteSpace(c)) {
                return false;
            }
        }
        return letters == 1;
    }
}
