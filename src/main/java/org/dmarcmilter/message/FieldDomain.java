package org.dmarcmilter.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/** A domain as it stands in a header field, whose text holds one character per octet. */
public final class FieldDomain {
    /** No U-label form of a name of 253 octets is longer; what is, is not worth decoding. */
    private static final int MAX_DOMAIN_OCTETS = 2048;

    private FieldDomain() {}

    /**
     * Reads a domain as it stands in a field: ASCII, or U-labels in UTF-8 (RFC 6532, section 3.2), with at most one trailing dot.
     * Nothing is trimmed. Empty if the octets are not UTF-8 or the DNS can have no such name.
     */
    public static Optional<DomainName> of(String octets) {
        if (octets.length() > MAX_DOMAIN_OCTETS) {
            return Optional.empty();
        }
        if (isAscii(octets)) {
            return DomainName.parse(octets);
        }
        // Unicode has spaces that a mapping to A-labels might quietly drop; a name with a hole is no name.
        return utf8(octets)
                .filter(text -> text.codePoints().noneMatch(FieldDomain::isSpaceOrControl))
                .flatMap(DomainName::parse);
    }

    private static boolean isAscii(String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> utf8(String octets) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1));
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isSpaceOrControl(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
    }
}
