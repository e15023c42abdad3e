package org.dmarcmilter.feedback;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The content of a gzip file (RFC 1952): its first member, which is all that a report has. The JDK's own reader goes from member to
 * member by recursion, so a file of empty ones overflows its stack.
 */
final class GzipMember extends InflaterInputStream {
    private static final int BUFFER = 8_192;

    /** CRC-32 and length. */
    private static final int TRAILER = 8;

    private static final int HAS_HEADER_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final CRC32 crc = new CRC32();
    private boolean atEnd;

    GzipMember(InputStream in) throws IOException {
        super(in, new Inflater(true), BUFFER);
        try {
            readHeader();
        } catch (IOException e) {
            inf.end();
            throw e;
        }
    }

    /** RFC 1952, section 2.3. */
    private void readHeader() throws IOException {
        if (octet() != 0x1F || octet() != 0x8B || octet() != 8) {
            throw new ZipException("no gzip header");
        }
        int flags = octet();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("unknown gzip flags");
        }
        skipOctets(6);
        if ((flags & HAS_EXTRA) != 0) {
            skipOctets(octet() | octet() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_HEADER_CRC) != 0) {
            skipOctets(2);
        }
    }

    private void skipOctets(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            octet();
        }
    }

    private void skipText() throws IOException {
        while (octet() != 0) {
            // up to the zero
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the gzip file is cut off");
        }
        return octet;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (atEnd) {
            return -1;
        }
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            crc.update(buffer, offset, read);
        } else if (read < 0) {
            atEnd = true;
            checkTrailer();
        }
        return read;
    }

    /** What the inflater did not take is at the end of its buffer. */
    private void checkTrailer() throws IOException {
        long value = 0;
        int left = inf.getRemaining();
        for (int i = 0; i < TRAILER; i++) {
            int octet = i < left ? buf[len - left + i] & 0xFF : octet();
            value |= (long) octet << (8 * i);
        }
        if ((value & 0xFFFF_FFFFL) != crc.getValue() || value >>> 32 != (inf.getBytesWritten() & 0xFFFF_FFFFL)) {
            throw new ZipException("the gzip file is damaged: its check sum is wrong");
        }
    }

    @Override
    public void close() throws IOException {
        inf.end();
        super.close();
    }
}
