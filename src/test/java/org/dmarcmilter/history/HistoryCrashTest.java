package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Spool;
import org.dmarcmilter.testing.ChildJvm;
import org.dmarcmilter.testing.TestEvaluation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the file after the process, or the space on the disk, came to a sudden end. */
@Execution(ExecutionMode.CONCURRENT)
class HistoryCrashTest {
    private static final int MESSAGES = 10_000;

    @TempDir
    private Path directory;

    private Optional<Process> started = Optional.empty();

    /** Also where the test failed, or came to its time limit. */
    @AfterEach
    void leaveNoChild() {
        started.ifPresent(Process::destroyForcibly);
    }

    @ParameterizedTest(name = "killed after {0} records")
    @ValueSource(ints = {1, 700, 5_000, 9_000})
    void keepsWholeRecordsWhenItIsKilled(int after) throws IOException, InterruptedException {
        Path file = directory.resolve("history");
        Process child = spawn("exec \"$@\"", file, "stay");
        long written = 0;
        try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
            // The child says how many records its writer has written; then it is killed in the middle of its work.
            while (written < after) {
                written = said(out.readLine()).orElseThrow(() -> new AssertionError("the child ended by itself"));
            }
            // Through its handle, as the process's own method would throw away what the child said.
            child.toHandle().destroyForcibly();
            for (OptionalLong more = said(out.readLine()); more.isPresent(); more = said(out.readLine())) {
                written = more.getAsLong();
            }
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(128 + 9, child.exitValue());

        HistoryWriter restarted = new HistoryWriter(file, bounds(10, Duration.ofMillis(10)), OptionalInt.empty());
        restarted.offer(plain("restarted"), true);
        assertTrue(restarted.flushAndClose(Duration.ofSeconds(60)));
        List<String> jobs = jobs(file);
        assertTrue(jobs.size() - 1 >= written, jobs.size() + " records in the file, " + written + " were written");
        List<String> expected = new ArrayList<>(
                IntStream.range(0, jobs.size() - 1).mapToObj(i -> "Q" + i).toList());
        expected.add("restarted");
        assertEquals(expected, jobs, "each once, in order, whole");
    }

    @Test
    void keepsWholeRecordsWhenTheFileCannotGrow() throws IOException, InterruptedException {
        Path file = directory.resolve("history");
        // 200 blocks of 512 octets: the write that crosses the limit is done in part, then the next one fails.
        Process child = spawn("ulimit -f 200; exec \"$@\"", file, "end");
        long last = 0;
        try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
            for (OptionalLong more = said(out.readLine()); more.isPresent(); more = said(out.readLine())) {
                last = more.getAsLong();
            }
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        List<String> jobs = jobs(file);
        assertEquals(IntStream.range(0, jobs.size()).mapToObj(i -> "Q" + i).toList(), jobs, "whole records only");
        assertEquals(jobs.size(), last, "what counts as written is written, and nothing else");
        assertTrue(jobs.size() < MESSAGES, "the limit was met");
    }

    /** The number in a line of the child; empty at the end, or where the end has cut the line. */
    private static OptionalLong said(@Nullable String line) {
        return line == null || !line.endsWith(".")
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(line.substring(0, line.length() - 1)));
    }

    private Process spawn(String script, Path file, String atTheEnd) throws IOException {
        Process child = ChildJvm.start(script, Child.class, file.toString(), atTheEnd);
        started = Optional.of(child);
        return child;
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

    /** Offers messages as a busy server would and prints how many are written. */
    static final class Child {
        private static long told;

        private Child() {}

        public static void main(String[] arguments) {
            ChildJvm.endWithTheTest();
            HistoryWriter writer = new HistoryWriter(
                    Path.of(arguments[0]), bounds(MESSAGES, Duration.ofMillis(2)), OptionalInt.empty());
            for (int i = 0; i < MESSAGES; i++) {
                writer.offer(plain("Q" + i), true);
                LockSupport.parkNanos(20_000);
                tell(writer);
            }
            // On a slow disk most of it is written only now.
            while (arguments[1].equals("stay")) {
                LockSupport.parkNanos(1_000_000);
                tell(writer);
            }
            writer.flushAndClose(Duration.ofSeconds(10));
            System.out.println(writer.written() + ".");
            System.out.flush();
        }

        private static void tell(HistoryWriter writer) {
            if (writer.written() > told) {
                told = writer.written();
                System.out.println(told + ".");
            }
        }
    }

    private static Spool.Bounds bounds(int records, Duration interval) {
        return new Spool.Bounds(records, HistoryWriter.DEFAULT_BOUNDS.octets(), interval);
    }

    private static Evaluation plain(String queueId) {
        return TestEvaluation.plain(queueId).evaluation();
    }
}
