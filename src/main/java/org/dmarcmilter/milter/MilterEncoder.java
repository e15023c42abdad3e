package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Replies to bytes: length (4 octets, of what follows it), command byte, payload. */
final class MilterEncoder {
    /** Largest value of the length field: the command byte and 65,535 octets, unless both ends agreed to more (we never do). */
    static final int MAX_LENGTH = 65_536;

    private MilterEncoder() {}

    /** @param leadingSpace whether values of header fields bring the space behind the colon along */
    static void write(MilterReply reply, boolean leadingSpace, ByteBuf out) {
        int start = out.writerIndex();
        out.writeInt(1).writeByte(reply.letter());
        reply.writePayload(out, leadingSpace);
        out.setInt(start, out.writerIndex() - start - Integer.BYTES);
    }

    /** SMFIC_OPTNEG, as the filter's answer. */
    static void write(Negotiation.Agreed agreed, ByteBuf out) {
        out.writeInt(1 + 3 * Integer.BYTES).writeByte('O');
        out.writeInt(agreed.version()).writeInt(agreed.actions()).writeInt(agreed.protocol());
    }

    /** One octet per char and a NUL; what is no octet becomes {@code ?}. */
    static void writeString(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        out.writeByte(0);
    }
}
