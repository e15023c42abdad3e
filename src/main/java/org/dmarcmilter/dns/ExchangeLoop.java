package org.dmarcmilter.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that sends DNS messages and waits for the replies to all of them.
 *
 * <p>dnsjava has such a thread too, but there any datagram with a wrong id or question ends the query (an invitation to
 * spoil answers blindly), time-outs wait until the sockets are idle, a length prefix that arrives in two pieces breaks
 * TCP, and it is one for the whole JVM. So dnsjava makes and reads the messages, and they travel here.
 *
 * <p>Futures complete on this thread: what depends on them must be short and must not block.
 */
final class ExchangeLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLoop.class);
    private static final int MAX_DATAGRAM = 65_535;
    private static final long UNTIL_WOKEN = 0;

    private final Selector selector;
    private final Queue<Exchange> arrivals = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private volatile boolean closed;

    // Below: the loop's thread only.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);
    private final PriorityQueue<Exchange> byDeadline =
            new PriorityQueue<>((a, b) -> Long.signum(a.deadline - b.deadline));

    /** @throws UncheckedIOException if the system has no file descriptor left for it */
    ExchangeLoop() {
        this(open());
    }

    /** @param selector will be closed with the loop */
    ExchangeLoop(Selector selector) {
        this.selector = selector;
        thread = new Thread(this::run, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    private static Selector open() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare to ask the DNS", e);
        }
    }

    /**
     * Sends a query by UDP and waits for the reply that belongs to it.
     *
     * @param deadline {@link System#nanoTime} at which to give up
     * @return the reply's bytes; exceptionally an {@link IOException}: {@link SocketTimeoutException} at the deadline,
     *     {@link java.net.PortUnreachableException} if nobody listens there
     */
    CompletableFuture<byte[]> udp(InetSocketAddress server, byte[] query, long deadline) {
        return submit(Exchange.udp(server, query, deadline));
    }

    /** As {@link #udp}, on a TCP connection of its own. */
    CompletableFuture<byte[]> tcp(InetSocketAddress server, byte[] query, long deadline) {
        return submit(Exchange.tcp(server, query, deadline));
    }

    private CompletableFuture<byte[]> submit(Exchange exchange) {
        arrivals.add(exchange);
        if (closed) {
            rejectArrivals();
        } else if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
        return exchange.reply;
    }

    /** Ends every exchange with an exception and the thread with them. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    /** Completes on the loop's thread with what ended it, if that was anything but {@link #close}; never otherwise. */
    CompletionStage<Throwable> failure() {
        return failure.minimalCompletionStage();
    }

    boolean isClosed() {
        return closed;
    }

    private void run() {
        try (selector) {
            while (!closed) {
                startArrivals();
                selector.select(millisToWait());
                for (SelectionKey key : selector.selectedKeys()) {
                    proceed(key);
                }
                selector.selectedKeys().clear();
                expire();
            }
        } catch (IOException | RuntimeException | Error e) {
            // All of them, as a thread that is gone without a word looks like servers that are silent.
            if (!closed) {
                failure.complete(e);
                LOG.error("No DNS question can be asked any more", e);
            }
        } finally {
            // Whatever ended the loop: nobody may wait for it.
            closed = true;
            byDeadline.forEach(exchange -> fail(exchange, new IOException("DNS client closed")));
            rejectArrivals();
        }
    }

    private long millisToWait() {
        Exchange next = byDeadline.peek();
        if (next == null) {
            return UNTIL_WOKEN;
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.deadline - System.nanoTime()) + 1);
    }

    private void startArrivals() {
        for (Exchange exchange = arrivals.poll(); exchange != null; exchange = arrivals.poll()) {
            byDeadline.add(exchange);
            try {
                exchange.start(selector);
            } catch (IOException | RuntimeException e) {
                // RuntimeException as the last resort: this thread serves all questions and must outlive a bug in one.
                // NIO itself has some, as for a server's address that is unresolved.
                end(exchange);
                fail(exchange, e);
            }
        }
    }

    private void proceed(SelectionKey key) {
        Exchange exchange = (Exchange) key.attachment();
        try {
            byte[] reply = exchange.proceed(key, buffer);
            if (reply.length > 0) {
                end(exchange);
                closeQuietly(exchange);
                exchange.reply.complete(reply);
            }
        } catch (IOException | RuntimeException e) {
            // RuntimeException: as in startArrivals.
            end(exchange);
            fail(exchange, e);
        }
    }

    private void expire() {
        long now = System.nanoTime();
        for (Exchange next = byDeadline.peek(); next != null && next.deadline - now <= 0; next = byDeadline.peek()) {
            byDeadline.poll();
            fail(next, new SocketTimeoutException("no answer"));
        }
    }

    private void end(Exchange exchange) {
        byDeadline.remove(exchange);
    }

    private static void fail(Exchange exchange, Exception cause) {
        closeQuietly(exchange);
        exchange.reply.completeExceptionally(cause);
    }

    private static void closeQuietly(Exchange exchange) {
        try {
            exchange.close();
        } catch (IOException e) {
            LOG.debug("closing a DNS socket: {}", e.toString());
        }
    }

    private void rejectArrivals() {
        for (Exchange exchange = arrivals.poll(); exchange != null; exchange = arrivals.poll()) {
            fail(exchange, new IOException("DNS client closed"));
        }
    }
}
