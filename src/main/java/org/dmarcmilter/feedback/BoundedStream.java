package org.dmarcmilter.feedback;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/**
 * A stream that gives up: after so many octets, and after so many without anything that the reader of the XML could pass on. So neither
 * a bomb nor an endless name, comment or attribute fills the memory.
 */
final class BoundedStream extends FilterInputStream {
    /** The file asks for more than a report may take. */
    static final class ExceededException extends IOException {
        private static final long serialVersionUID = 1L;

        ExceededException(String message) {
            super(message);
        }
    }

    private final long most;
    private final String what;
    private final long mostBetween;
    private long total;
    private long between;

    /**
     * @param most octets in all
     * @param what they are, for the message
     * @param mostBetween octets between two calls of {@link #progress()}
     */
    BoundedStream(InputStream in, long most, String what, long mostBetween) {
        super(in);
        this.most = most;
        this.what = what;
        this.mostBetween = mostBetween;
    }

    /** The reader has understood what came so far. */
    void progress() {
        between = 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int read = super.read(buffer, offset, length);
            count(Math.max(read, 0));
            return read;
        } catch (EOFException e) {
            // The JDK's XML reader takes this one for an ordinary end.
            throw new ZipException("the file is cut off");
        }
    }

    @Override
    public long skip(long n) throws IOException {
        long skipped = super.skip(n);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long octets) throws ExceededException {
        total += octets;
        between += octets;
        if (total > most) {
            throw new ExceededException("more than " + most + " octets of " + what);
        }
        if (between > mostBetween) {
            throw new ExceededException("more than " + mostBetween + " octets without an element or its end");
        }
    }
}
