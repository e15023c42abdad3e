package org.dmarcmilter.endtoend;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test class has started, to be stopped in the reverse order, also when a later one did not start. */
final class Peers implements Peer {
    private final Deque<Peer> started = new ArrayDeque<>();

    <T extends Peer> T add(T peer) {
        started.push(peer);
        return peer;
    }

    @Override
    public void close() {
        if (!started.isEmpty()) {
            try {
                started.pop().close();
            } finally {
                close(); // the others, also when that one does not stop
            }
        }
    }
}
