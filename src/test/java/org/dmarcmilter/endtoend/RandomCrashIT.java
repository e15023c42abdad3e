package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.journal.SegmentReader;
import org.dmarcmilter.testing.MilterPeer;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thirty times daemon or worker are killed (SIGKILL) at a random moment while mail comes in and reports go out, an hour's reports each
 * time. Each message of the journal is in exactly one report, and each report was sent once, or again with equal identifiers and a
 * warning.
 */
@Timeout(300)
class RandomCrashIT {
    private static final int KILLS = 30;
    private static final int DOMAINS = 3;

    /** Between two messages. */
    private static final long PAUSE_NANOS = 50_000_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final ReceivedReports received = new ReceivedReports();

    /** Client addresses of messages that got their answer. */
    private final Set<String> answered = ConcurrentHashMap.newKeySet();

    private ScriptedSmtpServer server;
    private DaemonUnderTest daemon;
    private volatile String socket = "";
    private volatile boolean stopped;
    private int runs;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
        StringBuilder zone = new StringBuilder();
        for (int i = 0; i < DOMAINS; i++) {
            zone.append("_dmarc.d" + i + ".example v=DMARC1; p=none; ri=3600; rua=mailto:a@d" + i + ".example\n");
        }
        Files.writeString(directory.resolve("zone"), zone);
        startDaemon();
    }

    private void startDaemon() {
        daemon = DaemonUnderTest.start(
                directory,
                "127.0.0.1:1",
                "AuthservID mx.rep.example\nAggregateReports true\nReportEmail reports@rep.example\nReportStateDirectory "
                        + state() + "\nReportSMTPPort " + server.port()
                        + "\nReportMinimumInterval 3600\nReportGrace 0\n"
                        + "ReportSpread 0\nTestDNSData " + directory.resolve("zone") + "\n");
        socket = daemon.socket();
    }

    private Path state() {
        return directory.resolve("reports");
    }

    @AfterEach
    void close() {
        stopped = true;
        daemon.close();
        server.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = 20_261_128)
    void eachMessageIsInOneReport(long seed) throws Exception {
        Random random = new Random(seed);
        Thread mail = new Thread(this::sendMail, "mail");
        mail.start();
        // An hour ahead of the daemon at first, and an hour later each time: what is recorded now is late, and in the
        // next report.
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(1));
        long begin = System.nanoTime();
        run(now);
        long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        int alive = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            now = now.plus(Duration.ofHours(1));
            if (random.nextInt(3) == 0) {
                killDaemon(now, 5 + random.nextInt(20));
            } else {
                alive += killWorker(now, (long) (length * (0.2 + random.nextDouble()))) ? 1 : 0;
            }
        }
        stopped = true;
        mail.join();
        daemon.process().signal("TERM");
        assertEquals(0, daemon.process().exitCode(Duration.ofSeconds(30)));
        for (int hour = 1; hour <= 3; hour++) {
            run(now.plus(Duration.ofHours(hour)));
        }
        Map<String, Integer> journal = journal();
        assertTrue(journal.values().stream().allMatch(number -> number == 1), journal::toString);
        assertEquals(journal, received.counted(server.mails()), "each message in one report");
        assertTrue(alive > 0, "no worker was killed before its end");
    }

    /** Kills the daemon while mail comes in and a worker reads; what it has written before is not lost. */
    private void killDaemon(Instant now, int messages) throws Exception {
        int more = answered.size() + messages;
        Process worker = start(now);
        await().atMost(Duration.ofSeconds(60)).until(() -> answered.size() >= more);
        Set<String> written = Set.copyOf(journal().keySet());
        daemon.process().signal("KILL");
        daemon.process().exitCode(Duration.ofSeconds(30));
        startDaemon();
        awaitEnd(worker);
        assertTrue(journal().keySet().containsAll(written), "nothing that was in the journal is lost");
    }

    /** Whether it had not ended by itself. */
    private boolean killWorker(Instant now, long millis) throws Exception {
        Process worker = start(now);
        boolean ended = worker.waitFor(millis, TimeUnit.MILLISECONDS);
        worker.descendants().forEach(ProcessHandle::destroyForcibly);
        worker.destroyForcibly();
        awaitEnd(worker);
        return !ended;
    }

    private void run(Instant now) throws Exception {
        Process worker = start(now);
        awaitEnd(worker);
        assertEquals(0, worker.exitValue(), () -> log(runs));
    }

    private Process start(Instant now) throws IOException {
        runs++;
        Path configuration = directory.resolve("dmarc-milter.conf");
        return new ProcessBuilder(DaemonUnderTest.command(
                        "report", "run", "--now", now.toString(), "-c", configuration.toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("run." + runs + ".log").toFile())
                .start();
    }

    private void awaitEnd(Process worker) throws InterruptedException {
        assertTrue(worker.waitFor(60, TimeUnit.SECONDS), "it does not end");
        received.takeLog(log(runs));
    }

    private String log(int run) {
        try {
            return Files.readString(directory.resolve("run." + run + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One message a connection, each from an address of its own. */
    private void sendMail() {
        for (int i = 1; !stopped; i++) {
            String client = "10.0." + i / 250 + "." + (1 + i % 250);
            String sender = "a@d" + i % DOMAINS + ".example";
            try (MilterPeer mta = MilterPeer.connect(socket)) {
                mta.connection("client.example", client);
                mta.mail(sender, Map.of("i", "JOB" + i));
                mta.header("From", sender);
                mta.endOfHeaders();
                mta.endOfMessage();
                answered.add(client);
            } catch (UncheckedIOException e) {
                // It was killed.
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** How often each client stands in the journal. */
    private Map<String, Integer> journal() throws IOException {
        Map<String, Integer> clients = new HashMap<>();
        List<Segment> segments = new JournalDirectory(state()).segments();
        for (Segment segment : segments) {
            try (SegmentReader reader = SegmentReader.open(segment, 0)) {
                for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                    clients.merge(next.get().facts().client().text(), 1, Integer::sum);
                }
            }
        }
        return clients;
    }
}
