package org.dmarcmilter.milter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory for something that all clients of the server need at once: the kept header fields of the open messages, or what has come of
 * packets whose rest has not. A bound for each message alone would let a hundred clients fill the memory together, and a pool that refuses
 * whoever comes next would let them keep out everybody else's mail. So:
 *
 * <ul>
 *   <li>the first octets of each message, as many as an ordinary one needs, are its own;
 *   <li>what larger messages need beyond that comes from a pool. Where it is short, its equal share is each client's own:
 *       of those clients that hold more, the message that holds most is refused.
 * </ul>
 *
 * <p>Safe for all event loops; no lock is held while anything else happens.
 */
final class SharedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);

    /** What the memory is for, in the words of the log. */
    enum Use {
        HEADER_FIELDS(
                "the header fields of the open messages take {} octets beyond what ordinary messages need, as many as are"
                        + " kept; the largest are answered with a temporary failure until some have ended",
                "header fields of large messages are kept again"),
        HALF_PACKETS(
                "packets of which the rest has not come take {} octets beyond what ordinary ones need, as many as are kept;"
                        + " the connections with the largest are closed until some have ended",
                "large packets are waited for again");

        private final String isShort;
        private final String suffices;

        Use(String isShort, String suffices) {
            this.isShort = isShort;
            this.suffices = suffices;
        }
    }

    /** For half packets: with what a buffer has to spare, half of the memory outside of the heap. The rest is for replies. */
    private static final long HALF_PACKETS = 8 << 20;

    private final Use use;
    private final long ordinary;
    private final long pool;

    // Guarded by this. A client is here as long as a message of it holds something of the pool.
    private final Map<Object, Client> clients = new HashMap<>();
    private long taken;
    private boolean full;

    private static final class Client {
        final Set<Holding> messages = new HashSet<>();
        long taken;
    }

    /**
     * @param ordinary octets that each message may take, whatever the others do
     * @param pool octets beyond that for all messages together
     */
    SharedMemory(Use use, long ordinary, long pool) {
        this.use = use;
        this.ordinary = ordinary;
        this.pool = pool;
    }

    /** For the header fields of the open messages. */
    static SharedMemory forHeaderFields(Limits limits) {
        return of(Use.HEADER_FIELDS, limits.maxHeaderMemory(), limits);
    }

    /** For packets of which the rest has not come. */
    static SharedMemory forHalfPackets(Limits limits) {
        return of(Use.HALF_PACKETS, HALF_PACKETS, limits);
    }

    /** Half of it for ordinary messages, as many as there can be connections; the other half is the pool. */
    private static SharedMemory of(Use use, long octets, Limits limits) {
        long half = octets / 2;
        return new SharedMemory(use, half / limits.maxConnections(), half);
    }

    /** Octets of the pool. */
    long pool() {
        return pool;
    }

    /**
     * Opens the account of a message, with nothing in it.
     *
     * @param client whose message it is, by {@code equals}
     * @param refused called once, by any thread, if others get what the message has taken: it must give it up
     */
    Holding open(Object client, Runnable refused) {
        return new Holding(client, refused);
    }

    /** What one message has taken. Used by its own event loop. */
    final class Holding {
        private final Object client;
        private final Runnable refused;
        private long own;

        // Guarded by the memory.
        private long ofPool;
        private boolean isRefused;

        private Holding(Object client, Runnable refused) {
            this.client = client;
            this.refused = refused;
        }

        /** Takes that many octets more; false if the message is the one to be refused. */
        boolean take(long octets) {
            if (octets <= ordinary - own) {
                own += octets;
                return true;
            }
            return takeOfPool(this, octets);
        }

        /** Gives everything back. */
        void release() {
            own = 0;
            if (releasePool(this)) {
                LOG.warn(use.suffices);
            }
        }
    }

    private boolean takeOfPool(Holding message, long octets) {
        List<Holding> refused;
        boolean news;
        synchronized (this) {
            if (message.isRefused) {
                return false;
            }
            Client client = clients.computeIfAbsent(message.client, key -> new Client());
            client.messages.add(message);
            add(message, client, octets);
            refused = makeRoom();
            news = !refused.isEmpty() && !full;
            full |= news;
        }
        if (news) {
            LOG.warn(use.isShort, pool);
        }
        refused.stream().filter(other -> other != message).forEach(other -> other.refused.run());
        return !refused.contains(message);
    }

    private List<Holding> makeRoom() {
        List<Holding> refused = new ArrayList<>();
        while (taken > pool) {
            Holding next = nextToRefuse();
            next.isRefused = true;
            forget(next);
            refused.add(next);
        }
        return refused;
    }

    /** Somebody holds more than an equal share, because all together hold more than all the shares. */
    private Holding nextToRefuse() {
        long share = pool / clients.size();
        return clients.values().stream()
                .filter(client -> client.taken > share)
                .flatMap(client -> client.messages.stream())
                .max(Comparator.comparingLong(message -> message.ofPool))
                .orElseThrow();
    }

    /** Whether memory is no longer short: half must be free again before the next complaint, so that not each message is logged. */
    private synchronized boolean releasePool(Holding message) {
        if (message.ofPool > 0) {
            forget(message);
        }
        boolean news = full && taken < pool / 2;
        full &= !news;
        return news;
    }

    private void forget(Holding message) {
        clients.computeIfPresent(message.client, (key, client) -> {
            add(message, client, -message.ofPool);
            client.messages.remove(message);
            return client.messages.isEmpty() ? null : client;
        });
    }

    private void add(Holding message, Client client, long octets) {
        message.ofPool += octets;
        client.taken += octets;
        taken += octets;
    }

    /** Octets of the pool that are taken now. */
    synchronized long taken() {
        return taken;
    }
}
