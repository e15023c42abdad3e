package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.evaluation.Spool;
import org.dmarcmilter.testing.ChildJvm;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the journal after the process, or the space on the disk, came to a sudden end: each record once, none torn. */
@Timeout(180)
class JournalCrashTest {
    private static final int MESSAGES = 5_000;

    @TempDir
    Path state;

    private Optional<Process> started = Optional.empty();

    @AfterEach
    void leaveNoChild() {
        started.ifPresent(Process::destroyForcibly);
    }

    private Process child(String script, String atTheEnd) throws IOException {
        Process child = ChildJvm.start(script, Child.class, state.toString(), atTheEnd);
        started = Optional.of(child);
        return child;
    }

    /** The senders of all records, in the order of the segments. */
    private List<String> senders() throws IOException {
        List<String> senders = new ArrayList<>();
        for (Segment segment : new JournalDirectory(state).segments()) {
            try (SegmentReader reader = SegmentReader.open(segment, 0)) {
                for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                    senders.add(next.get().facts().row().envelopeFrom());
                }
                assertEquals(0, reader.skipped(), segment::name);
            }
        }
        return senders;
    }

    private static List<String> expected(int number) {
        return IntStream.range(0, number).mapToObj(i -> "q" + i + ".example").toList();
    }

    @ParameterizedTest(name = "killed after {0} records")
    @ValueSource(ints = {1, 700, 3_000})
    void keepsWholeRecordsWhenItIsKilled(int after) throws IOException, InterruptedException {
        Process child = child("exec \"$@\"", "stay");
        long written = 0;
        try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
            while (written < after) {
                String line = out.readLine();
                assertTrue(line != null, "the child ended by itself");
                written = Long.parseLong(line);
            }
            child.toHandle().destroyForcibly();
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(128 + 9, child.exitValue());
        List<String> kept = senders();
        assertTrue(kept.size() >= written, kept.size() + " records, " + written + " were written");
        assertEquals(expected(kept.size()), kept, "each once, in order, whole");

        JournalWriter next = Child.writer(state);
        Child.offer(next, kept.size());
        assertTrue(next.flushAndClose(Duration.ofSeconds(60)));
        assertEquals(expected(kept.size() + 1), senders(), "a new segment has what follows");
    }

    /** 200 blocks of 512 octets: the write that crosses the limit is done in part, and the next segment has the rest. */
    @Test
    void keepsEachRecordOnceWhenNoSegmentCanGrow() throws IOException, InterruptedException {
        Process child = child("ulimit -f 200; exec \"$@\"", "end");
        try (InputStream out = child.getInputStream()) {
            out.transferTo(OutputStream.nullOutputStream());
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue());
        assertTrue(new JournalDirectory(state).segments().size() > 5, "the limit was met");
        assertEquals(expected(MESSAGES), senders());
    }

    /** Offers messages as a busy server would and prints how many are written. */
    static final class Child {
        private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, Period.DAY);

        private Child() {}

        static JournalWriter writer(Path state) throws JournalInUseException {
            return JournalWriter.start(
                    state,
                    new JournalWriter.Identity("mx", "test"),
                    new JournalWriter.Settings(1 << 30, false),
                    new Spool.Bounds(2 * MESSAGES, 1 << 30, Duration.ofMillis(2)),
                    Clock.systemUTC());
        }

        static void offer(JournalWriter writer, int number) {
            writer.offer(
                    TestEvaluation.plain("Q")
                            .sender("<u@q" + number + ".example>")
                            .evaluation(),
                    false,
                    RULES);
        }

        public static void main(String[] arguments) throws JournalInUseException {
            ChildJvm.endWithTheTest();
            JournalWriter writer = writer(Path.of(arguments[0]));
            for (int i = 0; i < MESSAGES; i++) {
                offer(writer, i);
                LockSupport.parkNanos(20_000);
                if (i % 50 == 0) {
                    System.out.println(writer.written());
                }
            }
            while (arguments[1].equals("stay")) {
                LockSupport.parkNanos(1_000_000);
                System.out.println(writer.written());
            }
            System.exit(writer.flushAndClose(Duration.ofSeconds(60)) ? 0 : 1);
        }
    }
}
