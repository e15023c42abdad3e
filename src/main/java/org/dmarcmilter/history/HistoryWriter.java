package org.dmarcmilter.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends evaluations to OpenDMARC's history file on a thread of its own. The mail flow hands them over and never waits,
 * whatever the disk does.
 *
 * <p><b>What survives.</b> A record is in the file at most one flush interval after {@link #offer}, unless the file cannot be
 * written. It is then in the kernel's hands, so that it outlives the process, {@code kill -9} included. There is no
 * {@code fsync}: a crash of the whole machine may cost the last half minute of statistics, which is cheaper than a disk
 * flush for each second of mail.
 *
 * <p><b>What happens when the file cannot be written.</b> Records wait in memory, in order, up to the bound, and the file is
 * tried again each interval. Over the bound the newest records are dropped and counted: those that already wait stay,
 * so that the history has one gap and its beginning is known. One line is logged when the trouble begins and one when it
 * ends.
 */
public final class HistoryWriter {
    /** How long a record waits for company before it is written, if nothing else is asked for. */
    public static final Duration DEFAULT_FLUSH_INTERVAL = Duration.ofSeconds(1);

    /** How many records wait at most, if nothing else is asked for: some ten megabytes. */
    public static final int DEFAULT_MAX_WAITING = 10_000;

    /** How many octets the waiting records may take, about: one record can be a hundred times as large as most. */
    private static final long MAX_OCTETS = 16 << 20;

    /** So many waiting records are written without waiting for the end of the interval. */
    private static final int EARLY = 256;

    /** About so much is written at once. */
    private static final int BATCH_OCTETS = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(HistoryWriter.class);

    private final HistoryFile file;
    private final int maxWaiting;
    private final Duration flushInterval;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingOctets = new AtomicLong();
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;

    private record Waiting(Evaluation evaluation, long octets) {}

    private volatile boolean closing;
    private volatile boolean failing;

    // The rest belongs to the writer's thread.
    private @Nullable ByteBuffer batch;
    private int batchRecords;
    private boolean endIsSound;
    private long droppedAndTold;

    /**
     * Starts the thread, which looks at the file at once: what is wrong with it is logged before the first message.
     *
     * @param path the option HistoryFile
     * @param maxWaiting how many records may wait, at least 1
     * @param flushInterval how long a record waits at most while the file can be written, and between two attempts while it
     *     cannot; positive
     * @param umask the option UMask, which shapes the mode of a new file (0666 without these bits)
     */
    public HistoryWriter(Path path, int maxWaiting, Duration flushInterval, OptionalInt umask) {
        if (maxWaiting < 1 || flushInterval.isNegative() || flushInterval.isZero()) {
            throw new IllegalArgumentException("a bound of " + maxWaiting + ", an interval of " + flushInterval);
        }
        this.file = new HistoryFile(path, umask);
        this.maxWaiting = maxWaiting;
        this.flushInterval = flushInterval;
        this.thread = new Thread(this::run, "history");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Hands over one evaluation. Never blocks and never fails: what does not fit is counted in {@link #dropped}. */
    public void offer(Evaluation evaluation) {
        long octets = evaluation.octets();
        int inAll = waiting.incrementAndGet();
        if (waitingOctets.addAndGet(octets) > MAX_OCTETS || inAll > maxWaiting || closing) {
            waitingOctets.addAndGet(-octets);
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        queue.add(new Waiting(evaluation, octets));
        if (inAll >= Math.min(EARLY, maxWaiting) && !failing) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Writes what waits and ends the thread.
     *
     * @param limit how long to wait for that
     * @return whether everything that was offered before is in the file
     */
    public boolean flushAndClose(Duration limit) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Math.max(limit.toMillis(), 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int lost = waiting.get();
        if (lost > 0) {
            LOG.error("HistoryFile {}: {} records could not be written and are lost", file, lost);
        }
        return lost == 0;
    }

    /** How many records are in the file. */
    public long written() {
        return written.sum();
    }

    /** How many records were dropped, because too many waited already or the writer was closed. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many records wait to be written. */
    public int waiting() {
        return waiting.get();
    }

    /** Whether the file could not be written when it was last tried. */
    public boolean isFailing() {
        return failing;
    }

    private void run() {
        boolean last = false;
        while (!last) {
            writeWaiting();
            if (!closing) {
                LockSupport.parkNanos(this, flushInterval.toNanos());
            }
            last = closing;
        }
        writeWaiting();
    }

    private void writeWaiting() {
        try {
            if (!endIsSound) {
                file.mend().ifPresent(done -> LOG.warn("HistoryFile {}: {}", file, done));
                file.append(ByteBuffer.allocate(0));
                endIsSound = true;
            }
            for (ByteBuffer records = nextBatch(); records != null; records = nextBatch()) {
                file.append(records);
                waiting.addAndGet(-batchRecords);
                written.add(batchRecords);
                batch = null;
                batchRecords = 0;
            }
            tellOfSuccess();
        } catch (IOException e) {
            endIsSound = false;
            tellOfFailure(e);
        }
    }

    /** The records of an attempt that failed, or new ones; null if none waits. */
    private @Nullable ByteBuffer nextBatch() {
        if (batch != null) {
            return batch.rewind();
        }
        StringBuilder records = new StringBuilder();
        while (records.length() < BATCH_OCTETS) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            waitingOctets.addAndGet(-next.octets());
            Evaluation evaluation = next.evaluation();
            try {
                records.append(HistoryFormat.write(evaluation));
                batchRecords++;
            } catch (RuntimeException e) {
                // The last resort: a bug that one message shows must not end the history of all others.
                LOG.error("{}: no history record could be made of this message", evaluation.jobId(), e);
                waiting.decrementAndGet();
                dropped.increment();
                droppedAndTold++;
            }
        }
        if (batchRecords > 0) {
            batch = ByteBuffer.wrap(records.toString().getBytes(StandardCharsets.US_ASCII));
        }
        return batch;
    }

    private void tellOfFailure(IOException e) {
        if (!failing) {
            failing = true;
            LOG.error(
                    "HistoryFile {} cannot be written: {}; {} records wait, the mail goes on",
                    file,
                    HistoryFile.reason(e),
                    waiting.get());
        }
    }

    private void tellOfSuccess() {
        if (failing) {
            failing = false;
            LOG.warn("HistoryFile {} is writable again", file);
        }
        long lost = dropped.sum() - droppedAndTold;
        if (lost > 0) {
            droppedAndTold += lost;
            LOG.error(
                    "HistoryFile {}: {} records were lost, as no more than {} can wait, or {} octets",
                    file,
                    lost,
                    maxWaiting,
                    MAX_OCTETS);
        }
    }
}
