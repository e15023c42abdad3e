package org.dmarcmilter.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Header;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** The messages we send, and which messages are replies to them (RFC 1035, section 4; RFC 6891; RFC 5452). */
final class QueryMessage {
    /** The payload that needs no fragments on today's paths (DNS flag day 2020). */
    static final int EDNS_PAYLOAD = 1232;

    private static final int MAX_LABEL = 63;
    private static final int MAX_NAME_ON_WIRE = 255;
    private static final short RECURSION_DESIRED = 0x0100;
    /** Type and class. */
    private static final int QUESTION_FIXED = 4;

    private static final int OPT_LENGTH = 11;
    private static final int FLAGS_HIGH = 2;
    private static final int QR_AND_OPCODE = 0xF8;
    private static final int QR_QUERY = 0x80;
    private static final int TC = 0x02;
    private static final int RCODE = 0x0F;

    private QueryMessage() {}

    /**
     * The name as the DNS has it: each character one octet, so that a backslash is a backslash and no escape. Empty for
     * what no server can be asked: an empty label, a label over 63 octets, a name over 255 on the wire (253 as text),
     * a character that is no octet.
     */
    static Optional<Name> name(String text) {
        if (text.isEmpty() || text.length() + 2 > MAX_NAME_ON_WIRE) {
            return Optional.empty();
        }
        byte[] wire = new byte[text.length() + 2];
        int lengthAt = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c > 0xFF) {
                return Optional.empty();
            }
            if (c != '.') {
                wire[i + 1] = (byte) c;
                continue;
            }
            int length = i - lengthAt;
            if (length == 0 || length > MAX_LABEL) {
                return Optional.empty();
            }
            wire[lengthAt] = (byte) length;
            lengthAt = i + 1;
        }
        try {
            return Optional.of(new Name(wire));
        } catch (IOException e) {
            throw new IllegalStateException("a checked name was refused", e);
        }
    }

    /** One question with recursion desired. */
    static byte[] encode(int id, Name name, int type, boolean edns) {
        int octets = Header.LENGTH + name.length() + QUESTION_FIXED;
        ByteBuffer query = ByteBuffer.allocate(octets + (edns ? OPT_LENGTH : 0))
                .putShort((short) id)
                .putShort(RECURSION_DESIRED)
                .putShort((short) 1) // one question
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) (edns ? 1 : 0))
                .put(name.toWire())
                .putShort((short) type)
                .putShort((short) DClass.IN);
        if (edns) {
            // RFC 6891, section 6.1.2: the root as the name, the payload as the class, no flags, no options.
            query.put((byte) 0)
                    .putShort((short) Type.OPT)
                    .putShort((short) EDNS_PAYLOAD)
                    .putInt(0)
                    .putShort((short) 0);
        }
        return query.array();
    }

    /**
     * Whether the bytes are a reply to this query: its id, a reply to a standard query, and its question with the
     * name in any case (RFC 5452, section 9.1). A reply without any question passes only when it is a refusal: servers
     * that could not read the query send that (FORMERR), and it can decide nothing but to ask elsewhere.
     */
    static boolean isReplyTo(byte[] query, byte[] reply) {
        if (reply.length < Header.LENGTH
                || reply[0] != query[0]
                || reply[1] != query[1]
                || (reply[FLAGS_HIGH] & QR_AND_OPCODE) != QR_QUERY
                || reply[4] != 0) {
            return false;
        }
        if (reply[5] == 0) {
            return isRefusal(reply[3] & RCODE);
        }
        return reply[5] == 1 && sameQuestion(query, reply);
    }

    /** Whether the reply says that it did not fit: ask again by TCP (RFC 2181, section 9). */
    static boolean isTruncated(byte[] reply) {
        return (reply[FLAGS_HIGH] & TC) != 0;
    }

    private static boolean isRefusal(int rcode) {
        return rcode == Rcode.FORMERR || rcode == Rcode.SERVFAIL || rcode == Rcode.NOTIMP || rcode == Rcode.REFUSED;
    }

    private static boolean sameQuestion(byte[] query, byte[] reply) {
        int end = endOfQuestion(query);
        if (reply.length < end) {
            return false;
        }
        for (int i = Header.LENGTH; i < end; i++) {
            // Length octets are at most 63 and a type or class we ask is below 65: only letters differ by case.
            if (lower(query[i]) != lower(reply[i])) {
                return false;
            }
        }
        return true;
    }

    private static int endOfQuestion(byte[] query) {
        int at = Header.LENGTH;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 1 + 2 + 2;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    /** The number of a record type on the wire. */
    static int wireType(DnsQuestion.Type type) {
        return switch (type) {
            case A -> Type.A;
            case AAAA -> Type.AAAA;
            case MX -> Type.MX;
            case PTR -> Type.PTR;
            case TXT -> Type.TXT;
        };
    }
}
