package org.dmarcmilter.milter;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory for header fields of all messages that are open at once. A bound for each message alone would let a hundred
 * clients fill the heap together.
 */
final class HeaderMemory {
    private static final Logger LOG = LoggerFactory.getLogger(HeaderMemory.class);

    private final long most;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean full = new AtomicBoolean();

    /** @param most octets in all */
    HeaderMemory(long most) {
        this.most = most;
    }

    /** Takes that many octets, or none and says no. */
    boolean take(long octets) {
        if (taken.addAndGet(octets) <= most) {
            return true;
        }
        taken.addAndGet(-octets);
        if (!full.getAndSet(true)) {
            LOG.warn(
                    "the open messages hold {} octets of header fields, as many as are kept; further ones are answered"
                            + " with a temporary failure until some have ended",
                    most);
        }
        return false;
    }

    /** Gives octets back. Half must be free again before the next complaint, so that not each message is logged. */
    void give(long octets) {
        if (taken.addAndGet(-octets) < most / 2 && full.get() && full.compareAndSet(true, false)) {
            LOG.warn("header fields of new messages are kept again");
        }
    }

    /** Octets taken now. */
    long taken() {
        return taken.get();
    }
}
