package org.dmarcmilter.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that sends DNS messages and waits for the replies to all of them.
 *
 * <p>dnsjava has such a thread too, but there any datagram with a wrong id or question ends the query (an invitation to
 * spoil answers blindly), time-outs wait until the sockets are idle, a length prefix that arrives in two pieces breaks
 * TCP, and it is one for the whole JVM. So dnsjava makes and reads the messages, and they travel here.
 *
 * <p>Tasks, timers and replies come on this thread: what they do must be short, must not block and must not fail.
 */
final class ExchangeLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLoop.class);
    /** Where so many sockets are open, a question has to do with one: what many slow zones take together is bounded. */
    static final int SOCKETS_FOR_MORE_TRIES = 3_000;

    private static final int MAX_DATAGRAM = 65_535;
    private static final long UNTIL_WOKEN = 0;

    private final Selector selector;
    private final LongSupplier clock;
    private final int socketsForMoreTries;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private volatile boolean closed;

    // Below: the loop's thread only.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);

    private final LargeReplies large = new LargeReplies();
    private final Set<Exchange> open = new HashSet<>();
    private final QueryPorts ports;
    private final TreeSet<Timer> timers = new TreeSet<>();
    private long timersSoFar;
    private boolean portsExpire;

    /** What happens at a moment, unless it is cancelled. Of those for one moment, the first set is the first. */
    static final class Timer implements Comparable<Timer> {
        private final long due;
        private final long number;
        private final Runnable task;

        private Timer(long due, long number, Runnable task) {
            this.due = due;
            this.number = number;
            this.task = task;
        }

        /** By differences, as the clock may wrap around. */
        @Override
        public int compareTo(Timer other) {
            long sooner = due - other.due;
            return Long.signum(sooner != 0 ? sooner : number - other.number);
        }
    }

    /** @throws UncheckedIOException if the system has no file descriptor left for it */
    ExchangeLoop() {
        this(openSelector(), System::nanoTime, SOCKETS_FOR_MORE_TRIES);
    }

    /**
     * @param selector will be closed with the loop
     * @param clock as {@link System#nanoTime}
     * @param socketsForMoreTries how many sockets may be open when a question takes a second one
     */
    ExchangeLoop(Selector selector, LongSupplier clock, int socketsForMoreTries) {
        this.selector = selector;
        this.clock = clock;
        this.socketsForMoreTries = socketsForMoreTries;
        this.ports = new QueryPorts(selector, clock);
        thread = new Thread(this::run, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    private static Selector openSelector() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare to ask the DNS", e);
        }
    }

    /** The time, in nanoseconds, by which timers run. */
    long now() {
        return clock.getAsLong();
    }

    /** Runs a task on the loop's thread; after its end, on whatever thread notices, so that nobody waits for ever. */
    void execute(Runnable task) {
        tasks.add(task);
        if (closed) {
            runTasks();
        } else if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /** Runs a task at a moment, or at the loop's end if that is sooner. On the loop's thread. */
    Timer at(long due, Runnable task) {
        Timer timer = new Timer(due, timersSoFar++, task);
        timers.add(timer);
        return timer;
    }

    void cancel(Timer timer) {
        timers.remove(timer);
    }

    /** Sends a query and waits for the reply that belongs to it, until {@link #end}. On the loop's thread. */
    void begin(Exchange exchange) {
        open.add(exchange);
        try {
            exchange.start(selector, ports);
        } catch (IOException | RuntimeException e) {
            // RuntimeException as the last resort: this thread serves all questions and must outlive a bug in one.
            // NIO itself has some, as for a server's address that is unresolved.
            fail(exchange, e);
        }
    }

    /** Gives up the socket: nobody wants the reply any more. On the loop's thread. */
    void end(Exchange exchange) {
        open.remove(exchange);
        try {
            exchange.close();
        } catch (IOException e) {
            LOG.debug("closing a DNS socket: {}", e.toString());
        }
        if (ports.idle() > 0 && !portsExpire) {
            portsExpire = true;
            at(now() + QueryPorts.LIFE.toNanos(), this::expirePorts);
        }
    }

    private void expirePorts() {
        ports.expire();
        portsExpire = ports.idle() > 0 && !closed;
        if (portsExpire) {
            at(now() + QueryPorts.LIFE.toNanos(), this::expirePorts);
        }
    }

    /** How many sockets are in use. On the loop's thread. */
    int sockets() {
        return open.size();
    }

    boolean hasRoomForMoreTries() {
        return open.size() + ports.idle() < socketsForMoreTries;
    }

    /** Ends the thread, every exchange with an exception, and the wait for every moment. */
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
                runTasks();
                selector.select(this::proceed, millisToWait());
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
            List.copyOf(open).forEach(exchange -> fail(exchange, new IOException("DNS client closed")));
            ports.close();
            timers.forEach(timer -> tasks.add(timer.task));
            runTasks();
        }
    }

    private long millisToWait() {
        if (timers.isEmpty()) {
            return UNTIL_WOKEN;
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(timers.first().due - now()) + 1);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void proceed(SelectionKey key) {
        if (!key.isValid()) {
            return; // ended by what another socket brought
        }
        if (key.attachment() instanceof QueryPorts.Port idle) {
            ports.disturbed(idle);
            return;
        }
        Exchange exchange = (Exchange) key.attachment();
        try {
            byte[] reply = exchange.proceed(key, buffer, large);
            if (reply.length > 0) {
                end(exchange);
                exchange.reply.complete(reply);
            }
        } catch (IOException | RuntimeException e) {
            // RuntimeException: as in begin.
            fail(exchange, e);
        }
    }

    private void expire() {
        long now = now();
        while (!timers.isEmpty() && timers.first().due - now <= 0) {
            timers.pollFirst().task.run();
        }
    }

    private void fail(Exchange exchange, Exception cause) {
        end(exchange);
        exchange.reply.completeExceptionally(cause);
    }
}
