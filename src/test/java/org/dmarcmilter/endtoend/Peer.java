package org.dmarcmilter.endtoend;

/** A program or server that a test has started. */
interface Peer extends AutoCloseable {
    /** Stops it and waits for its end. */
    @Override
    void close();
}
