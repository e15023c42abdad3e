package org.dmarcmilter.milter;

import java.nio.charset.StandardCharsets;

/** A part of a packet as text, one character an octet, for a look at it: one view serves all packets of a connection. */
final class OctetView implements CharSequence {
    private byte[] in = {};
    private int start;
    private int length;

    /** The same view at another place. */
    OctetView at(byte[] in, int start, int length) {
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
        return (char) (in[start + index] & 0xFF);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return toString().substring(from, to);
    }

    @Override
    public String toString() {
        return new String(in, start, length, StandardCharsets.ISO_8859_1);
    }
}
