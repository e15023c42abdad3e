package org.dmarcmilter.journal;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * A segment of records that do not come from a daemon's writer, in any order. It appears in the directory all at once: a reader sees none
 * of it, or all of it with its end; killed before that, nothing is left but a file that the next one of that node replaces.
 *
 * <p>Its one mark is the time of its latest record.
 */
public final class WholeSegment implements Closeable {
    private static final String UNFINISHED = ".new";
    private static final int BATCH_OCTETS = 65_536;

    private final Path unfinished;
    private final Path file;
    private final OpenSegment segment;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream(2 * BATCH_OCTETS);
    private int records;
    private long latest;
    private boolean finished;

    private WholeSegment(Path unfinished, Path file, OpenSegment segment) {
        this.unfinished = unfinished;
        this.file = file;
        this.segment = segment;
    }

    /**
     * Begins one.
     *
     * @param stateDirectory the option ReportStateDirectory
     * @param identity whose node has no other segment
     */
    public static WholeSegment begin(Path stateDirectory, JournalWriter.Identity identity, Instant now)
            throws IOException {
        JournalDirectory directory = new JournalDirectory(stateDirectory);
        directory.create();
        long second = now.getEpochSecond();
        Path file = directory.path().resolve(Segment.fileName(identity.node(), second, 0));
        Path unfinished = directory.path().resolve(identity.node() + UNFINISHED);
        Files.deleteIfExists(unfinished);
        OpenSegment segment = OpenSegment.create(unfinished, identity, "");
        return new WholeSegment(unfinished, file, segment);
    }

    /** Adds a record. */
    public void add(JournalRecord record) throws IOException {
        lines.writeBytes(JournalLine.record(record));
        records++;
        latest = Math.max(latest, record.time().getEpochSecond());
        if (lines.size() >= BATCH_OCTETS) {
            append();
        }
    }

    private void append() throws IOException {
        segment.append(ByteBuffer.wrap(lines.toByteArray()));
        segment.count(records);
        lines.reset();
        records = 0;
    }

    /** Writes its end, has the disk keep it, and lets readers see it. */
    public void finish() throws IOException {
        lines.writeBytes(JournalLine.mark(latest).octets());
        append();
        segment.end();
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
    }

    /** Leaves nothing of one that is not finished. */
    @Override
    public void close() throws IOException {
        if (!finished) {
            segment.abandon();
            Files.deleteIfExists(unfinished);
        }
    }
}
