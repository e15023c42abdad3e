package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.dmarcmilter.history.HistoryReader;
import org.dmarcmilter.history.HistoryRecord;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 in the middle of ten thousand messages. */
@Timeout(120)
class CrashIT {
    private static final int MESSAGES = 10_000;
    private static final int KILL_AFTER = 5_000;
    private static final int CONNECTIONS = 4;

    /** The documented interval is a second; a machine that is busy with other tests may take another one. */
    private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(2);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private record Answered(String jobId, long nanoTime) {}

    @Test
    void historyKeepsWhatWasAnsweredBeforeTheLastFlush() throws IOException, InterruptedException, ExecutionException {
        Path history = directory.resolve("history");
        String configuration = "AuthservID mx.example.test\nHistoryFile " + history + "\n";
        Queue<Answered> answered = new ConcurrentLinkedQueue<>();
        try (NameServer dns = NameServer.start(directory, "_dmarc.example.com. TXT \"v=DMARC1; p=none\"\n")) {
            long killed;
            try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), configuration)) {
                killed = killInTheMiddle(daemon, answered);
            }
            try (DaemonUnderTest again = DaemonUnderTest.start(directory, dns.address(), configuration)) {
                sendUntilClosed(again, new AtomicInteger(MESSAGES - 1), answered);
            }
            Set<String> recorded = recordedJobs(history);
            List<String> missing = answered.stream()
                    .filter(message -> killed - message.nanoTime() > FLUSH_INTERVAL.toNanos())
                    .map(Answered::jobId)
                    .filter(id -> !recorded.contains(id))
                    .toList();
            assertEquals(List.of(), missing, "answered before the last flush interval, and not in the file");
            assertTrue(recorded.contains("JOB" + (MESSAGES - 1)), "what came after the restart is there too");
        }
    }

    private static long killInTheMiddle(DaemonUnderTest daemon, Queue<Answered> answered)
            throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            running.add(clients.submit(() -> sendUntilClosed(daemon, next, answered)));
        }
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> answered.size() >= KILL_AFTER);
        long now = System.nanoTime();
        daemon.process().signal("KILL");
        for (Future<?> client : running) {
            client.get();
        }
        clients.shutdown();
        assertTrue(answered.size() < MESSAGES, "the kill came in the middle");
        return now;
    }

    private static void sendUntilClosed(DaemonUnderTest daemon, AtomicInteger next, Queue<Answered> answered) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            mta.connection("client.example", "192.0.2.1");
            for (int id = next.getAndIncrement(); id < MESSAGES; id = next.getAndIncrement()) {
                mta.mail("a@example.com", Map.of("i", "JOB" + id));
                mta.header("From", "a@example.com");
                mta.endOfHeaders();
                mta.endOfMessage();
                answered.add(new Answered("JOB" + id, System.nanoTime()));
            }
        } catch (UncheckedIOException killed) {
            // That is what this test is about.
        }
    }

    private static Set<String> recordedJobs(Path history) throws IOException {
        List<HistoryRecord> records = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try (var reader = Files.newBufferedReader(history)) {
            HistoryReader.read(reader, records::add, problems::add);
        }
        assertEquals(List.of(), problems, "only whole records");
        return records.stream().map(HistoryRecord::jobId).collect(Collectors.toSet());
    }
}
