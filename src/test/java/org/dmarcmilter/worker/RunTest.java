package org.dmarcmilter.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.store.ReportFilter;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoreStatus;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the journal to the mail: what the daemon has recorded goes out once, in the report of its day. */
@Timeout(120)
class RunTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");

    @TempDir
    Path directory;

    private ScriptedSmtpServer server;
    private String more = "";

    @BeforeEach
    void listen() {
        server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void sendsWhatWasRecorded() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"), passing("Q2", "192.0.2.1"), failing("Q3", "192.0.2.7"));
        run(DAY.plusSeconds(40_000));
        assertEquals(0, server.mails().size(), "the day is not over");
        run(DAY.plus(Duration.ofHours(24)));
        run(DAY.plus(Duration.ofHours(30)));
        assertEquals(1, server.mails().size());
        String mail = server.mails().get(0);
        assertTrue(mail.contains("\r\nTo: a@example.com\r\n"), mail);
        assertTrue(mail.contains("\r\nMessages:      3\r\nRows:          2\r\n"), mail);
        assertTrue(mail.contains("2026-11-27 00:00:00 to 2026-11-27 23:59:59 UTC"), mail);
        run(DAY.plus(Duration.ofHours(60)));
        assertEquals(1, server.mails().size());
        String status = Files.readString(directory.resolve("status.json"));
        assertTrue(status.contains("\"reports\":{\"done\":1}"), status);
    }

    @Test
    void countsEachRecordOnceWhateverTheSegments() throws Exception {
        for (int i = 0; i < 4; i++) {
            record(DAY.plusSeconds(100 + i), passing("Q" + i, "192.0.2.1"));
            run(DAY.plusSeconds(1_000 + i));
            run(DAY.plusSeconds(2_000 + i));
        }
        try (Store store = open(DAY.plusSeconds(5_000))) {
            assertEquals(
                    List.of(4L),
                    store.status(DAY).periods().stream()
                            .map(StoreStatus.Period::messages)
                            .toList());
        }
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            assertEquals(
                    4,
                    files.filter(file -> file.toString().endsWith(".jnl.gz")).count(),
                    "those that were read to their end are packed");
        }
    }

    @Test
    void aRecordThatChangedDuringTheDayGivesTwoReports() throws Exception {
        Evaluation other = new TestEvaluation(passing("Q2", "192.0.2.1")).evaluation();
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"));
        record(DAY.plusSeconds(20), changed(other));
        run(DAY.plus(Duration.ofHours(24)));
        run(DAY.plus(Duration.ofHours(30)));
        assertEquals(2, server.mails().size());
        assertEquals(
                2, server.mails().stream().map(RunTest::messageId).distinct().count());
    }

    @Test
    void countsWhatComesLateInTheNextDay() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"));
        run(DAY.plus(Duration.ofHours(24)));
        record(DAY.plus(Duration.ofHours(23)), passing("Q2", "192.0.2.1"));
        run(DAY.plus(Duration.ofHours(30)));
        run(DAY.plus(Duration.ofHours(48)));
        run(DAY.plus(Duration.ofHours(54)));
        assertEquals(2, server.mails().size());
        assertTrue(
                server.mails().get(1).contains("\r\nMessages:      1\r\n"),
                server.mails().get(1));
    }

    @Test
    void splitsWhatIsTooLarge() throws Exception {
        more = "ReportMaxRows 100\n";
        Evaluation[] many = new Evaluation[205];
        for (int i = 0; i < many.length; i++) {
            many[i] = passing("Q" + i, "192.0.2." + i);
        }
        record(DAY.plusSeconds(10), many);
        run(DAY.plus(Duration.ofHours(24)));
        run(DAY.plus(Duration.ofHours(30)));
        assertEquals(3, server.mails().size());
        long messages = server.mails().stream()
                .mapToLong(mail -> Long.parseLong(mail.replaceAll("(?s).*\r\nMessages: +([0-9]+)\r\n.*", "$1")))
                .sum();
        assertEquals(205, messages, "each row in one part");
    }

    @Test
    void makesADamagedStoreAnew() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"), failing("Q2", "192.0.2.2"));
        run(DAY.plus(Duration.ofHours(24)));
        List<String> before = reports();
        run(DAY.plus(Duration.ofHours(30)));
        Path file = directory.resolve("store.mv.db");
        Files.write(file, new byte[10_000], StandardOpenOption.TRUNCATE_EXISTING);
        run(DAY.plus(Duration.ofHours(31)));
        assertEquals(before, reports());
        assertEquals(1, server.mails().size(), "what was sent is not sent again");
    }

    /** A server that is down takes no attempt away, and is told once an hour; then what waited goes out. */
    @Test
    void waitsForAServerThatIsDownForADay() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"));
        int port = server.port();
        run(DAY.plus(Duration.ofHours(24)));
        server.close();
        Instant down = DAY.plus(Duration.ofHours(30));
        List<String> told;
        try (CapturedLog log = new CapturedLog(Trouble.class)) {
            for (int hour = 0; hour < 24; hour += 4) {
                for (int minute = 0; minute < 15; minute += 5) {
                    run(down.plus(Duration.ofMinutes(60 * hour + minute)), port);
                }
            }
            told = log.above(Level.WARN);
        }
        assertEquals(6, told.size(), told::toString);
        assertTrue(
                told.get(0).contains("reports: the mail server takes no reports: 127.0.0.1:" + port), told::toString);
        listen();
        run(down.plus(Duration.ofHours(25)));
        assertEquals(1, server.mails().size());
        try (Store store = open(down.plus(Duration.ofHours(26)))) {
            StoredReport report = store.reports()
                    .list(new ReportFilter(Optional.empty(), Optional.empty(), Optional.empty(), 9))
                    .get(0);
            assertEquals(1, store.deliveries().of(report).get(0).attempt());
        }
    }

    /** Whoever looks at a build hears of each row. */
    @Test
    void tellsHowFarABuildIs() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"), failing("Q2", "192.0.2.2"));
        run(DAY.plus(Duration.ofHours(24)));
        Instant now = DAY.plus(Duration.ofHours(31));
        try (Store store = open(now)) {
            StoredReport report = store.reports()
                    .list(new ReportFilter(Optional.empty(), Optional.empty(), Optional.empty(), 9))
                    .get(0);
            List<Long> rows = new ArrayList<>();
            assertTrue(new Run(store, place(server.port()), Clock.fixed(now, ZoneOffset.UTC))
                    .build(report, rows::add)
                    .isPresent());
            assertEquals(List.of(1L, 2L), rows);
        }
    }

    @Test
    void spreadsAndExpires() throws Exception {
        record(DAY.plusSeconds(10), passing("Q1", "192.0.2.1"));
        run(DAY.plus(Duration.ofHours(24)));
        run(DAY.plus(Duration.ofHours(30)));
        run(DAY.plus(Duration.ofDays(300)));
        assertEquals(List.of(), reports());
        assertEquals(1, server.mails().size());
    }

    private List<String> reports() throws Exception {
        try (Store store = open(DAY.plus(Duration.ofHours(31)))) {
            return store
                    .reports()
                    .list(new ReportFilter(Optional.empty(), Optional.empty(), Optional.empty(), 100))
                    .stream()
                    .map(StoredReport::identity)
                    .map(identity -> identity.reportId())
                    .toList();
        }
    }

    private static String messageId(String mail) {
        return mail.replaceAll("(?s).*\r\nMessage-ID: (<[^>]*>).*", "$1");
    }

    private static Evaluation passing(String queueId, String client) {
        return TestEvaluation.plain(queueId)
                .client(Optional.of(IpAddress.of(client)))
                .evaluation();
    }

    private static Evaluation failing(String queueId, String client) {
        return TestEvaluation.plain(queueId)
                .client(Optional.of(IpAddress.of(client)))
                .dmarc(TestEvaluation.result(
                        Status.FAIL,
                        TestEvaluation.found(TestEvaluation.record("v=DMARC1; p=reject; rua=mailto:a@example.com")),
                        Policy.REJECT,
                        false))
                .evaluation();
    }

    private static Evaluation changed(Evaluation evaluation) {
        return new TestEvaluation(evaluation)
                .dmarc(TestEvaluation.result(
                        Status.PASS,
                        TestEvaluation.found(TestEvaluation.record("v=DMARC1; p=none; rua=mailto:a@example.com")),
                        Policy.NONE,
                        true))
                .evaluation();
    }

    /** As the daemon does, started and stopped. */
    private void record(Instant at, Evaluation... evaluations) throws Exception {
        JournalWriter journal = JournalWriter.start(
                directory,
                new JournalWriter.Identity("mx", "dmarc-milter/test"),
                new JournalWriter.Settings(1 << 30, false),
                JournalWriter.DEFAULT_BOUNDS,
                Clock.fixed(at, ZoneOffset.UTC));
        for (Evaluation evaluation : evaluations) {
            journal.offer(evaluation, false, new RecordingRules(ReportScope.ALL, 86_400));
        }
        assertTrue(journal.flushAndClose(Duration.ofSeconds(30)));
    }

    private Place place(int port) throws ConfigException {
        return TestPlace.of(directory, port, more, "example.com: p=reject; rua=mailto:a@example.com");
    }

    private Store open(Instant now) throws IOException, ConfigException {
        return Store.open(directory, place(server.port()).rules(), now);
    }

    private void run(Instant now) throws IOException, ConfigException {
        run(now, server.port());
    }

    private void run(Instant now, int port) throws IOException, ConfigException {
        try (Store store = open(now)) {
            new Run(store, place(port), Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), now)))
                    .all(new Budget(Duration.ofMinutes(1), System::nanoTime, () -> false));
        }
    }
}
