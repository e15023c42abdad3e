package org.dmarcmilter.dns;

import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Which large replies are being read: so many at a time, the others stay with the system until one has ended. A thousand
 * questions whose answers have 64 KiB and come in pieces would fill the heap otherwise. Used by the thread of
 * {@link ExchangeLoop} only.
 */
final class LargeReplies {
    /** Octets of a reply that any number of exchanges may read at the same time. */
    static final int ORDINARY = 4_096;

    /** Four megabytes in all. */
    static final int MOST = 64;

    private final Queue<SelectionKey> waiting = new ArrayDeque<>();
    private int reading;

    /** Whether this one may be read now; otherwise its key is not ready again before it may. Who begins has to {@link #end}. */
    boolean begin(SelectionKey key) {
        if (reading >= MOST) {
            key.interestOps(0);
            waiting.add(key);
            return false;
        }
        reading++;
        return true;
    }

    /** One has ended, or will never. */
    void end() {
        reading--;
        SelectionKey next = waiting.poll();
        while (next != null && !next.isValid()) {
            next = waiting.poll();
        }
        if (next != null) {
            next.interestOps(SelectionKey.OP_READ);
        }
    }
}
