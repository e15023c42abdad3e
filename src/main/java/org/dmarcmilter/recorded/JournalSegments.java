package org.dmarcmilter.recorded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.journal.SegmentReader;

/** The journal of aggregate reports, as far as it is kept. The report worker may pack and delete segments meanwhile. */
public final class JournalSegments {
    private final JournalDirectory directory;
    private final Listener listener;
    private long done;
    private long all;

    private JournalSegments(JournalDirectory directory, Listener listener) {
        this.directory = directory;
        this.listener = listener;
    }

    /**
     * Reads all segments, by node, the oldest first.
     *
     * @param stateDirectory the option ReportStateDirectory
     * @param since segments that end before it are passed over; others are handed out whole
     * @param until segments that begin after it are passed over as well
     * @return whether there is any segment
     */
    public static boolean read(Path stateDirectory, Instant since, Instant until, Listener listener)
            throws IOException {
        JournalDirectory directory = new JournalDirectory(stateDirectory);
        List<Segment> segments = directory.segments();
        new JournalSegments(directory, listener).read(between(since, until, segments));
        return !segments.isEmpty();
    }

    /** A daemon's segment ends where its next one begins; of one that was made of a history file the name does not tell. */
    private static List<Segment> between(Instant since, Instant until, List<Segment> segments) {
        List<Segment> wanted = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean over = i + 1 < segments.size()
                    && segments.get(i + 1).node().equals(segment.node())
                    && segments.get(i + 1).opened() <= since.getEpochSecond();
            if (!over && segment.opened() <= until.getEpochSecond()) {
                wanted.add(segment);
            }
        }
        return wanted;
    }

    private void read(List<Segment> segments) throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (Segment segment : segments) {
            long size = size(segment);
            sizes.add(size);
            all += size;
        }
        for (int i = 0; i < segments.size(); i++) {
            read(segments.get(i));
            done += sizes.get(i);
            listener.progress(done, all);
        }
    }

    private static long size(Segment segment) throws IOException {
        try {
            return Files.size(segment.path());
        } catch (NoSuchFileException e) {
            return 0; // packed meanwhile
        }
    }

    private void read(Segment segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                listener.message(JournaledEvaluation.of(next.get(), segment));
                listener.progress(segment.compressed() ? done : done + reader.position(), all);
            }
            if (reader.skipped() > 0) {
                listener.problem(segment.path() + ": damaged lines: " + reader.skipped());
            }
        } catch (NoSuchFileException e) {
            // Packed meanwhile, or deleted for its age.
            Optional<Segment> packed = directory.segments().stream()
                    .filter(other -> other.compressed() && other.name().equals(segment.name()))
                    .findFirst();
            if (packed.isPresent() && !segment.compressed()) {
                read(packed.get());
            }
        }
    }
}
