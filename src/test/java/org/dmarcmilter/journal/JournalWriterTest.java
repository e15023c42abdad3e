package org.dmarcmilter.journal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Spool;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class JournalWriterTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, Period.DAY);
    private static final JournalWriter.Settings SETTINGS = new JournalWriter.Settings(1L << 30, true);
    private static final JournalWriter.Identity MX = new JournalWriter.Identity("mx", "dmarc-milter/test");
    private static final long BEGIN = 1_764_288_000L;

    @TempDir
    Path directory;

    private final AtomicLong second = new AtomicLong(BEGIN);
    private final CapturedLog log = new CapturedLog(JournalWriter.class);

    @AfterEach
    void stopListening() {
        log.close();
    }

    /** A clock that a test sets. */
    private final class SetClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(second.get());
        }
    }

    private Path state() {
        return directory.resolve("reports");
    }

    private JournalDirectory journal() {
        return new JournalDirectory(state());
    }

    private JournalWriter start(JournalWriter.Settings settings, int items) throws JournalInUseException {
        return JournalWriter.start(
                state(), MX, settings, new Spool.Bounds(items, 16 << 20, Duration.ofMillis(20)), new SetClock());
    }

    private JournalWriter start() throws JournalInUseException {
        return start(SETTINGS, 10_000);
    }

    private static Evaluation message(int number) {
        return TestEvaluation.plain("Q" + number)
                .client(IpAddress.parse("192.0.2." + number))
                .evaluation();
    }

    private void write(JournalWriter writer, int number) {
        long before = writer.written();
        writer.offer(message(number), false, RULES);
        await().atMost(LONG).until(() -> writer.written() == before + 1);
    }

    private List<JournalRecord> records(Segment segment) throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                records.add(next.get());
            }
            assertEquals(0, reader.skipped());
        }
        return records;
    }

    private List<String> addresses() throws IOException {
        List<String> addresses = new ArrayList<>();
        for (Segment segment : journal().segments()) {
            records(segment)
                    .forEach(record -> addresses.add(record.facts().client().text()));
        }
        return addresses;
    }

    private Segment newest() throws IOException {
        List<Segment> all = journal().segments();
        return all.get(all.size() - 1);
    }

    private long mark(Segment segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            while (reader.next().isPresent()) {
                // To the end.
            }
            return reader.mark().orElse(0);
        }
    }

    private boolean ended(Segment segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(segment, 0)) {
            while (reader.next().isPresent()) {
                // To the end.
            }
            return reader.ended();
        }
    }

    @Test
    void writesWhatAReportTakesOfAMessage() throws IOException {
        JournalWriter writer = start();
        for (int i = 1; i <= 200; i++) {
            writer.offer(message(i), i == 7, RULES);
        }
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(200, writer.written());
        assertEquals(0, writer.waiting() + writer.dropped());
        List<Segment> segments = journal().segments();
        assertEquals(
                List.of("mx-" + BEGIN + "-0000.jnl"),
                segments.stream().map(Segment::name).toList());
        List<JournalRecord> records = records(segments.get(0));
        for (int i = 1; i <= 200; i++) {
            assertEquals(
                    new JournalRecord(
                            Instant.ofEpochSecond(BEGIN),
                            RULES.facts(message(i), i == 7).orElseThrow()),
                    records.get(i - 1));
        }
        assertEquals(Weight.OWN_REPORTS, records.get(6).facts().row().weight());
        assertTrue(ended(segments.get(0)));
        assertEquals(List.of(), log.lines(), "nothing to tell on the happy path");
        assertEquals("rwxr-x---", mode(state()));
        assertEquals("rwxr-x---", mode(state().resolve("journal")));
        assertEquals("rw-r-----", mode(segments.get(0).path()));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void whatNoReportTellsOfIsNotEvenCounted() throws IOException {
        JournalWriter writer = start();
        RecordingRules none =
                new RecordingRules(new ReportScope(Set.of(DomainName.of("example.com")), Set.of()), Period.DAY);
        writer.offer(message(1).with(Applied.TEMPFAIL), false, RULES);
        writer.offer(message(2), false, none);
        writer.offer(message(3), false, RULES);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(1, writer.written());
        assertEquals(0, writer.waiting() + writer.dropped());
        assertEquals(List.of("192.0.2.3"), addresses());
    }

    @Test
    void timeNeverGoesBack() throws IOException {
        JournalWriter writer = start();
        write(writer, 1);
        second.set(BEGIN + 10);
        write(writer, 2);
        second.set(BEGIN - 3_600);
        write(writer, 3);
        second.set(BEGIN + 11);
        write(writer, 4);
        second.set(BEGIN + 2);
        assertTrue(writer.flushAndClose(LONG));
        second.set(BEGIN + 3);
        JournalWriter next = start();
        write(next, 5);
        assertTrue(next.flushAndClose(LONG));
        List<Long> times = new ArrayList<>();
        for (Segment segment : journal().segments()) {
            records(segment).forEach(record -> times.add(record.time().getEpochSecond() - BEGIN));
        }
        assertEquals(List.of(0L, 10L, 10L, 11L, 11L), times);
        assertEquals(BEGIN + 11, journal().segments().get(1).opened());
    }

    /** At the start only the end of a large segment is read. */
    @ParameterizedTest
    @ValueSource(strings = {"whole", "packed", "nothing but zeros at its end"})
    void timeDoesNotGoBackBehindALargeSegment(String how) throws IOException {
        JournalWriter writer = start();
        for (int i = 0; i < 2_000; i++) {
            writer.offer(message(i % 200), false, RULES);
        }
        second.set(BEGIN + 20);
        writer.offer(message(1), false, RULES);
        assertTrue(writer.flushAndClose(LONG));
        Segment large = newest();
        assertTrue(large.octets() > 3 * JournalLine.MAX_OCTETS, large.octets() + " octets");
        switch (how) {
            case "packed" -> assertTrue(journal().compress(large).compressed());
            case "whole" -> {}
            default -> Files.write(large.path(), new byte[200_000], StandardOpenOption.APPEND);
        }
        second.set(BEGIN + 3);
        JournalWriter next = start();
        write(next, 5);
        assertTrue(next.flushAndClose(LONG));
        List<JournalRecord> all = records(newest());
        assertEquals(BEGIN + 20, all.get(all.size() - 1).time().getEpochSecond());
    }

    /** Whoever reads it closes periods by the marks. */
    @Test
    void noRecordBehindAMarkIsOlder() throws IOException {
        JournalWriter writer = start(SETTINGS, 1_000_000);
        for (int i = 0; i < 20_000; i++) {
            writer.offer(message(i % 200), false, RULES);
            if (i % 10 == 0) {
                second.incrementAndGet();
            }
            if (i % 1_000 == 0) {
                LockSupport.parkNanos(Duration.ofMillis(15).toNanos());
            }
        }
        // The newest segment was opened later than the first mark.
        await().atMost(LONG).until(() -> writer.waiting() == 0 && mark(newest()) > BEGIN);
        assertTrue(writer.flushAndClose(LONG));
        int marks = 0;
        int records = 0;
        long marked = 0;
        for (Segment segment : journal().segments()) {
            for (String line : Files.readAllLines(segment.path())) {
                long value = line.startsWith("R ") || line.startsWith("M ")
                        ? Long.parseLong(line.substring(2).split("\t", 2)[0])
                        : marked;
                assertTrue(value >= marked, line);
                marked = line.startsWith("M ") ? value : marked;
                marks += line.startsWith("M ") ? 1 : 0;
                records += line.startsWith("R ") ? 1 : 0;
            }
        }
        assertEquals(20_000, records);
        assertTrue(marks > 1, marks + " marks");
    }

    @Test
    void aSegmentThatIsOldTakesNoMore() throws IOException {
        JournalWriter writer = start();
        write(writer, 1);
        second.addAndGet(299);
        write(writer, 2);
        second.addAndGet(1);
        write(writer, 3);
        assertTrue(writer.flushAndClose(LONG));
        List<Segment> segments = journal().segments();
        assertEquals(2, segments.size());
        assertEquals(2, records(segments.get(0)).size());
        assertEquals(1, records(segments.get(1)).size());
        assertTrue(ended(segments.get(0)) && ended(segments.get(1)));
    }

    /** So that its reader knows that nothing is missing, and a period can close. */
    @Test
    void anIdleOneIsKeptAndMarkedOnceAMinute() throws IOException {
        JournalWriter writer = start();
        await().atMost(LONG)
                .until(() -> journal().segments().size() == 1
                        && mark(journal().segments().get(0)) == BEGIN);
        Segment segment = journal().segments().get(0);
        for (int minute = 1; minute <= 10; minute++) {
            long now = second.addAndGet(60);
            await().atMost(LONG).until(() -> mark(segment) == now);
        }
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(1, journal().segments().size());
    }

    @Test
    void recordsWaitWhileTheDirectoryIsMissing() throws IOException {
        Path parent = directory.resolve("missing");
        Path state = parent.resolve("reports");
        JournalWriter writer = JournalWriter.start(
                state, MX, SETTINGS, new Spool.Bounds(5, 16 << 20, Duration.ofMillis(20)), new SetClock());
        await().atMost(LONG).until(writer::isFailing);
        for (int i = 1; i <= 8; i++) {
            writer.offer(message(i), false, RULES);
        }
        assertEquals(5, writer.waiting());
        assertEquals(3, writer.dropped());
        Files.createDirectory(parent);
        await().atMost(LONG).until(() -> writer.written() == 5);
        assertTrue(writer.flushAndClose(LONG));
        List<String> kept = new ArrayList<>();
        for (Segment segment : new JournalDirectory(state).segments()) {
            records(segment).forEach(record -> kept.add(record.facts().client().text()));
        }
        assertEquals(List.of("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"), kept);
        String name = "journal " + state.resolve("journal");
        assertEquals(
                List.of(
                        "ERROR " + name
                                + " cannot be written: No such file or directory; 0 records wait, the mail goes on",
                        "WARN " + name + " is writable again",
                        "ERROR " + name + ": 3 records were lost, as no more than 5 can wait, or 16777216 octets"),
                log.lines(),
                "one line a change, however often it was tried");
    }

    @Test
    void takesNoMoreOfTheDiskThanItMay() throws IOException {
        JournalWriter writer = start(new JournalWriter.Settings(2_000, false), 3);
        int written = 0;
        while (!writer.isFailing()) {
            writer.offer(message(++written % 250 + 1), false, RULES);
            int offered = written;
            await().atMost(LONG).until(() -> writer.isFailing() || writer.written() == offered);
        }
        assertTrue(writer.written() >= 3, () -> "written " + writer.written());
        assertTrue(journal().waitingOctets() < 3_000);
        long before = writer.written();
        assertTrue(log.lines().get(0).contains("ReportJournalMax allows no more"), log.lines()::toString);
        for (Segment segment : journal().segments()) {
            assertTrue(ended(segment), "it can be read to its end");
            var unused = journal().compress(segment);
        }
        await().atMost(LONG).until(() -> writer.written() > before);
        assertTrue(writer.flushAndClose(LONG));
    }

    @Test
    void hasItsJournalForItself() throws IOException {
        JournalWriter writer = start();
        JournalInUseException e = assertThrows(JournalInUseException.class, this::start);
        assertTrue(e.getMessage().contains("ReportStateDirectory of its own"), e.getMessage());
        assertTrue(writer.flushAndClose(LONG));
        assertTrue(start().flushAndClose(LONG));
    }

    /** What a full disk has left of a batch is written once: the whole lines there, the others in the next segment. */
    @Test
    void aNewSegmentBeginsWhereAnotherCouldNotGoOn() throws IOException {
        JournalWriter writer = start();
        write(writer, 1);
        Path lost = state().resolve("journal");
        Files.move(lost, directory.resolve("moved"));
        second.addAndGet(300);
        writer.offer(message(2), false, RULES);
        await().atMost(LONG).until(writer::isFailing);
        Files.move(directory.resolve("moved"), lost);
        await().atMost(LONG).until(() -> writer.written() == 2);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of("192.0.2.1", "192.0.2.2"), addresses());
    }

    /** So that whoever looks for a time knows from the names where it can stand. */
    @Test
    void noLineIsOlderThanTheNameOfItsSegment() throws IOException {
        Path parent = directory.resolve("missing");
        Path state = parent.resolve("reports");
        JournalWriter writer = JournalWriter.start(
                state, MX, SETTINGS, new Spool.Bounds(5, 16 << 20, Duration.ofMillis(20)), new SetClock());
        await().atMost(LONG).until(writer::isFailing);
        writer.offer(message(1), false, RULES);
        second.set(BEGIN + 1_000);
        writer.offer(message(2), false, RULES);
        Files.createDirectory(parent);
        await().atMost(LONG).until(() -> writer.written() == 2);
        assertTrue(writer.flushAndClose(LONG));
        Segment segment = new JournalDirectory(state).segments().get(0);
        assertEquals(BEGIN, segment.opened());
        assertEquals(
                List.of(BEGIN, BEGIN + 1_000),
                records(segment).stream()
                        .map(record -> record.time().getEpochSecond())
                        .toList(),
                "when it was seen, not when the disk was ready for it");
    }
}
