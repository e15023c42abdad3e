package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
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
import org.dmarcmilter.history.HistoryReader;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 in the middle of a stream of messages. */
@Timeout(120)
class CrashIT {
    private static final int BEFORE_THE_KILL = 5_000;
    private static final int CONNECTIONS = 4;
    private static final String AFTER = "AFTERTHERESTART";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void historyKeepsWhatWasWrittenBefore() throws IOException, InterruptedException, ExecutionException {
        Path history = directory.resolve("history");
        String configuration = "AuthservID mx.example.test\nHistoryFile " + history + "\n";
        try (NameServer dns = NameServer.start(directory, "_dmarc.example.com. TXT \"v=DMARC1; p=none\"\n")) {
            Set<String> written;
            try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), configuration)) {
                written = killInTheMiddle(daemon, history);
            }
            try (DaemonUnderTest again = DaemonUnderTest.start(directory, dns.address(), configuration);
                    MilterPeer mta = MilterPeer.connect(again.socket())) {
                mta.connection("client.example", "192.0.2.1");
                send(mta, AFTER);
            }
            List<String> problems = new ArrayList<>();
            Set<String> recorded = recordedJobs(history, problems);
            assertEquals(List.of(), problems, "only whole records");
            assertTrue(recorded.containsAll(written), "nothing that was in the file is lost");
            assertTrue(recorded.contains(AFTER), "what came after the restart is there too");
        }
    }

    /** Returns what was answered, and came to the file by itself, while more messages came until the kill. */
    private static Set<String> killInTheMiddle(DaemonUnderTest daemon, Path history)
            throws InterruptedException, ExecutionException {
        Queue<String> answered = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            running.add(clients.submit(() -> sendUntilClosed(daemon, next, answered)));
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> answered.size() >= BEFORE_THE_KILL);
        Set<String> early = Set.copyOf(answered);
        // The end of a file that grows may be half a record.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> recordedJobs(history, new ArrayList<>()).containsAll(early));
        daemon.process().signal("KILL");
        for (Future<?> client : running) {
            client.get();
        }
        clients.shutdown();
        return early;
    }

    private static void sendUntilClosed(DaemonUnderTest daemon, AtomicInteger next, Queue<String> answered) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            mta.connection("client.example", "192.0.2.1");
            while (true) {
                String id = "JOB" + next.getAndIncrement();
                send(mta, id);
                answered.add(id);
            }
        } catch (UncheckedIOException killed) {
            // That is what this test is about.
        }
    }

    private static void send(MilterPeer mta, String id) {
        mta.mail("a@example.com", Map.of("i", id));
        mta.header("From", "a@example.com");
        mta.endOfHeaders();
        mta.endOfMessage();
    }

    private static Set<String> recordedJobs(Path history, List<String> problems) throws IOException {
        Set<String> jobs = new HashSet<>();
        try (var reader = Files.newBufferedReader(history)) {
            HistoryReader.read(reader, record -> jobs.add(record.jobId()), problems::add);
        }
        return jobs;
    }
}
