package org.dmarcmilter.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** US-ASCII text that is put together octet by octet, without a string for each part. It grows as needed. For one thread. */
public final class OctetText {
    private static final int MAX_DIGITS = 20;
    private static final int HEX_DIGITS = 8;
    private static final String DIGITS = "0123456789abcdef";

    private byte[] octets;
    private int length;

    /** An empty one that can take so many octets before it has to grow. */
    public OctetText(int room) {
        octets = new byte[room];
    }

    /** Appends a text that is US-ASCII. */
    @SuppressWarnings("deprecation") // It takes each character as an octet, which is what is asked for.
    public OctetText append(String ascii) {
        int more = ascii.length();
        makeRoom(more);
        ascii.getBytes(0, more, octets, length);
        length += more;
        return this;
    }

    /** Appends a character of US-ASCII. */
    public OctetText append(char ascii) {
        makeRoom(1);
        octets[length++] = (byte) ascii;
        return this;
    }

    /** Appends octets as they are. */
    public OctetText append(byte[] more) {
        makeRoom(more.length);
        System.arraycopy(more, 0, octets, length, more.length);
        length += more.length;
        return this;
    }

    /** Appends a number in decimal. */
    public OctetText append(long number) {
        if (number < 0) {
            return append(Long.toString(number));
        }
        makeRoom(MAX_DIGITS);
        int end = length + 1;
        for (long rest = number; rest > 9; rest /= 10) {
            end++;
        }
        length = end;
        long rest = number;
        do {
            octets[--end] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        return this;
    }

    /** Appends a number as eight hexadecimal digits. */
    public OctetText appendHex(int number) {
        makeRoom(HEX_DIGITS);
        for (int i = 0; i < HEX_DIGITS; i++) {
            octets[length++] = (byte) DIGITS.charAt((number >>> (Integer.SIZE - 4 * (i + 1))) & 0xF);
        }
        return this;
    }

    /** How many octets there are. */
    public int length() {
        return length;
    }

    /** How many there can be before it has to grow. */
    public int room() {
        return octets.length;
    }

    /** Leaves only the first ones. */
    public void cut(int length) {
        this.length = Math.min(this.length, length);
    }

    /** The octets from there to the end, not copied: until something is appended. */
    public ByteBuffer from(int begin) {
        return ByteBuffer.wrap(octets, begin, length - begin);
    }

    /** The array in which the octets stand, with room behind them: until something is appended. */
    public byte[] array() {
        return octets;
    }

    /** A copy. */
    public byte[] toOctets() {
        return Arrays.copyOf(octets, length);
    }

    @Override
    public String toString() {
        return new String(octets, 0, length, StandardCharsets.ISO_8859_1);
    }

    private void makeRoom(int more) {
        if (octets.length - length < more) {
            octets = Arrays.copyOf(octets, Math.max(length + more, 2 * octets.length));
        }
    }
}
