package org.dmarcmilter.evaluation;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.text.Printable;
import org.slf4j.Logger;

/**
 * What waits to be written to a file, and the thread that writes it. Whoever hands over never waits, whatever the disk does.
 *
 * <p>At the bound, in number or in octets, the newest are dropped and counted: those that already wait stay, so that what is
 * written has one gap and its beginning is known. While the file cannot be written what waits stays too, and it is tried again each
 * interval; the log has one line when that begins, one when it ends, and one for what was lost.
 */
public abstract sealed class Spool permits ItemSpool, OctetSpool {
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

    /**
     * What is written to, for the log.
     *
     * @param thread the name of the spool's thread
     * @param file such as {@code HistoryFile /var/lib/dmarc-milter/history}
     * @param log that of the class which writes it
     */
    public record Place(String thread, String file, Logger log) {}

    /** Writes what waits; called on the spool's thread only. */
    public interface Writer {
        /**
         * Takes what waits and writes it. What could not be written is kept by the writer for the next call.
         *
         * @throws IOException if the file could not be written
         */
        void writeWaiting() throws IOException;

        /** Called once, after the last of these calls. */
        default void end() throws IOException {}
    }

    private final Place place;
    private final Bounds bounds;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingOctets = new AtomicLong();
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder bugs = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean failing;

    // The rest belongs to the thread.
    private long knownLosses;

    Spool(Place place, Bounds bounds, Writer writer) {
        this.place = place;
        this.bounds = bounds;
        this.thread = new Thread(() -> run(writer), place.thread());
        this.thread.setDaemon(true);
    }

    /** Starts the thread, which calls the writer at once: what is wrong with its file is said before the first item. */
    public final void start() {
        thread.start();
    }

    /** Takes one more item into the count of those that wait, if there is room; otherwise counts it as dropped. */
    final boolean admit(long octets) {
        int inAll = waiting.incrementAndGet();
        if (waitingOctets.addAndGet(octets) > bounds.octets() || inAll > bounds.items() || closing) {
            waitingOctets.addAndGet(-octets);
            waiting.decrementAndGet();
            dropped.increment();
            return false;
        }
        return true;
    }

    /** Whether nothing more is taken, and all that waits is to be written now. */
    final boolean isClosing() {
        return closing;
    }

    /** So many octets wait no longer. */
    final void release(long octets) {
        waitingOctets.addAndGet(-octets);
    }

    /** Has the thread write now; while the file cannot be written it waits for the end of the interval. */
    final void wake() {
        if (!failing) {
            LockSupport.unpark(thread);
        }
    }

    /** How many items wait before they are written without waiting for the end of the interval: so many, or all that may wait. */
    final int enough(int items) {
        return Math.min(items, bounds.items());
    }

    /** An item that waited is none to write. */
    final void passOver() {
        waiting.decrementAndGet();
    }

    /** Tells of an item of which nothing could be made, and counts it. The last resort: a bug that one message shows must not end the records of all others. */
    final void tellOfBug(String id, RuntimeException e) {
        place.log()
                .error("{}: no record of this message could be made for {}", Printable.shortened(id), place.file(), e);
        dropped.increment();
        bugs.increment();
    }

    /** For the writer: so many items that were taken are in the file. Until then they count as waiting. */
    public final void written(int items) {
        waiting.addAndGet(-items);
        written.add(items);
    }

    /**
     * Has the writer write what waits, and ends the thread.
     *
     * @param limit how long to wait for that
     * @return whether everything that was offered before is in the file
     */
    public final boolean flushAndClose(Duration limit) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Math.max(limit.toMillis(), 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int lost = waiting.get();
        if (lost > 0) {
            place.log().error("{}: {} records could not be written and are lost", place.file(), lost);
        }
        return lost == 0;
    }

    /** How many items are in the file. */
    public final long written() {
        return written.sum();
    }

    /** How many items were dropped, because too many waited already, the spool was closed, or the writer could not write them. */
    public final long dropped() {
        return dropped.sum();
    }

    /** How many items wait to be written. */
    public final int waiting() {
        return waiting.get();
    }

    /** Whether the file could not be written when it was last tried. */
    public final boolean isFailing() {
        return failing;
    }

    private void run(Writer writer) {
        boolean last = false;
        while (!last) {
            attempt(writer);
            if (!closing) {
                LockSupport.parkNanos(this, bounds.interval().toNanos());
            }
            last = closing;
        }
        int before;
        do {
            before = waiting.get();
            attempt(writer);
        } while (failing && waiting.get() < before); // as long as it gets on: nobody tries again later
        try {
            writer.end();
        } catch (IOException e) {
            tellOfFailure(e);
        }
    }

    private void attempt(Writer writer) {
        try {
            writer.writeWaiting();
            tellOfSuccess();
            failing = false;
        } catch (IOException e) {
            tellOfFailure(e);
            failing = true;
        }
    }

    private void tellOfFailure(IOException e) {
        if (!failing) {
            place.log()
                    .error(
                            "{} cannot be written: {}; {} records wait, the mail goes on",
                            place.file(),
                            FileProblem.reason(e),
                            waiting.get());
        }
    }

    private void tellOfSuccess() {
        if (failing) {
            place.log().warn("{} is writable again", place.file());
        }
        long lost = dropped.sum() - bugs.sum() - knownLosses;
        if (lost > 0) {
            knownLosses += lost;
            place.log()
                    .error(
                            "{}: {} records were lost, as no more than {} can wait, or {} octets",
                            place.file(),
                            lost,
                            bounds.items(),
                            bounds.octets());
        }
    }
}
