package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.journal.WholeSegment;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's journal into the store: what becomes of segments that are cut, damaged, packed or gone. */
@Timeout(120)
class SegmentFilesTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant NOON = DAY.plus(Duration.ofHours(12));

    @TempDir
    Path directory;

    /** As the daemon does, started and stopped: a segment. */
    private Path record(Instant at, int messages) throws IOException {
        JournalWriter journal = JournalWriter.start(
                directory,
                new JournalWriter.Identity("mx", "dmarc-milter/test"),
                new JournalWriter.Settings(1 << 30, false),
                JournalWriter.DEFAULT_BOUNDS,
                Clock.fixed(at, ZoneOffset.UTC));
        for (int i = 0; i < messages; i++) {
            journal.offer(
                    TestEvaluation.plain("Q" + i).evaluation(), false, new RecordingRules(ReportScope.ALL, 86_400));
        }
        assertTrue(journal.flushAndClose(Duration.ofSeconds(60)));
        return directory.resolve("journal/mx-" + at.getEpochSecond() + "-0000.jnl");
    }

    /** The segment with its head and its records only, as that of a killed daemon. */
    private byte[] killed(Path segment) throws IOException {
        byte[] records = Files.readAllLines(segment, StandardCharsets.US_ASCII).stream()
                .filter(line -> !line.startsWith("M") && !line.startsWith("E"))
                .collect(Collectors.joining("\n", "", "\n"))
                .getBytes(StandardCharsets.US_ASCII);
        Files.write(segment, records);
        return records;
    }

    private JournalImport.Summary run() throws IOException {
        try (Store store = Store.open(directory, StoredReports.rules(), NOON)) {
            JournalImport.Summary summary = store.journalImport().run(NOON, () -> true);
            store.journalImport().tidy(NOON, Duration.ofDays(5));
            return summary;
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".jnl"))
                    .sorted()
                    .toList();
        }
    }

    /** The daemon was killed while it wrote a line. As long as it could go on the line is awaited; then it is none. */
    @Test
    void isCutAtEachOctetOfItsLastLine() throws IOException {
        Path segment = record(DAY, 3);
        byte[] whole = killed(segment);
        int last = new String(whole, StandardCharsets.US_ASCII).lastIndexOf("\nR ") + 1;
        long messages = 0;
        for (int cut = last; cut < whole.length; cut++) {
            Files.write(segment, Arrays.copyOf(whole, cut));
            JournalImport.Summary summary = run();
            messages += summary.messages();
            assertEquals(2, messages, "cut at " + cut);
            assertEquals(0, summary.skipped());
        }
        Files.write(segment, whole);
        assertEquals(1, run().messages(), "the line is whole now");
        Files.write(segment, Arrays.copyOf(whole, whole.length - 1));
        record(DAY.plusSeconds(60), 1);
        assertEquals(new JournalImport.Summary(1, 0, 0, 0, true), run());
        assertEquals(new JournalImport.Summary(0, 0, 0, 0, true), run());
        assertEquals(2, files().stream().filter(name -> name.endsWith(".gz")).count(), "both are finished");
    }

    /** After a power failure a file may be shorter than what was read of it: what is counted stays counted, and others are read. */
    @Test
    void isShorterThanWhatWasRead() throws IOException {
        Path segment = record(DAY, 3);
        byte[] whole = killed(segment);
        assertEquals(3, run().messages());
        for (int left : List.of(whole.length - 1, whole.length / 2, 10, 0)) {
            Files.write(segment, Arrays.copyOf(whole, left));
            assertEquals(new JournalImport.Summary(0, 0, 0, 0, true), run(), left + " octets");
        }
        record(DAY.plusSeconds(60), 1);
        assertEquals(1, run().messages());
    }

    @Test
    void isGone() throws IOException {
        Path segment = record(DAY, 3);
        SegmentFiles journals = new SegmentFiles(directory);
        Journals.Segment known = journals.segments().get(0);
        Files.delete(segment);
        Journals.Read read =
                journals.read(known, 0, Long.MAX_VALUE, 10, (time, facts) -> assertEquals("nothing", time.toString()));
        assertEquals(0, read.position());
        assertEquals(0, run().messages());
        assertEquals(List.of(), journals.segments());
    }

    @Test
    void hasADamagedLine() throws IOException {
        Path segment = record(DAY, 3);
        byte[] whole = Files.readAllBytes(segment);
        whole[new String(whole, StandardCharsets.US_ASCII).indexOf("\nR ") + 40] ^= 1;
        Files.write(segment, whole);
        assertEquals(new JournalImport.Summary(2, 0, 1, 0, true), run());
    }

    @Test
    void isLeftAloneWhereItsFormIsNotKnown() throws IOException {
        Path segment = record(DAY, 3);
        record(DAY.plusSeconds(60), 2);
        String text = Files.readString(segment);
        String header =
                text.substring(0, text.lastIndexOf('\t', text.indexOf('\n'))).replaceFirst("^J 2", "J 3");
        CRC32C crc = new CRC32C();
        crc.update(header.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                segment, header + String.format("\t%08x", crc.getValue()) + text.substring(text.indexOf('\n')));
        try (CapturedLog log = new CapturedLog(SegmentFiles.class)) {
            assertEquals(2, run().messages());
            assertTrue(log.lines().get(0).contains("version 3 of the journal's form is not known"), log::toString);
        }
        assertTrue(files().contains(segment.getFileName().toString()), "for a newer program");
        Files.writeString(segment, text);
        assertEquals(3, run().messages());
    }

    @Test
    void cannotBeOpened() throws IOException {
        Path segment = record(DAY, 3);
        record(DAY.plusSeconds(60), 2);
        byte[] whole = Files.readAllBytes(segment);
        Files.delete(segment);
        Files.createDirectory(segment);
        try (CapturedLog log = new CapturedLog(SegmentFiles.class)) {
            assertEquals(2, run().messages());
            assertEquals(1, log.above(Level.WARN).size(), () -> log.lines().toString());
            assertTrue(
                    log.lines().get(0).contains("it is left alone, others are read"),
                    () -> log.lines().toString());
        }
        Files.delete(segment);
        Files.write(segment, whole);
        assertEquals(3, run().messages());
    }

    /** A packed one is read again when the store is lost: what is before the damage counts, and nothing is in the way. */
    @Test
    void isDamagedAndPacked() throws IOException {
        Path segment = record(DAY, 500);
        record(DAY.plusSeconds(60), 2);
        assertEquals(502, run().messages());
        Path packed = segment.resolveSibling(segment.getFileName() + ".gz");
        byte[] whole = Files.readAllBytes(packed);
        for (int left : List.of(whole.length - 1, whole.length / 2, 20, 3, 0)) {
            Files.write(packed, Arrays.copyOf(whole, left));
            Files.delete(directory.resolve("store.mv.db"));
            try (CapturedLog log = new CapturedLog(SegmentFiles.class)) {
                JournalImport.Summary summary = run();
                assertTrue(summary.messages() >= 2 && summary.messages() <= 502, summary::toString);
                assertEquals(1, summary.skipped());
                assertTrue(summary.complete());
                assertTrue(
                        log.lines().get(0).startsWith("ERROR " + packed + " is damaged"),
                        () -> log.lines().toString());
            }
            assertEquals(new JournalImport.Summary(0, 0, 0, 0, true), run(), "it is told once");
        }
    }

    @Test
    void packsOnceAndDeletes() throws IOException {
        Path segment = record(DAY, 3);
        Path other = record(DAY.plusSeconds(60), 3);
        SegmentFiles journals = new SegmentFiles(directory);
        String name = journals.segments().get(0).name();
        journals.tidy(Set.of(name), Set.of());
        journals.tidy(Set.of(name), Set.of());
        assertEquals(List.of(segment.getFileName() + ".gz", other.getFileName().toString()), files());
        journals.tidy(Set.of(), Set.of(name));
        assertEquals(List.of(other.getFileName().toString()), files());
        Files.createDirectory(other.resolveSibling(other.getFileName() + ".gz.new"));
        Files.createFile(other.resolveSibling(other.getFileName() + ".gz.new").resolve("in the way"));
        try (CapturedLog log = new CapturedLog(SegmentFiles.class)) {
            journals.tidy(Set.of(other.getFileName().toString()), Set.of());
            assertTrue(
                    log.lines().get(0).contains(other + " cannot be packed"),
                    () -> log.lines().toString());
        }
        assertEquals(1, new JournalDirectory(directory).segments().size());
    }

    /** Senders choose how large a record is: the memory that a run takes does not grow with it. */
    @Test
    void readsFewerRecordsIfTheyAreLarge() throws IOException {
        int number = 300;
        Evaluation large = TestEvaluation.plain("Q")
                .dkim(IntStream.range(0, 100)
                        .mapToObj(i -> TestEvaluation.dkim("d" + i + ".example", "s".repeat(240), "pass"))
                        .toList())
                .evaluation();
        ReportFacts facts =
                new RecordingRules(ReportScope.ALL, 86_400).facts(large, false).orElseThrow();
        try (WholeSegment segment = WholeSegment.begin(directory, new JournalWriter.Identity("mx", "test"), NOON)) {
            for (int i = 0; i < number; i++) {
                segment.add(new JournalRecord(NOON, facts));
            }
            segment.finish();
        }
        SegmentFiles journals = new SegmentFiles(directory);
        Journals.Segment segment = journals.segments().get(0);
        int[] taken = {0};
        Journals.Read first =
                journals.read(segment, 0, Long.MAX_VALUE, JournalImport.MAX_RECORDS, (time, record) -> taken[0]++);
        assertTrue(taken[0] > 100 && taken[0] < number, () -> taken[0] + " records");
        assertTrue(first.position() < SegmentFiles.MAX_OCTETS + (1 << 16), () -> first.position() + " octets");
        assertEquals(number, run().messages());
    }
}
