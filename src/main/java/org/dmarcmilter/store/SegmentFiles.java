package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.SegmentReader;
import org.dmarcmilter.journal.UnreadableSegmentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journals in the state directory. A segment of a form that this version does not know is left alone, for a newer one. */
final class SegmentFiles implements Journals {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    private final JournalDirectory directory;

    /** @param stateDirectory with the directory {@code journal} in it */
    SegmentFiles(Path stateDirectory) {
        this.directory = new JournalDirectory(stateDirectory);
    }

    @Override
    public List<Segment> segments() throws IOException {
        List<org.dmarcmilter.journal.Segment> files = directory.segments();
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String node = files.get(i).node();
            boolean newest = i + 1 == files.size() || !files.get(i + 1).node().equals(node);
            segments.add(new Segment(node, files.get(i).name(), newest));
        }
        return segments;
    }

    private Optional<org.dmarcmilter.journal.Segment> file(Segment segment) throws IOException {
        return directory.segments().stream()
                .filter(file -> file.name().equals(segment.name()))
                .findFirst();
    }

    @Override
    public Read read(Segment segment, long from, long until, int records, Sink sink) throws IOException {
        Optional<org.dmarcmilter.journal.Segment> file = file(segment);
        if (file.isEmpty()) {
            return unread(from);
        }
        // Asked before it is read: what is added after the last line that is read, is added to no segment with a later
        // one.
        boolean complete = file.get().compressed() || directory.isSuperseded(file.get());
        try (SegmentReader reader = SegmentReader.open(file.get(), from)) {
            int taken = 0;
            long position = Math.max(from, reader.position());
            boolean more = true;
            while (more && taken < records) {
                Optional<JournalRecord> record = reader.next();
                more = record.isPresent() && reader.position() <= until;
                if (more) {
                    sink.take(record.get().time(), record.get().facts());
                    taken++;
                }
                if (more || (record.isEmpty() && reader.position() <= until)) {
                    position = reader.position();
                }
            }
            boolean atEnd = !more && until == Long.MAX_VALUE;
            return new Read(
                    reader.instance(),
                    reader.program(),
                    position,
                    reader.skipped(),
                    reader.mark(),
                    atEnd && (complete || reader.ended()));
        } catch (UnreadableSegmentException e) {
            LOG.error("{}", e.getMessage());
            return unread(from);
        }
    }

    private static Read unread(long from) {
        return new Read("", "", from, 0, OptionalLong.empty(), false);
    }

    @Override
    public void tidy(String name, boolean old) throws IOException {
        for (org.dmarcmilter.journal.Segment file : directory.segments()) {
            if (file.name().equals(name)) {
                if (old) {
                    directory.delete(file);
                } else if (!file.compressed()) {
                    directory.compress(file);
                }
            }
        }
    }
}
