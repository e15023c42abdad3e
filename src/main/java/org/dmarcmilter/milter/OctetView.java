package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A part of a packet as text, one character an octet, for a look at it: one view serves all packets of a connection. */
final class OctetView implements CharSequence {
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int start;
    private int length;

    /** The same view at another place. */
    OctetView at(ByteBuf in, int start, int length) {
        this.in = in;
        this.start = start;
        this.length = length;
        return this;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        return (char) in.getUnsignedByte(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return toString().substring(from, to);
    }

    @Override
    public String toString() {
        return in.toString(start, length, StandardCharsets.ISO_8859_1);
    }
}
