package org.dmarcmilter.evaluation;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/**
 * What waits to be written to a file, and the thread that writes it. Whoever hands over never waits, whatever the disk does.
 *
 * <p>At the bound, in number or in octets, the newest are dropped and counted: those that already wait stay, so that what is
 * written has one gap and its beginning is known.
 *
 * @param <T> what is written
 */
public final class Spool<T> {
    /**
     * How much may wait, and for how long.
     *
     * @param items at least 1
     * @param octets about
     * @param interval how long an item waits at most while the file can be written, and between two attempts while it cannot;
     *     positive
     */
    public record Bounds(int items, long octets, Duration interval) {
        public Bounds {
            if (items < 1 || octets < 1 || interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("bounds of " + items + ", " + octets + ", " + interval);
            }
        }
    }

    /** Writes what waits; called on the spool's thread only. */
    public interface Writer {
        /**
         * Takes what waits and writes it. What could not be written is kept by the writer for the next call.
         *
         * @return whether the file could be written
         */
        boolean writeWaiting();

        /** Called once, after the last of these calls. */
        default void end() {}
    }

    /** So many waiting items are written without waiting for the end of the interval. */
    private static final int ENOUGH_TO_WRITE = 256;

    private record Waiting<T>(T item, long octets) {}

    private final Bounds bounds;
    private final ToLongFunction<T> size;
    private final Queue<Waiting<T>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingOctets = new AtomicLong();
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean failing;

    /**
     * A spool whose thread has not begun.
     *
     * @param name of the thread
     * @param size octets that an item takes while it waits, about
     */
    public Spool(String name, Bounds bounds, ToLongFunction<T> size, Writer writer) {
        this.bounds = bounds;
        this.size = size;
        this.thread = new Thread(() -> run(writer), name);
        this.thread.setDaemon(true);
    }

    /** Starts the thread, which calls the writer at once: what is wrong with its file is said before the first item. */
    public void start() {
        thread.start();
    }

    /** Hands over one item. Never blocks and never fails: what does not fit is counted in {@link #dropped}. */
    public void offer(T item) {
        long octets = size.applyAsLong(item);
        int inAll = waiting.incrementAndGet();
        if (waitingOctets.addAndGet(octets) > bounds.octets() || inAll > bounds.items() || closing) {
            waitingOctets.addAndGet(-octets);
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        queue.add(new Waiting<>(item, octets));
        if (inAll >= Math.min(ENOUGH_TO_WRITE, bounds.items()) && !failing) {
            LockSupport.unpark(thread);
        }
    }

    /** For the writer: the oldest item, which still counts as waiting until {@link #written} or {@link #lose}. */
    public Optional<T> take() {
        Waiting<T> next = queue.poll();
        if (next == null) {
            return Optional.empty();
        }
        waitingOctets.addAndGet(-next.octets());
        return Optional.of(next.item());
    }

    /** For the writer: so many items that were taken are in the file. */
    public void written(int items) {
        waiting.addAndGet(-items);
        written.add(items);
    }

    /** For the writer: an item that was taken is none that is written. */
    public void leaveOut() {
        waiting.decrementAndGet();
    }

    /** For the writer: an item that was taken cannot be written, ever. */
    public void lose() {
        waiting.decrementAndGet();
        dropped.increment();
    }

    /**
     * Has the writer write what waits, and ends the thread.
     *
     * @param limit how long to wait for that
     * @return how many items are not written
     */
    public int flushAndClose(Duration limit) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Math.max(limit.toMillis(), 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return waiting.get();
    }

    /** How many items are in the file. */
    public long written() {
        return written.sum();
    }

    /** How many items were dropped, because too many waited already, the spool was closed, or the writer could not write them. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many items wait to be written. */
    public int waiting() {
        return waiting.get();
    }

    /** Whether the file could not be written when it was last tried. */
    public boolean isFailing() {
        return failing;
    }

    private void run(Writer writer) {
        boolean last = false;
        while (!last) {
            failing = !writer.writeWaiting();
            if (!closing) {
                LockSupport.parkNanos(this, bounds.interval().toNanos());
            }
            last = closing;
        }
        failing = !writer.writeWaiting();
        writer.end();
    }
}
