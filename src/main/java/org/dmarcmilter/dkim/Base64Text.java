package org.dmarcmilter.dkim;

import java.util.Arrays;
import java.util.Base64;

/** Octets as they stand in a tag: base64 (RFC 6376, section 3.2). */
final class Base64Text {
    private final byte[] octets;

    /**
     * Reads them.
     *
     * @param text without white space
     * @throws IllegalArgumentException if it is not base64
     */
    Base64Text(String text) {
        octets = Base64.getDecoder().decode(text);
    }

    /** As they are kept: not to be written to. */
    byte[] octets() {
        return octets;
    }

    boolean isEmpty() {
        return octets.length == 0;
    }

    /** Whether they are these. */
    boolean matches(byte[] others) {
        return Arrays.equals(octets, others);
    }
}
