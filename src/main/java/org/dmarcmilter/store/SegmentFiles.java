package org.dmarcmilter.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.ZipException;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.SegmentReader;
import org.dmarcmilter.journal.UnreadableSegmentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journals in the state directory. A segment of a form that this version does not know is left alone, for a newer one. */
final class SegmentFiles implements Journals {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    /** So much text is read at once: large records, which senders can make, are read fewer at a time. */
    static final int MAX_OCTETS = 4 << 20;

    private final JournalDirectory directory;

    /** @param stateDirectory with the directory {@code journal} in it */
    SegmentFiles(Path stateDirectory) {
        this.directory = new JournalDirectory(stateDirectory);
    }

    @Override
    public long waitingOctets() throws IOException {
        return directory.waitingOctets();
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
            return read(file.get(), reader, new Range(from, until, records), complete, sink);
        } catch (NoSuchFileException e) {
            return unread(from);
        } catch (UnreadableSegmentException e) {
            LOG.error("{}", e.getMessage());
            return unread(from);
        } catch (ZipException | EOFException e) {
            tellOfDamage(file.get(), from);
            return new Read("", "", from, 1, OptionalLong.empty(), until == Long.MAX_VALUE);
        } catch (IOException e) {
            LOG.error("{}: {}; it is left alone, others are read", file.get().path(), FileProblem.reason(e));
            return unread(from);
        }
    }

    /** What to read: octets, and so many records at most. */
    private record Range(long from, long until, int records) {}

    private static Read read(
            org.dmarcmilter.journal.Segment file, SegmentReader reader, Range range, boolean complete, Sink sink)
            throws IOException {
        int taken = 0;
        long position = Math.max(range.from(), reader.position());
        boolean more = true;
        boolean damaged = false;
        while (more && taken < range.records() && position - range.from() < MAX_OCTETS) {
            Optional<JournalRecord> record = Optional.empty();
            try {
                record = reader.next();
            } catch (ZipException | EOFException e) {
                tellOfDamage(file, position);
                damaged = true;
            }
            more = record.isPresent() && reader.position() <= range.until();
            if (more) {
                sink.take(record.get().time(), record.get().facts());
                taken++;
            }
            if (more || (record.isEmpty() && reader.position() <= range.until())) {
                position = reader.position();
            }
        }
        boolean atEnd = !more && range.until() == Long.MAX_VALUE;
        return new Read(
                reader.instance(),
                reader.program(),
                position,
                reader.skipped() + (damaged ? 1 : 0),
                reader.mark(),
                atEnd && (complete || reader.ended()));
    }

    /** A packed segment: what stands behind the damage cannot be unpacked. */
    private static void tellOfDamage(org.dmarcmilter.journal.Segment file, long position) {
        LOG.error("{} is damaged: what stands in it behind octet {} is lost", file.path(), position);
    }

    private static Read unread(long from) {
        return new Read("", "", from, 0, OptionalLong.empty(), false);
    }

    @Override
    public void tidy(Set<String> finished, Set<String> old) throws IOException {
        boolean packing = true;
        for (org.dmarcmilter.journal.Segment file : directory.segments()) {
            if (old.contains(file.name())) {
                directory.delete(file);
            } else if (packing && finished.contains(file.name()) && !file.compressed()) {
                packing = isPacked(file);
            }
        }
    }

    /** Whether it could be packed: a full disk keeps nobody from sending reports, which makes room again. */
    private boolean isPacked(org.dmarcmilter.journal.Segment file) {
        try {
            directory.compress(file);
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be packed: {}", file.path(), FileProblem.reason(e));
            return false;
        }
    }
}
