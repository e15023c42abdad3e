package org.dmarcmilter.feedback;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Remembers that the stream below failed, to tell a broken disk from a broken file. */
final class FailingStream extends FilterInputStream {
    private Optional<IOException> failure = Optional.empty();

    FailingStream(InputStream in) {
        super(in);
    }

    /** Throws what the stream below has thrown, if it did. */
    void rethrow() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            failure = Optional.of(e);
            throw e;
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            failure = Optional.of(e);
            throw e;
        }
    }

    /** The caller closes what he opened. */
    @Override
    public void close() {}
}
