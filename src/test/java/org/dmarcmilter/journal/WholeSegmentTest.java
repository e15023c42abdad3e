package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeSegmentTest {
    private static final JournalWriter.Identity IDENTITY = new JournalWriter.Identity("history.0123", "program");
    private static final Instant NOW = Instant.ofEpochSecond(1_795_493_204);

    @TempDir
    Path directory;

    private final List<JournalRecord> records = new ArrayList<>();

    private void add(WholeSegment segment, int number) throws IOException {
        Random random = new Random(number);
        for (int i = 0; i < number; i++) {
            JournalRecord record =
                    new JournalRecord(NOW.minusSeconds(random.nextInt(100_000)), AnyReportFacts.of(random));
            segment.add(record);
            records.add(record);
        }
    }

    private List<Segment> segments() throws IOException {
        return new JournalDirectory(directory.resolve("state")).segments();
    }

    private WholeSegment begin() throws IOException {
        return WholeSegment.begin(directory.resolve("state"), IDENTITY, NOW);
    }

    @Test
    void appearsWithAllThatIsInIt() throws IOException {
        try (WholeSegment segment = begin()) {
            add(segment, 2_000);
            assertEquals(List.of(), segments(), "a reader sees none of it before its end");
            segment.finish();
        }
        assertEquals(
                List.of("history.0123-1795493204-0000.jnl"),
                segments().stream().map(Segment::name).toList());
        List<JournalRecord> read = new ArrayList<>();
        try (SegmentReader reader = SegmentReader.open(segments().get(0), 0)) {
            for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                read.add(next.get());
            }
            assertTrue(reader.ended());
            assertEquals(0, reader.skipped());
            assertEquals(
                    OptionalLong.of(records.stream()
                            .mapToLong(record -> record.time().getEpochSecond())
                            .max()
                            .orElseThrow()),
                    reader.mark());
        }
        assertEquals(records, read);
    }

    @Test
    void leavesNothingOfOneThatIsNotFinished() throws IOException {
        try (WholeSegment segment = begin()) {
            add(segment, 500);
        }
        assertEquals(List.of(), segments());
        try (var files = Files.list(directory.resolve("state/journal"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    /** What a process left that was killed meanwhile. */
    @Test
    void beginsAnewWhereAnotherWasKilled() throws IOException {
        WholeSegment killed = begin();
        add(killed, 500);
        records.clear();
        try (WholeSegment segment = begin()) {
            add(segment, 3);
            segment.finish();
        }
        try (SegmentReader reader = SegmentReader.open(segments().get(0), 0)) {
            assertEquals(records.get(0), reader.next().orElseThrow());
        }
        killed.close();
        assertEquals(1, segments().size());
    }
}
