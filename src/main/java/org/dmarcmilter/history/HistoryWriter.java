package org.dmarcmilter.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Footprint;
import org.dmarcmilter.evaluation.ItemSpool;
import org.dmarcmilter.evaluation.Spool;
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
 * <p><b>What happens when the file cannot be written.</b> Records wait in the {@link Spool}, in order, up to its bound, and the
 * file is tried again each interval. One line is logged when the trouble begins and one when it ends.
 */
public final class HistoryWriter {
    /** How much waits at most, and for how long, if nothing else is asked for: some ten megabytes, a second. */
    public static final Spool.Bounds DEFAULT_BOUNDS = new Spool.Bounds(10_000, 16 << 20, Duration.ofSeconds(1));

    /** About so much is written at once. */
    private static final int BATCH_OCTETS = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(HistoryWriter.class);

    private record Entry(Evaluation evaluation, boolean extraKeys) {}

    private final HistoryFile file;
    private final ItemSpool<Entry> spool;

    // The rest belongs to the spool's thread.
    private @Nullable ByteBuffer batch;
    private int batchRecords;
    private boolean endIsSound;

    /**
     * Starts the thread, which looks at the file at once: what is wrong with it is logged before the first message.
     *
     * @param path the option HistoryFile
     * @param bounds of what waits
     * @param umask the option UMask, which shapes the mode of a new file (0666 without these bits)
     */
    public HistoryWriter(Path path, Spool.Bounds bounds, OptionalInt umask) {
        this.file = new HistoryFile(path, umask);
        this.spool = new ItemSpool<>(
                new Spool.Place("history", "HistoryFile " + file, LOG),
                bounds,
                entry -> Footprint.octets(entry.evaluation()),
                this::writeWaiting);
        this.spool.start();
    }

    /**
     * Takes one evaluation. Never blocks and never fails: what does not fit is counted in {@link #dropped}.
     *
     * @param extraKeys the option HistoryExtraKeys
     */
    public void offer(Evaluation evaluation, boolean extraKeys) {
        spool.offer(new Entry(evaluation, extraKeys));
    }

    /**
     * Writes what waits and ends the thread.
     *
     * @param limit how long to wait for that
     * @return whether everything that was offered before is in the file
     */
    public boolean flushAndClose(Duration limit) {
        return spool.flushAndClose(limit);
    }

    /** How many records are in the file. */
    public long written() {
        return spool.written();
    }

    /** How many records were dropped, because too many waited already or the writer was closed. */
    public long dropped() {
        return spool.dropped();
    }

    /** How many records wait to be written. */
    public int waiting() {
        return spool.waiting();
    }

    /** Whether the file could not be written when it was last tried. */
    public boolean isFailing() {
        return spool.isFailing();
    }

    private void writeWaiting() throws IOException {
        try {
            if (!endIsSound) {
                file.mend().ifPresent(done -> LOG.warn("HistoryFile {}: {}", file, done));
                file.append(ByteBuffer.allocate(0));
                endIsSound = true;
            }
            for (ByteBuffer records = nextBatch(); records != null; records = nextBatch()) {
                file.append(records);
                spool.written(batchRecords);
                batch = null;
                batchRecords = 0;
            }
        } catch (IOException e) {
            endIsSound = false;
            throw e;
        }
    }

    /** The records of an attempt that failed, or new ones; null if none waits. */
    private @Nullable ByteBuffer nextBatch() {
        if (batch != null) {
            return batch.rewind();
        }
        StringBuilder records = new StringBuilder();
        while (records.length() < BATCH_OCTETS) {
            Optional<String> next = spool.take(
                    entry -> Optional.of(HistoryFormat.write(entry.evaluation(), entry.extraKeys())),
                    entry -> entry.evaluation().queueId());
            if (next.isEmpty()) {
                break;
            }
            records.append(next.get());
            batchRecords++;
        }
        if (batchRecords > 0) {
            batch = ByteBuffer.wrap(records.toString().getBytes(StandardCharsets.US_ASCII));
        }
        return batch;
    }
}
