package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.dmarcmilter.aggregate.KnownRequests;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OctetSpool;
import org.dmarcmilter.evaluation.OctetSpool.Batch;
import org.dmarcmilter.evaluation.Spool;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.text.OctetText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the journal on a thread of its own. The mail flow hands evaluations over and never waits, whatever the disk does. What a report
 * takes of them becomes a line at once: that costs less than to keep the evaluation until the thread comes to it.
 *
 * <p><b>What survives.</b> A record is in the file at most one interval of the {@link Spool} after {@link #offer}, and with
 * ReportJournalSync on the disk another interval after that at most, while there is much mail: {@code kill -9} costs one interval, a
 * power failure two, and no more.
 *
 * <p><b>What happens when it cannot be written</b>, because the disk or ReportJournalMax is full, or the directory is missing: records
 * wait, up to the bound of the spool, and it is tried again each interval, in a new segment. Of the lines that are whole in the old one
 * none is written again, and a reader takes no other. One line is logged when the trouble begins and one when it ends.
 *
 * <p><b>Time</b> never goes back: it stands still until a clock that was set back has caught up. So each mark is true.
 */
public final class JournalWriter {
    /** How much waits at most, and for how long, if nothing else is asked for. */
    public static final Spool.Bounds DEFAULT_BOUNDS = new Spool.Bounds(10_000, 16 << 20, Duration.ofSeconds(1));

    /** A segment takes no more records when it is so old or so large. */
    static final Duration LARGEST_AGE = Duration.ofMinutes(5);

    static final long LARGEST_SEGMENT = 16 << 20;

    /** Without records there is a mark so often, so that its reader knows that nothing is missing. */
    static final Duration MARK_INTERVAL = Duration.ofMinutes(1);

    /** In so much of a segment's end a whole line is found, unless much of it was lost with the power. */
    private static final long TAIL = 2L * JournalLine.MAX_OCTETS;

    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

    /**
     * What may change while it writes.
     *
     * @param maxOctets of all segments that are not packed
     * @param sync whether the disk is told to keep each batch
     */
    public record Settings(long maxOctets, boolean sync) {}

    /**
     * Who writes.
     *
     * @param node of {@link Segment#nodeOf}
     * @param program name and version
     */
    public record Identity(String node, String program) {}

    private record Entry(Evaluation evaluation, boolean ownReports, RecordingRules rules) {}

    private final JournalDirectory directory;
    private final Identity identity;
    private final Clock clock;
    private final long interval;
    private final OctetSpool<Entry> spool;
    private final String instance =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private volatile Settings settings;

    /** Epoch seconds of the newest line. */
    private final AtomicLong last = new AtomicLong();

    // The rest belongs to the spool's thread, once that has started.
    private @Nullable Batch batch;
    private int batchBegin;
    private int batchRecords;
    private @Nullable WriterLock lock;
    private @Nullable OpenSegment segment;
    private long segmentBegan;
    private long marked;
    private boolean unmarked = true;
    private long markedNanos;
    private long otherOctets;

    /** Makes lines; one at a time. */
    private final class Lines implements OctetSpool.Form<Entry> {
        private final KnownRequests<byte[]> requests = new KnownRequests<>(JournalLine::asked);
        private long second = -1;
        private byte[] begin = {};

        @Override
        public boolean append(Entry entry, OctetText to) {
            Evaluation evaluation = entry.evaluation();
            Optional<byte[]> asked = requests.of(evaluation, entry.rules());
            if (asked.isEmpty()) {
                return false;
            }
            long now = now();
            if (now != second) {
                begin = JournalLine.begin(now);
                second = now;
            }
            JournalLine.appendRecord(
                    to,
                    begin,
                    asked.get(),
                    evaluation.client().orElseThrow(),
                    entry.rules().row(evaluation, entry.ownReports()));
            return true;
        }

        @Override
        public String id(Entry entry) {
            return entry.evaluation().queueId();
        }
    }

    private JournalWriter(
            JournalDirectory directory, Identity identity, Settings settings, Spool.Bounds bounds, Clock clock) {
        this.directory = directory;
        this.identity = identity;
        this.settings = settings;
        this.clock = clock;
        this.interval = bounds.interval().toNanos();
        this.markedNanos = System.nanoTime() - interval;
        this.spool = new OctetSpool<>(
                new Spool.Place("journal", "journal " + directory, LOG), bounds, new Lines(), new Spool.Writer() {
                    @Override
                    public void writeWaiting() throws IOException {
                        JournalWriter.this.writeWaiting();
                    }

                    @Override
                    public void end() throws IOException {
                        close();
                    }
                });
    }

    /**
     * Starts a writer. A directory that cannot be used yet is tried again and does not keep it from starting.
     *
     * @param stateDirectory the option ReportStateDirectory
     * @throws JournalInUseException if another process writes there
     */
    public static JournalWriter start(
            Path stateDirectory, Identity identity, Settings settings, Spool.Bounds bounds, Clock clock)
            throws JournalInUseException {
        JournalWriter writer =
                new JournalWriter(new JournalDirectory(stateDirectory), identity, settings, bounds, clock);
        try {
            writer.lock();
        } catch (JournalInUseException e) {
            throw e;
        } catch (IOException e) {
            // The thread tries it at once, and tells it.
        }
        writer.spool.start();
        return writer;
    }

    /** From now on other settings hold. */
    public void follow(Settings settings) {
        this.settings = settings;
    }

    /**
     * Takes one evaluation. Never blocks and never fails: what does not fit is counted in {@link #dropped}; what no report tells of is
     * left out.
     *
     * @param ownReports whether the message is for one of our report addresses, or is a report of ours
     */
    public void offer(Evaluation evaluation, boolean ownReports, RecordingRules rules) {
        if (rules.concern(evaluation)) {
            spool.offer(new Entry(evaluation, ownReports, rules));
        }
    }

    /**
     * Writes what waits and the end of the segment, and ends the thread.
     *
     * @param limit how long to wait for that
     * @return whether everything that was offered before is in the journal
     */
    public boolean flushAndClose(Duration limit) {
        return spool.flushAndClose(limit);
    }

    /** How many records are in the journal. */
    public long written() {
        return spool.written();
    }

    /** How many were dropped, because too many waited already, or the writer was closed. */
    public long dropped() {
        return spool.dropped();
    }

    /** How many wait to be written. */
    public int waiting() {
        return spool.waiting();
    }

    /** Whether it could not be written when it was last tried. */
    public boolean isFailing() {
        return spool.isFailing();
    }

    private void writeWaiting() throws IOException {
        try {
            lock();
            writeRecords();
        } catch (IOException e) {
            leaveSegment();
            throw e;
        }
    }

    private void lock() throws IOException {
        if (lock != null) {
            return;
        }
        directory.create();
        lock = WriterLock.take(directory);
        last.accumulateAndGet(lastTimeOnDisk(), Math::max);
    }

    /** Up to when the newest segment goes, if one is there: an earlier run's time does not come again. */
    private long lastTimeOnDisk() throws IOException {
        List<Segment> own = directory.segments().stream()
                .filter(found -> found.node().equals(identity.node()))
                .toList();
        if (own.isEmpty()) {
            return 0;
        }
        Segment newest = own.get(own.size() - 1);
        try {
            // Read to the end a large one would take half a second of the start, and memory.
            long tail = Math.max(0, newest.octets() - TAIL);
            OptionalLong time = SegmentReader.lastTime(newest, tail);
            if (time.isEmpty() && tail > 0) {
                time = SegmentReader.lastTime(newest, 0);
            }
            return time.orElse(newest.opened());
        } catch (IOException e) {
            LOG.warn("journal {}: {} cannot be read: {}", directory, newest.name(), FileProblem.reason(e));
            return newest.opened();
        }
    }

    /** Between two marks only what fills a write, so that there are few; before a mark all, as it says that nothing older comes. */
    private void writeRecords() throws IOException {
        boolean all = System.nanoTime() - markedNanos >= interval;
        long time = now();
        for (Batch next = next(all); next != null; next = next(all)) {
            write(next);
            unmarked = true;
            time = now();
        }
        if (all && (unmarked || time - marked >= MARK_INTERVAL.toSeconds())) {
            mark(time);
        }
    }

    /**
     * Once an interval at most, however often the thread is called while there is much mail: a disk takes its time for it.
     *
     * @param time of before it was seen that no line waits: those that have come since are not older
     */
    private void mark(long time) throws IOException {
        OpenSegment current = segment == null ? segment(time) : segment;
        current.append(ByteBuffer.wrap(JournalLine.mark(time).octets()));
        if (settings.sync()) {
            current.force();
        }
        marked = time;
        markedNanos = System.nanoTime();
        unmarked = false;
    }

    /** The lines of an attempt that failed, or new ones; null if none wait. */
    private @Nullable Batch next(boolean all) {
        if (batch == null) {
            batch = spool.take(all).orElse(null);
            batchBegin = 0;
            batchRecords = 0;
        }
        return batch;
    }

    /** All lines in one write; those that are whole in the file are done with even if the rest fails. */
    private void write(Batch lines) throws IOException {
        OctetText octets = lines.octets();
        OpenSegment to = segment(JournalLine.second(octets, batchBegin));
        ByteBuffer rest = octets.from(batchBegin);
        try {
            to.append(rest);
        } finally {
            int records = rest.hasRemaining() ? passOver(octets, rest.position()) : lines.records() - batchRecords;
            batchRecords += records;
            to.count(records);
            spool.written(records);
        }
        spool.done(lines);
        batch = null;
    }

    /** Goes on after the last line that ends before there; how many lines that is. */
    private int passOver(OctetText octets, int end) {
        int records = 0;
        for (int i = batchBegin; i < end; i++) {
            if (octets.array()[i] == '\n') {
                batchBegin = i + 1;
                records++;
            }
        }
        return records;
    }

    /**
     * Where the next lines go: a new segment if there is none or it is old or large enough.
     *
     * @param time of the first of them
     */
    private OpenSegment segment(long time) throws IOException {
        OpenSegment current = segment;
        if (current != null
                && (current.octets() >= LARGEST_SEGMENT || now() - segmentBegan >= LARGEST_AGE.toSeconds())) {
            end();
            current = null;
        }
        if (current == null) {
            otherOctets = directory.waitingOctets();
        }
        long used = otherOctets + (current == null ? 0 : current.octets());
        if (used >= settings.maxOctets()) {
            end();
            throw new IOException(
                    "its segments have " + used + " octets, and ReportJournalMax allows no more. Run dmarc-milter"
                            + " report run, which reads them");
        }
        if (current == null) {
            current = OpenSegment.create(directory, identity, time, instance);
            segment = current;
            segmentBegan = now();
        }
        return current;
    }

    private void close() throws IOException {
        try {
            end();
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    private void end() throws IOException {
        if (segment != null) {
            segment.end();
            segment = null;
        }
    }

    /** After a failure: its last line may lack its end. */
    private void leaveSegment() {
        if (segment != null) {
            segment.abandon();
            segment = null;
        }
    }

    /** Epoch seconds, never less than before. */
    private long now() {
        long second = Math.floorDiv(clock.millis(), 1_000L);
        return second <= last.get() ? last.get() : last.accumulateAndGet(second, Math::max);
    }
}
