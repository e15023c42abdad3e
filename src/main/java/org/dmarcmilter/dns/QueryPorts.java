package org.dmarcmilter.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP sockets that questions go out from. Opening and closing one costs more than asking and being answered, so one that has brought
 * its answer serves a few questions more, one after the other.
 *
 * <p>Whoever does not see our queries has to guess port and id (RFC 5452, section 4). What that takes is the same as with a socket for each
 * question: the port is one that the kernel has picked at random, each question has an id of its own, and a socket carries one question
 * at a time, so that a guess can hit no more questions than without this class. What could make guessing easier is to find the port by
 * other means and then to guess the id only. So a port lives no longer, {@link #LIFE}, than a question waits with a socket of its own when
 * its answer is slow, and serves few questions, {@value #QUESTIONS}. It is given up with the first datagram that is not the
 * answer, be it while a question waits or between two of them, and after any question that it has not brought the answer to: whoever tries
 * a port out loses it, and a late answer meets nobody.
 *
 * <p>Used by the thread of {@link ExchangeLoop} only.
 */
final class QueryPorts implements AutoCloseable {
    /** Questions that one port may serve. */
    static final int QUESTIONS = 8;
    /** After which a port serves no further question. */
    static final Duration LIFE = Duration.ofSeconds(1);
    /** Ports that may wait for their next question; more are closed. */
    static final int MOST_IDLE = 64;

    private static final Logger LOG = LoggerFactory.getLogger(QueryPorts.class);

    private final Selector selector;
    private final LongSupplier clock;
    /** The one that has waited longest is the last. */
    private final Deque<Port> idle = new ArrayDeque<>();

    /** A socket that is connected, so that the kernel drops what comes from elsewhere and tells when nobody listens. */
    static final class Port {
        final DatagramChannel channel;
        private final InetSocketAddress server;
        private final long until;
        private final SelectionKey key;
        private int questions;

        private Port(InetSocketAddress server, DatagramChannel channel, SelectionKey key, long until) {
            this.server = server;
            this.channel = channel;
            this.key = key;
            this.until = until;
        }
    }

    /**
     * @param selector tells what is ready: keys with an {@link Exchange} belong to it, those with a {@link Port} are idle
     * @param clock as {@link System#nanoTime}
     */
    QueryPorts(Selector selector, LongSupplier clock) {
        this.selector = selector;
        this.clock = clock;
    }

    /**
     * A port for one question to a server, until {@link #giveBack} or {@link #close(Port)}.
     *
     * @throws OwnLimitException if the system has no file descriptor left for us
     */
    Port take(InetSocketAddress server, Exchange exchange) throws IOException {
        Optional<Port> idlePort = idleFor(server);
        if (idlePort.isEmpty()) {
            return open(server, exchange);
        }
        Port port = idlePort.get();
        port.questions++;
        port.key.attach(exchange);
        return port;
    }

    private Optional<Port> idleFor(InetSocketAddress server) {
        long now = clock.getAsLong();
        for (Iterator<Port> ports = idle.iterator(); ports.hasNext(); ) {
            Port port = ports.next();
            if (port.until - now <= 0) {
                ports.remove();
                close(port);
            } else if (port.server.equals(server)) {
                ports.remove();
                return Optional.of(port);
            }
        }
        return Optional.empty();
    }

    private Port open(InetSocketAddress server, Exchange exchange) throws IOException {
        DatagramChannel channel;
        try {
            channel = DatagramChannel.open(family(server));
        } catch (IOException e) {
            throw OwnLimitException.noSocket(e);
        }
        try {
            channel.configureBlocking(false);
            channel.connect(server);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ, exchange);
            Port port = new Port(server, channel, key, clock.getAsLong() + LIFE.toNanos());
            port.questions = 1;
            return port;
        } catch (IOException | RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    static ProtocolFamily family(InetSocketAddress server) {
        return server.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /** Its question is answered, and nothing else has come. */
    void giveBack(Port port) {
        if (port.questions >= QUESTIONS || idle.size() >= MOST_IDLE || port.until - clock.getAsLong() <= 0) {
            close(port);
            return;
        }
        port.key.attach(port);
        idle.addFirst(port);
    }

    /** Something came to a port that nobody has asked from, or the server's refusal. */
    void disturbed(Port port) {
        idle.remove(port);
        close(port);
    }

    /** Closes the ports whose time is over. */
    void expire() {
        long now = clock.getAsLong();
        idle.removeIf(port -> {
            boolean over = port.until - now <= 0;
            if (over) {
                close(port);
            }
            return over;
        });
    }

    /** How many ports wait for a question. */
    int idle() {
        return idle.size();
    }

    void close(Port port) {
        close(port.channel);
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a DNS socket: {}", e.toString());
        }
    }

    /** Closes all ports that are idle. */
    @Override
    public void close() {
        idle.forEach(this::close);
        idle.clear();
    }
}
