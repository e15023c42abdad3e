package org.dmarcmilter.history;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Footprint;
import org.dmarcmilter.evaluation.Spool;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryWriterTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final CapturedLog log = new CapturedLog(HistoryWriter.class);

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void appendsInOrderWithinTheInterval() throws IOException {
        Path file = directory.resolve("history");
        Files.writeString(file, HistoryFormat.write(plain("before"), true));
        HistoryWriter writer = new HistoryWriter(file, bounds(2_000, SHORT), OptionalInt.empty());
        for (int i = 0; i < 1_000; i++) {
            writer.offer(plain("Q" + i), true);
        }
        await().atMost(LONG).until(() -> writer.written() == 1_000);
        assertEquals(0, writer.waiting());
        List<String> expected = new ArrayList<>(List.of("before"));
        IntStream.range(0, 1_000).forEach(i -> expected.add("Q" + i));
        assertEquals(expected, jobs(file));
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of(), log.lines(), "nothing to tell on the happy path");
    }

    @Test
    void writesAFullBatchWithoutWaitingForTheInterval() {
        Path file = directory.resolve("history");
        HistoryWriter writer = new HistoryWriter(file, bounds(10_000, Duration.ofDays(1)), OptionalInt.empty());
        for (int i = 0; i < 256; i++) {
            writer.offer(plain("Q" + i), true);
        }
        await().atMost(LONG).until(() -> writer.written() > 0);
        assertTrue(writer.flushAndClose(LONG));
    }

    @Test
    void writesWhatWaitsWhenItIsClosed() throws IOException {
        Path file = directory.resolve("history");
        HistoryWriter writer = new HistoryWriter(file, bounds(10, Duration.ofDays(1)), OptionalInt.empty());
        writer.offer(plain("Q1"), true);
        writer.offer(plain("Q2"), true);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of("Q1", "Q2"), jobs(file));
        writer.offer(plain("Q3"), true);
        assertEquals(1, writer.dropped(), "a closed writer takes nothing");
        assertEquals(0, writer.waiting());
    }

    @Test
    void keepsRecordsWhileTheFileCannotBeWritten() throws IOException {
        Path missing = directory.resolve("missing");
        Path file = missing.resolve("history");
        HistoryWriter writer = new HistoryWriter(file, bounds(5, SHORT), OptionalInt.empty());
        await().atMost(LONG).until(writer::isFailing);
        for (int i = 0; i < 8; i++) {
            writer.offer(plain("Q" + i), true);
        }
        assertEquals(5, writer.waiting());
        assertEquals(3, writer.dropped());
        Files.createDirectory(missing);
        await().atMost(LONG).until(() -> writer.written() == 5);
        writer.offer(plain("Q8"), true);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of("Q0", "Q1", "Q2", "Q3", "Q4", "Q8"), jobs(file), "the newest were dropped");
        assertEquals(
                List.of(
                        "ERROR HistoryFile " + file
                                + " cannot be written: its directory does not exist; 0 records wait, the mail goes on",
                        "WARN HistoryFile " + file + " is writable again",
                        "ERROR HistoryFile " + file
                                + ": 3 records were lost, as no more than 5 can wait, or 16777216 octets"),
                log.lines(),
                "one line a change, however often it was tried");
    }

    /** What a sender can make large: signatures, ARC sets, the SPF records and the addresses of his own domain. */
    @ParameterizedTest
    @ValueSource(strings = {"dkim", "arc", "spf", "rua", "ruf"})
    void largeRecordsReachTheBoundSooner(String part) {
        Path file = directory.resolve("missing").resolve("history");
        HistoryWriter writer = new HistoryWriter(file, bounds(10_000, Duration.ofDays(1)), OptionalInt.empty());
        await().atMost(LONG).until(writer::isFailing);
        Evaluation large = Evaluations.large(part);
        long octets = Footprint.octets(large);
        assertTrue(octets > 100 * 100, () -> part + " counts for " + octets);
        for (int i = 0; i < 10_000; i++) {
            writer.offer(large, true);
        }
        assertEquals((16 << 20) / octets, writer.waiting());
        assertEquals(10_000 - writer.waiting(), writer.dropped());
        assertFalse(writer.flushAndClose(LONG));
    }

    @Test
    void triesAgainAfterAFullDisk() throws IOException {
        Path full = Path.of("/dev/full");
        Path file = Files.createSymbolicLink(directory.resolve("history"), full);
        HistoryWriter writer = new HistoryWriter(file, bounds(100, SHORT), OptionalInt.empty());
        writer.offer(plain("Q1"), true);
        await().atMost(LONG).until(writer::isFailing);
        writer.offer(plain("Q2"), true);
        Path other = Files.createFile(directory.resolve("other"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), other);
        Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
        await().atMost(LONG).until(() -> writer.written() == 2);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of("Q1", "Q2"), jobs(file));
        List<String> lines = log.lines();
        assertTrue(lines.get(0).contains("No space left on device"), lines.toString());
    }

    @Test
    void saysWhatIsLostAtTheEnd() {
        HistoryWriter writer = new HistoryWriter(directory, bounds(100, SHORT), OptionalInt.empty());
        writer.offer(plain("Q1"), true);
        assertFalse(writer.flushAndClose(LONG), "a directory is no history file");
        assertEquals(
                "ERROR HistoryFile " + directory + ": 1 records could not be written and are lost",
                log.lines().get(log.lines().size() - 1));
    }

    @Test
    void goesOnInANewFileWhenTheOldOneIsRenamed() throws IOException {
        Path file = directory.resolve("history");
        HistoryWriter writer = new HistoryWriter(file, bounds(100_000, Duration.ofMillis(1)), OptionalInt.empty());
        List<Path> rotated = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            writer.offer(plain("Q" + i), true);
            if (i % 1_000 == 999) {
                long before = writer.written();
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(LONG)
                        .until(() -> writer.written() > before || writer.waiting() == 0);
                if (Files.exists(file)) {
                    Path old = directory.resolve("history." + i);
                    Files.move(file, old);
                    rotated.add(old);
                }
            }
        }
        assertTrue(writer.flushAndClose(LONG));
        rotated.add(file);
        List<String> all = new ArrayList<>();
        for (Path path : rotated) {
            if (Files.exists(path)) {
                all.addAll(jobs(path));
            }
        }
        assertEquals(IntStream.range(0, 20_000).mapToObj(i -> "Q" + i).toList(), all, "each once, in order, none torn");
        assertTrue(rotated.size() > 2, "it was renamed while records came");
    }

    @Test
    void cutsATornRecordAtTheStart() throws IOException {
        Path file = directory.resolve("history");
        String whole = HistoryFormat.write(plain("Q1"), true);
        String torn = HistoryFormat.write(plain("Q2"), true).substring(0, 77);
        Files.writeString(file, whole + torn);
        HistoryWriter writer = new HistoryWriter(file, bounds(10, SHORT), OptionalInt.empty());
        writer.offer(plain("Q3"), true);
        assertTrue(writer.flushAndClose(LONG));
        assertEquals(List.of("Q1", "Q3"), jobs(file));
        assertEquals(
                List.of("WARN HistoryFile " + file + ": cut off 77 octets of a last record that had no end"),
                log.lines());
    }

    @Test
    void cutsATornRecordAtTheEndOfALargeFile() throws IOException {
        Path file = directory.resolve("history");
        String whole = HistoryFormat.write(plain("Q1"), true).repeat(1_000);
        Files.writeString(file, whole + "job Q2\nrepor");
        assertTrue(new HistoryWriter(file, bounds(10, SHORT), OptionalInt.empty()).flushAndClose(LONG));
        assertEquals(whole, Files.readString(file));
    }

    @Test
    void leavesForeignTextAtTheEnd() throws IOException {
        Path file = directory.resolve("history");
        Files.writeString(file, HistoryFormat.write(plain("Q1"), true) + "a note");
        HistoryWriter writer = new HistoryWriter(file, bounds(10, SHORT), OptionalInt.empty());
        writer.offer(plain("Q2"), true);
        assertTrue(writer.flushAndClose(LONG));
        assertTrue(Files.readString(file).contains("action 2\na note\njob Q2\n"));
    }

    @Test
    void givesANewFileTheModeOfTheUmask() throws IOException {
        Path file = directory.resolve("history");
        assertTrue(new HistoryWriter(file, bounds(10, SHORT), OptionalInt.of(0007)).flushAndClose(LONG));
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertTrue(new HistoryWriter(file, bounds(10, SHORT), OptionalInt.of(0007)).flushAndClose(LONG));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                "the mode of a file that is there is its owner's business");
    }

    private static List<String> jobs(Path file) throws IOException {
        List<String> jobs = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            HistoryReader.read(in, record -> jobs.add(record.jobId()), problem -> {
                throw new AssertionError(problem);
            });
        }
        return jobs;
    }

    private static Spool.Bounds bounds(int records, Duration interval) {
        return new Spool.Bounds(records, HistoryWriter.DEFAULT_BOUNDS.octets(), interval);
    }

    private static Evaluation plain(String queueId) {
        return TestEvaluation.plain(queueId).evaluation();
    }
}
