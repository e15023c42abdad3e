package org.dmarcmilter.report;

import java.util.List;
import java.util.stream.Stream;
import org.dmarcmilter.message.HeaderField;

/**
 * The header section of a message as a body part of another (RFC 6522, section 4).
 *
 * <p>Plain headers stand there as they came. If anything in them is not fit for mail, 8-bit or control characters or long lines,
 * the part is encoded quoted-printable, which loses nothing; the standard names that encoding for this case.
 *
 * @param transferEncoding the value for Content-Transfer-Encoding; empty for plain text
 * @param text lines of at most 998 octets of US-ASCII that end with a line feed
 * @param complete whether all fields are in it
 */
record QuotedHeaders(String transferEncoding, String text, boolean complete) {
    /** Octets of header that are quoted. */
    static final int MAX_OCTETS = 65_536;

    /** RFC 5322, section 2.1.1. */
    private static final int MAX_LINE = 998;

    /** RFC 2045, section 6.7, rule 5, less the soft line break. */
    private static final int MAX_ENCODED_LINE = 75;

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /**
     * The fields that there is room for, from the top, and the first one for which there is none, cut: it tells that the
     * section is not complete.
     */
    static List<HeaderField> quotable(List<HeaderField> fields) {
        long octets = 0;
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            octets += (long) field.name().length() + field.value().length();
            if (octets > MAX_OCTETS) {
                String cut = field.value().substring(0, Math.min(field.value().length(), MAX_OCTETS + 1));
                return Stream.concat(fields.subList(0, i).stream(), Stream.of(new HeaderField(field.name(), cut)))
                        .toList();
            }
        }
        return fields;
    }

    /** Quotes whole fields, from the top, as long as there is room. */
    static QuotedHeaders of(List<HeaderField> fields) {
        StringBuilder section = new StringBuilder();
        boolean complete = true;
        for (HeaderField field : fields) {
            // A fold may double the length of an empty line; more than the limit is not even looked at.
            if (field.name().length() + field.value().length() > MAX_OCTETS) {
                complete = false;
                break;
            }
            String text = text(field);
            if (section.length() + text.length() > MAX_OCTETS) {
                complete = false;
                break;
            }
            section.append(text);
        }
        return isPlain(section)
                ? new QuotedHeaders("", section.toString(), complete)
                : new QuotedHeaders("quoted-printable", quotedPrintable(section), complete);
    }

    /** One field with line feeds for line ends, and a tab after each, so that none of its lines can end the section. */
    private static String text(HeaderField field) {
        String name = field.name().replaceAll("[^!-9;-~]", "?");
        String value = field.value().replace("\r\n", "\n");
        StringBuilder text = new StringBuilder(name.length() + value.length() + 3)
                .append(name.isEmpty() ? "?" : name)
                .append(':');
        if (!value.startsWith(" ") && !value.startsWith("\t")) {
            text.append(' ');
        }
        for (int i = 0; i < value.length(); i++) {
            text.append(value.charAt(i));
            boolean folded = i + 1 < value.length() && (value.charAt(i + 1) == ' ' || value.charAt(i + 1) == '\t');
            if (value.charAt(i) == '\n' && !folded) {
                text.append('\t');
            }
        }
        return text.append('\n').toString();
    }

    private static boolean isPlain(CharSequence text) {
        int lineLength = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lineLength = c == '\n' ? 0 : lineLength + 1;
            if (lineLength > MAX_LINE || (c != '\n' && c != '\t' && (c < ' ' || c > '~'))) {
                return false;
            }
        }
        return true;
    }

    /** RFC 2045, section 6.7; line feeds stay line ends. */
    private static String quotedPrintable(CharSequence text) {
        StringBuilder encoded = new StringBuilder(text.length() * 2);
        int lineLength = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                encoded.append('\n');
                lineLength = 0;
                continue;
            }
            boolean atLineEnd = i + 1 == text.length() || text.charAt(i + 1) == '\n';
            boolean literal = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !atLineEnd);
            if (lineLength + (literal ? 1 : 3) > MAX_ENCODED_LINE) {
                encoded.append("=\n");
                lineLength = 0;
            }
            // A line of one dot would end the mail for sendmail, and two hyphens can begin a boundary.
            literal &= lineLength > 0 || (c != '.' && c != '-');
            if (literal) {
                encoded.append(c);
            } else {
                // One character is one octet; what is no octet cannot come from a header field.
                int octet = c <= 0xFF ? c : '?';
                encoded.append('=').append(HEX[octet >> 4]).append(HEX[octet & 15]);
            }
            lineLength += literal ? 1 : 3;
        }
        return encoded.toString();
    }
}
