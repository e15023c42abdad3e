package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class SegmentReaderTest {
    private static final List<JournalRecord> RECORDS = IntStream.range(0, 5)
            .mapToObj(i -> new JournalRecord(Instant.ofEpochSecond(1_000 + i), AnyReportFacts.of(new Random(i))))
            .toList();

    @TempDir
    Path state;

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    private SegmentReaderTest add(JournalLine line) {
        return add(line.octets());
    }

    private SegmentReaderTest add(byte[] line) {
        text.writeBytes(line);
        return this;
    }

    private SegmentReaderTest addAll() {
        add(JournalLine.header("mx", "run1", "dmarc-milter/1.0.0")).add(JournalLine.fields());
        RECORDS.forEach(record -> add(JournalLine.record(record)));
        return add(JournalLine.mark(1_004));
    }

    private Segment segment(byte[] octets) throws IOException {
        Path directory = Files.createDirectories(state.resolve("journal"));
        Path file = Files.write(directory.resolve("mx-1000-0000.jnl"), octets);
        return Segment.of(file).orElseThrow();
    }

    private static List<JournalRecord> rest(SegmentReader reader) throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            records.add(next.get());
        }
        return records;
    }

    @Test
    void readsWhatIsThere() throws IOException {
        addAll().add(JournalLine.end(5));
        try (SegmentReader reader = SegmentReader.open(segment(text.toByteArray()), 0)) {
            assertEquals(RECORDS, rest(reader));
            assertEquals(0, reader.skipped());
            assertEquals(OptionalLong.of(1_004), reader.mark());
            assertTrue(reader.ended());
            assertEquals(text.size(), reader.position());
            assertEquals("run1", reader.instance());
            assertEquals("dmarc-milter/1.0.0", reader.program());
        }
    }

    @Test
    void goesOnWhereItStopped() throws IOException {
        addAll();
        Segment segment = segment(text.toByteArray());
        for (int stop = 0; stop <= RECORDS.size(); stop++) {
            long position;
            try (SegmentReader reader = SegmentReader.open(segment, 0)) {
                for (int i = 0; i < stop; i++) {
                    assertEquals(Optional.of(RECORDS.get(i)), reader.next());
                }
                position = reader.position();
            }
            try (SegmentReader reader = SegmentReader.open(segment, position)) {
                assertEquals(RECORDS.subList(stop, RECORDS.size()), rest(reader));
                assertFalse(reader.ended());
            }
        }
    }

    @Test
    void theLastTimeIsFoundFromAnywhereBeforeItsLine() throws IOException {
        addAll();
        Segment plain = segment(text.toByteArray());
        assertEquals(text.size(), plain.octets());
        Segment packed = new JournalDirectory(state).compress(plain);
        assertEquals(text.size(), packed.octets());
        int lastLine = text.size() - JournalLine.mark(1_004).octets().length;
        for (int position = 0; position <= text.size(); position++) {
            OptionalLong expected = position <= lastLine ? OptionalLong.of(1_004) : OptionalLong.empty();
            assertEquals(expected, SegmentReader.lastTime(packed, position), "from " + position);
        }
    }

    @Test
    void readsWhatIsAddedLater() throws IOException {
        addAll();
        Segment segment = segment(text.toByteArray());
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            assertEquals(RECORDS, rest(reader));
            long position = reader.position();
            add(JournalLine.record(RECORDS.get(0))).add(JournalLine.end(6));
            Files.write(segment.path(), text.toByteArray());
            try (SegmentReader later = SegmentReader.open(segment, position)) {
                assertEquals(List.of(RECORDS.get(0)), rest(later));
                assertTrue(later.ended());
            }
        }
    }

    /** Cut anywhere in its last line, a segment has the others, and once that line is whole it is read from where it stopped. */
    @Test
    void cutAtEachOctetOfTheLastLine() throws IOException {
        addAll();
        int before = text.size();
        add(JournalLine.record(RECORDS.get(2)));
        byte[] whole = text.toByteArray();
        for (int cut = before; cut < whole.length; cut++) {
            Segment segment = segment(Arrays.copyOf(whole, cut));
            long position;
            try (SegmentReader reader = SegmentReader.open(segment, 0)) {
                assertEquals(RECORDS, rest(reader));
                assertEquals(0, reader.skipped());
                position = reader.position();
                assertEquals(before, position);
            }
            segment(whole);
            try (SegmentReader reader = SegmentReader.open(segment, position)) {
                assertEquals(List.of(RECORDS.get(2)), rest(reader));
            }
        }
    }

    /** A writer that is killed at once leaves the beginning of the first lines. */
    @Test
    void cutAtEachOctet() throws IOException {
        addAll();
        byte[] whole = text.toByteArray();
        int read = 0;
        for (int cut = 0; cut <= whole.length; cut++) {
            try (SegmentReader reader = SegmentReader.open(segment(Arrays.copyOf(whole, cut)), 0)) {
                List<JournalRecord> records = rest(reader);
                assertTrue(records.size() >= read && records.size() <= read + 1);
                assertEquals(RECORDS.subList(0, records.size()), records);
                assertEquals(0, reader.skipped());
                read = records.size();
            }
        }
        assertEquals(RECORDS.size(), read);
    }

    @Test
    void aDamagedLineCostsItselfOnly() throws IOException {
        addAll();
        byte[] whole = text.toByteArray();
        String lines = new String(whole, StandardCharsets.ISO_8859_1);
        int third = lines.indexOf("R 1002");
        whole[third + 30] ^= 1;
        try (SegmentReader reader = SegmentReader.open(segment(whole), 0)) {
            List<JournalRecord> others = new ArrayList<>(RECORDS);
            others.remove(2);
            assertEquals(others, rest(reader));
            assertEquals(1, reader.skipped());
            assertEquals(OptionalLong.of(1_004), reader.mark());
        }
    }

    /** In a record of version 1 the canonical texts stand whole. */
    @Test
    void readsTheFormBefore() throws IOException {
        add(new JournalLine('J', List.of("1", "mx", "run1", "dmarc-milter/1.0.0")))
                .add(new JournalLine('F', List.of("time", "domain", "config", "rua", "mistakes", "ip", "row")));
        for (JournalRecord record : RECORDS) {
            ReportFacts facts = record.facts();
            add(new JournalLine(
                    'R',
                    List.of(
                            Long.toString(record.time().getEpochSecond()),
                            facts.policy().domain().ascii(),
                            facts.policy().text(),
                            facts.ruaText(),
                            facts.mistakesText(),
                            facts.client().text(),
                            facts.row().text())));
        }
        add(JournalLine.mark(1_004)).add(JournalLine.end(5));
        try (SegmentReader reader = SegmentReader.open(segment(text.toByteArray()), 0)) {
            assertEquals(RECORDS, rest(reader));
            assertEquals(0, reader.skipped());
            assertTrue(reader.ended());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "", "R ", "R x\t00000000", "X 1\tc0ffee00"})
    void aLineThatIsNoneCostsItselfOnly(String line) throws IOException {
        addAll();
        text.writeBytes((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        add(JournalLine.record(RECORDS.get(0)));
        try (SegmentReader reader = SegmentReader.open(segment(text.toByteArray()), 0)) {
            assertEquals(RECORDS.size() + 1, rest(reader).size());
            assertEquals(1, reader.skipped());
        }
    }

    @Test
    void anUnknownKindOfLineIsSkipped() throws IOException {
        addAll().add(new JournalLine('N', List.of("news"))).add(JournalLine.record(RECORDS.get(0)));
        try (SegmentReader reader = SegmentReader.open(segment(text.toByteArray()), 0)) {
            assertEquals(RECORDS.size() + 1, rest(reader).size());
            assertEquals(1, reader.skipped());
        }
    }

    @Test
    void aLineWithoutEndTakesNoMemory() throws IOException {
        addAll();
        text.writeBytes("x".repeat(3_000_000).getBytes(StandardCharsets.ISO_8859_1));
        text.write('\n');
        add(JournalLine.record(RECORDS.get(0)));
        try (SegmentReader reader = SegmentReader.open(segment(text.toByteArray()), 0)) {
            assertEquals(RECORDS.size() + 1, rest(reader).size());
            assertEquals(1, reader.skipped());
            assertEquals(text.size(), reader.position());
        }
    }

    @Test
    void aNewerFormIsLeftAlone() throws IOException {
        add(new JournalLine('J', List.of("3", "mx", "run1", "dmarc-milter/9.0.0")))
                .add(JournalLine.fields());
        Segment segment = segment(text.toByteArray());
        UnreadableSegmentException e =
                assertThrows(UnreadableSegmentException.class, () -> SegmentReader.open(segment, 0));
        assertEquals(
                segment.path()
                        + ": version 3 of the journal's form is not known; it is left alone. Read it with the version"
                        + " of the program that wrote it.",
                e.getMessage());
    }

    @Test
    void fieldsThatAreMissedAndWhatIsNoJournalAreLeftAlone() throws IOException {
        add(JournalLine.header("mx", "run1", "p")).add(new JournalLine('F', List.of("time", "domain")));
        Segment less = segment(text.toByteArray());
        assertThrows(UnreadableSegmentException.class, () -> SegmentReader.open(less, 0));
        text.reset();
        add(JournalLine.mark(1));
        Segment none = segment(text.toByteArray());
        assertThrows(UnreadableSegmentException.class, () -> SegmentReader.open(none, 0));
    }

    @Test
    void readsPackedOnesFromTheSamePlaces() throws IOException {
        addAll().add(JournalLine.end(5));
        Segment segment = segment(text.toByteArray());
        JournalDirectory directory = new JournalDirectory(state);
        long position;
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            var unused = reader.next();
            position = reader.position();
        }
        Segment packed = directory.compress(segment);
        assertFalse(Files.exists(segment.path()));
        assertEquals(List.of(packed), directory.segments());
        assertTrue(packed.compressed());
        assertEquals(segment.name(), packed.name());
        try (SegmentReader reader = SegmentReader.open(packed, position)) {
            assertEquals(RECORDS.subList(1, RECORDS.size()), rest(reader));
            assertTrue(reader.ended());
        }
    }
}
