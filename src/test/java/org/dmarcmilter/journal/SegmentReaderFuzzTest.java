package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.testing.AnyReportFacts;

/** Fuzzes {@link SegmentReader}: {@code JAZZER_FUZZ=1 mvn test -Dtest=SegmentReaderFuzzTest}. */
class SegmentReaderFuzzTest {
    private static final Segment SEGMENT = Segment.of(Path.of("mx-1-0000.jnl")).orElseThrow();

    /** Whatever stands between records of ours, they are all read, in their order, and whatever else is read can be written again. */
    @FuzzTest(maxDuration = "10m")
    void findsEachRecordOfOurs(FuzzedDataProvider data) throws IOException {
        Random random = new Random(data.consumeLong());
        JournalRecord first = record(random);
        JournalRecord second = record(random);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(JournalLine.header("mx", "run", "program").octets());
        text.writeBytes(JournalLine.fields().octets());
        text.writeBytes(JournalLine.record(first));
        long afterFirst = text.size();
        text.writeBytes(data.consumeBytes(data.remainingBytes() / 2));
        text.write('\n');
        // With a sum that is right the line itself is looked into.
        String values = data.consumeRemainingAsString().replaceAll("[^ -~\t]", "?");
        text.writeBytes(new JournalLine('R', List.of(values)).octets());
        text.writeBytes(JournalLine.record(second));
        SegmentReader reader = SegmentReader.read(SEGMENT, new ByteArrayInputStream(text.toByteArray()), 0);
        assertEquals(Optional.of(first), reader.next());
        assertEquals(afterFirst, reader.position());
        Optional<JournalRecord> last = Optional.empty();
        for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            last = next;
            assertTrue(JournalLine.record(next.get()).length <= JournalLine.MAX_OCTETS);
        }
        assertEquals(Optional.of(second), last);
        assertEquals(text.size(), reader.position());
    }

    /** No text begins a journal by chance, and none takes more than its time. */
    @FuzzTest(maxDuration = "10m")
    void takesAnything(byte[] data) throws IOException {
        try {
            SegmentReader reader = SegmentReader.read(SEGMENT, new ByteArrayInputStream(data), 0);
            while (reader.next().isPresent()) {
                assertTrue(reader.position() <= data.length);
            }
        } catch (UnreadableSegmentException e) {
            String message = String.valueOf(e.getMessage());
            assertTrue(message.startsWith("mx-1-0000.jnl: "), message);
        }
    }

    private static JournalRecord record(Random random) {
        return new JournalRecord(Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)), AnyReportFacts.of(random));
    }
}
