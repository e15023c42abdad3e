package org.dmarcmilter.dkim;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.dmarcmilter.domain.AsciiCase;

/**
 * What may change on the way without breaking a signature (RFC 6376, section 3.4). Here for header fields; {@link BodyHash} does it to
 * bodies, where everything comes in pieces.
 */
enum Canonicalization {
    /** Nothing may change (section 3.4.1). */
    SIMPLE {
        @Override
        void write(String name, String space, String value, ByteArrayOutputStream out) {
            out.writeBytes(octets(name));
            out.write(':');
            writeAsReceived(octets(space), out);
            writeAsReceived(octets(value), out);
        }
    },
    /** The case of names, and the amount of white space, may (section 3.4.2). */
    RELAXED {
        @Override
        void write(String name, String space, String value, ByteArrayOutputStream out) {
            out.writeBytes(octets(AsciiCase.lower(name)));
            out.write(':');
            // The space is white space at the beginning, of which nothing remains.
            byte[] octets = octets(value);
            out.write(octets, 0, unfold(octets));
        }
    };

    static Optional<Canonicalization> of(String word) {
        for (Canonicalization canonicalization : values()) {
            if (canonicalization.name().equalsIgnoreCase(word)) {
                return Optional.of(canonicalization);
            }
        }
        return Optional.empty();
    }

    /** Writes a field without the line end behind it. Folds may be CRLF or, as a milter gets them, LF. */
    abstract void write(String name, String space, String value, ByteArrayOutputStream out);

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void writeAsReceived(byte[] octets, ByteArrayOutputStream out) {
        int start = 0;
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r')) {
                out.write(octets, start, i - start);
                out.write('\r');
                start = i;
            }
        }
        out.write(octets, start, octets.length - start);
    }

    /** Moves what remains to the beginning, and says how much that is. */
    private static int unfold(byte[] octets) {
        int end = 0;
        boolean gap = false;
        for (int i = 0; i < octets.length; i++) {
            byte octet = octets[i];
            if (octet == ' ' || octet == '\t') {
                gap = true;
            } else if (octet > ' ' || !isLineEnd(octets, i)) {
                if (gap && end > 0) {
                    octets[end++] = ' ';
                }
                gap = false;
                octets[end++] = octet;
            }
        }
        return end;
    }

    private static boolean isLineEnd(byte[] octets, int i) {
        return octets[i] == '\n' || (octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n');
    }
}
