package org.dmarcmilter.dkim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The hash of a body in one canonicalization (RFC 6376, section 3.4.3 and 3.4.4), of all of it and of its beginning up to each {@code
 * l=} that somebody asks for. The body comes in pieces that may end anywhere, between CR and LF too.
 *
 * <p>What may turn out not to count is not written, but counted: white space that may end its line, empty lines that may end the body,
 * a CR that may begin a line end. Only CRLF is a line end; other CRs and LFs are octets like any other. So the memory is the same for
 * every body.
 */
final class BodyHash {
    private static final byte[] CRLF = {'\r', '\n'};

    /** Eight octets at a time, the first of them in the lowest place. */
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    /** From so many octets on it is not worth the copy to wait for more. */
    private static final int LONG_RUN = 256;

    private final boolean relaxed;
    private final MessageDigest digest = sha256();
    private final byte[] buffer = new byte[4_096];
    private int buffered;

    /** White space was seen, and nothing behind it in its line. */
    private boolean gap;
    /** A CR was seen, and nothing behind it. */
    private boolean cr;
    /** Line ends were seen, and no text behind them. */
    private long lineEnds;
    /** Octets of the canonical body so far. */
    private long length;

    /** By how many octets they are of; without octets until the body has come so far. */
    private final TreeMap<Long, byte[]> beginnings = new TreeMap<>();

    /** Where the next of them ends. */
    private long mark = Long.MAX_VALUE;

    /** Empty until the body is complete. */
    private byte[] whole = new byte[0];

    BodyHash(Canonicalization canonicalization) {
        relaxed = canonicalization == Canonicalization.RELAXED;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Asks for the hash of the first so many octets of the canonical body, before any of the body has come. */
    void mark(long octets) {
        beginnings.put(octets, new byte[0]);
        mark = beginnings.firstKey();
        takeBeginnings();
    }

    /** The next octets of the body. */
    void update(byte[] octets, int count) {
        if (relaxed) {
            updateRelaxed(octets, count);
        } else {
            updateSimple(octets, count);
        }
    }

    /** Only what stands at the end can turn out not to count. */
    private void updateSimple(byte[] octets, int count) {
        int start = 0;
        if (cr && count > 0 && octets[0] == '\n') {
            special(octets[0]);
            start = 1;
        }
        int end = count;
        if (end > start && octets[end - 1] == '\r') {
            end--;
        }
        while (end - start >= 2 && octets[end - 2] == '\r' && octets[end - 1] == '\n') {
            end -= 2;
        }
        if (end > start) {
            settle();
            write(octets, start, end - start);
        }
        for (int i = end; i < count; i++) {
            special(octets[i]);
        }
    }

    private void updateRelaxed(byte[] octets, int count) {
        int i = 0;
        while (i < count) {
            int end = endOfRun(octets, i, count);
            if (end > i) {
                settle();
                write(octets, i, end - i);
                i = end;
            } else {
                special(octets[i]);
                i++;
            }
        }
    }

    /**
     * Where what begins here as plain text ends: words with single spaces between them, and with line ends, if text follows them in the
     * same piece. That is nearly all of nearly every body, and can be taken as it is.
     */
    private int endOfRun(byte[] octets, int start, int count) {
        int i = start;
        if (cr && octets[i] == '\n') {
            return start;
        }
        while (true) {
            i = pastPlain(octets, i, count);
            if (i == count) {
                return i;
            }
            if (!isSpecial(octets[i])) {
                i++; // not US-ASCII, or a control
            } else if (i == start) {
                return i;
            } else if (octets[i] == ' ' && i + 1 < count && !isSpecial(octets[i + 1])) {
                i += 2;
            } else if (octets[i] == '\r' && i + 2 < count && octets[i + 1] == '\n' && !isSpecial(octets[i + 2])) {
                i += 3;
            } else {
                return i;
            }
        }
    }

    /** Where the next octet is that is no more than a space, or, among the last few, not of US-ASCII. */
    private static int pastPlain(byte[] octets, int start, int count) {
        int i = start;
        for (; i + Long.BYTES <= count; i += Long.BYTES) {
            long eight = (long) EIGHT.get(octets, i);
            // Taking more than a space from each borrows from the highest bit of one that is no more. What is
            // borrowed beyond that may mark further ones, but only behind the first.
            long marks = (eight - (' ' + 1) * EACH) & ~eight & HIGHEST_BITS;
            if (marks != 0) {
                return i + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
            }
        }
        while (i < count && octets[i] > ' ') {
            i++;
        }
        return i;
    }

    private static boolean isSpecial(byte octet) {
        return octet == '\r' || octet == ' ' || octet == '\t';
    }

    /** Takes what may turn out not to count: a CR, the LF behind one, or white space. */
    private void special(byte octet) {
        if (cr && octet == '\n') {
            cr = false;
            gap = false;
            lineEnds++;
            return;
        }
        if (cr) {
            settle();
        }
        if (octet == '\r') {
            cr = true;
        } else {
            gap = true;
        }
    }

    /** Text follows: what was counted counts. */
    private void settle() {
        for (; lineEnds > 0; lineEnds--) {
            write(CRLF, 0, CRLF.length);
        }
        if (gap) {
            write((byte) ' ');
            gap = false;
        }
        if (cr) {
            write((byte) '\r');
            cr = false;
        }
    }

    private void write(byte octet) {
        if (buffered == buffer.length) {
            flush();
        }
        buffer[buffered++] = octet;
        length++;
        if (length == mark) {
            takeBeginnings();
        }
    }

    private void write(byte[] octets, int offset, int count) {
        if (count >= LONG_RUN && count < mark - length) {
            flush();
            digest.update(octets, offset, count);
            length += count;
            return;
        }
        int from = offset;
        int left = count;
        while (left > 0) {
            if (buffered == buffer.length) {
                flush();
            }
            int most = (int) Math.min(Math.min(left, buffer.length - buffered), mark - length);
            System.arraycopy(octets, from, buffer, buffered, most);
            buffered += most;
            length += most;
            from += most;
            left -= most;
            if (length == mark) {
                takeBeginnings();
            }
        }
    }

    private void flush() {
        digest.update(buffer, 0, buffered);
        buffered = 0;
    }

    private void takeBeginnings() {
        while (mark == length) {
            flush();
            beginnings.put(mark, copy(digest).digest());
            Map.Entry<Long, byte[]> next = beginnings.higherEntry(mark);
            mark = next == null ? Long.MAX_VALUE : next.getKey();
        }
    }

    static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("a SHA-256 that cannot be copied", e);
        }
    }

    /** The body is complete. A second call does nothing. */
    void end() {
        if (whole.length > 0) {
            return;
        }
        if (cr) {
            settle(); // not half a line end, but an octet
        }
        if (!relaxed || length > 0) {
            write(CRLF, 0, CRLF.length);
        }
        flush();
        whole = digest.digest();
    }

    /** Octets of the canonical body, once it is complete. */
    long length() {
        return length;
    }

    /**
     * The hash, once the body is complete.
     *
     * @param limit of so many octets, for which it was asked before the body came; of all if empty
     * @return empty if the body is shorter
     */
    Optional<byte[]> hash(OptionalLong limit) {
        if (limit.isEmpty()) {
            return Optional.of(whole);
        }
        return limit.getAsLong() > length ? Optional.empty() : Optional.ofNullable(beginnings.get(limit.getAsLong()));
    }
}
