package org.dmarcmilter.dkim;

import java.util.Base64;

/**
 * Octets as they stand in a tag: base64 (RFC 6376, section 3.2).
 *
 * @param text without white space
 */
record Base64Text(String text) {
    /** @throws IllegalArgumentException if it is not base64 */
    Base64Text {
        Base64.getDecoder().decode(text);
    }

    byte[] octets() {
        return Base64.getDecoder().decode(text);
    }

    boolean isEmpty() {
        return text.isEmpty();
    }
}
