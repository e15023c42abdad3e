package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.JournalWriter;
import org.dmarcmilter.journal.WholeSegment;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.TestFacts;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.ChildJvm;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.dmarcmilter.worker.DyingRun;
import org.dmarcmilter.worker.Place;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run is killed (SIGKILL) at each of its steps, inside the transaction and right behind it. The runs after it do the rest: each message
 * is in one report, and each report was sent once, or twice with equal identifiers and a warning.
 */
@Timeout(120)
class WorkerCrashIT {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");

    /** The period is over, and no row is old. */
    private static final Instant OVER = DAY.plus(Duration.ofHours(30));

    /** All rows are old. */
    private static final Instant OLD = DAY.plus(Duration.ofDays(300));

    private static final int DOMAINS = 3;
    private static final int MESSAGES = 40;

    @TempDir
    Path directory;

    private final ReceivedReports received = new ReceivedReports();
    private ScriptedSmtpServer server;
    private Place place;

    @BeforeEach
    void record() throws IOException, ConfigException {
        server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
        place = DyingRun.place(directory, server.port());
        for (int i = 0; i < 4; i++) {
            try (WholeSegment segment =
                    WholeSegment.begin(directory, new JournalWriter.Identity("mx" + i, "test"), DAY.plusSeconds(i))) {
                for (int j = i; j < MESSAGES; j += 4) {
                    String domain = "d" + j % DOMAINS + ".example";
                    segment.add(new JournalRecord(
                            DAY.plusSeconds(j),
                            TestFacts.passed()
                                    .domain(domain)
                                    .rua("mailto:a@" + domain)
                                    .client("192.0.2." + j)
                                    .facts()));
                }
                segment.finish();
            }
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # step                                      | statement                                     | which | dies      | twice
        making the tables                           | CREATE TABLE dm_report                        | 1 | inside    | 0
        marking them as new                         | INSERT INTO dm_meta .* \\('new'               | 1 | behind it | 0
        the tables are filled                       | DELETE FROM dm_meta WHERE name = 'new'        | 1 | inside    | 0
        import: counters of the second segment      | INSERT INTO dm_counter                        | 2 | inside    | 0
        import: the second segment                  | INSERT INTO dm_segment                        | 2 | behind it | 0
        import: the last segment                    | INSERT INTO dm_segment                        | 4 | behind it | 0
        closing: the line is in the log             | INSERT INTO dm_period .*'closed'              | 1 | inside    | 0
        closing                                     | INSERT INTO dm_period .*'closed'              | 1 | behind it | 0
        preparing: the second report                | INSERT IGNORE INTO dm_report                  | 2 | inside    | 0
        preparing                                   | UPDATE dm_period SET state = 'prepared'       | 1 | behind it | 0
        a report is taken                           | UPDATE dm_report SET lease_owner              | 1 | behind it | 0
        the second report is taken                  | UPDATE dm_report SET lease_owner              | 2 | behind it | 0
        its file is made                            | SELECT ip, n FROM dm_counter                  | 1 | inside    | 0
        its destination                             | INSERT INTO dm_delivery                       | 1 | inside    | 0
        its destination is kept                     | INSERT INTO dm_delivery                       | 1 | behind it | 0
        a mail is taken                             | UPDATE dm_delivery SET lease_owner            | 1 | inside    | 0
        it is taken, nothing was said               | UPDATE dm_delivery SET lease_owner            | 1 | behind it | 0
        the second mail is taken                    | UPDATE dm_delivery SET lease_owner            | 2 | behind it | 0
        the server took it, nothing is written      | UPDATE dm_delivery SET state = \\?                  | 1 | inside    | 1
        the server took it, the log knows           | UPDATE dm_report SET state = 'done' WHERE id  | 1 | inside    | 0
        it is written                               | UPDATE dm_delivery SET state = \\?                  | 1 | behind it | 0
        the server took the last one                | UPDATE dm_delivery SET state = \\?                  | 3 | inside    | 1
        the last one is written                     | UPDATE dm_delivery SET state = \\?                  | 3 | behind it | 0
        the status is asked for                     | FROM dm_report GROUP BY state                 | 1 | inside    | 0
        """)
    void isKilledInARun(String step, String statement, int number, String dies, int twice) throws Exception {
        kill(OVER, statement, number, dies);
        finish(twice);
    }

    /** Killed while it forgets: what was sent is not sent again, whether it knows that still or not. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # step                            | statement                       | which | dies
        a segment is deleted              | DELETE FROM dm_segment          | 1 | inside
        sums                              | DELETE FROM dm_tally            | 1 | behind it
        counters                          | DELETE FROM dm_counter          | 1 | inside
        counters are gone                 | DELETE FROM dm_counter          | 1 | behind it
        periods                           | DELETE FROM dm_period           | 1 | behind it
        facts                             | DELETE FROM dm_fact             | 1 | behind it
        deliveries                        | DELETE FROM dm_delivery         | 1 | behind it
        reports                           | DELETE FROM dm_report           | 1 | inside
        reports are gone                  | DELETE FROM dm_report           | 1 | behind it
        the log is written anew           | SELECT domain, MAX\\(last_pass  | 1 | inside
        """)
    void isKilledWhileItForgets(String step, String statement, int number, String dies) throws Exception {
        finish(0);
        kill(OLD, statement, number, dies);
        run(OLD.plus(Duration.ofHours(1)));
        run(OLD.plus(Duration.ofDays(2)));
        received.assertOnce(server.mails(), DOMAINS, MESSAGES, 0);
    }

    /** The database is lost, and whoever builds it anew is killed in the midst of that. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # step                   | statement                               | which | dies
        the first half counted   | INSERT INTO dm_segment                  | 2 | behind it
        closed again             | INSERT INTO dm_period .*'closed'        | 1 | behind it
        prepared again           | UPDATE dm_period SET state = 'prepared' | 1 | inside
        a delivery               | UPDATE dm_delivery SET resent           | 1 | inside
        all but the mark         | DELETE FROM dm_meta WHERE name = 'new'  | 1 | inside
        and the mark             | DELETE FROM dm_meta WHERE name = 'new'  | 1 | behind it
        """)
    void isKilledWhileItIsBuiltAnew(String step, String statement, int number, String dies) throws Exception {
        // Two of three are sent.
        kill(OVER, "UPDATE dm_delivery SET state = \\?", 2, "behind it");
        Files.delete(directory.resolve("store.mv.db"));
        kill(OVER.plus(Duration.ofMinutes(11)), statement, number, dies);
        finish(0);
    }

    /** No file may grow above so many blocks of 512 octets. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, 60, 80, 100, 110, 120, 140, 160, 200, 280})
    void findsTheDiskFull(int blocks) throws Exception {
        run(DAY.plusSeconds(60));
        int code = end("ulimit -f " + blocks + "; exec \"$@\"", OVER, "no such statement", 1, "inside");
        assertTrue(code == 0 || code == 1, "it ended with " + code);
        finish(server.mails().size() > DOMAINS ? server.mails().size() - DOMAINS : 0);
    }

    private void kill(Instant now, String statement, int number, String dies) throws Exception {
        assertEquals(128 + 9, end("exec \"$@\"", now, statement, number, dies), "it was to be killed there");
    }

    private int end(String script, Instant now, String statement, int number, String dies) throws Exception {
        Process child = ChildJvm.start(
                script,
                DyingRun.class,
                directory.toString(),
                Integer.toString(server.port()),
                now.toString(),
                statement,
                Integer.toString(number),
                Boolean.toString(dies.equals("behind it")));
        try {
            assertTrue(child.waitFor(60, TimeUnit.SECONDS), "it does not end");
            return child.exitValue();
        } finally {
            child.destroyForcibly();
        }
    }

    /** Runs until all is sent; leases are over by then. */
    private void finish(int twice) throws IOException {
        try (CapturedLog log = new CapturedLog("org.dmarcmilter.worker", Level.WARN)) {
            for (int minutes = 22; minutes < 40; minutes += 11) {
                run(OVER.plus(Duration.ofMinutes(minutes)));
            }
            received.takeLog(String.join("\n", log.lines()));
        }
        received.assertOnce(server.mails(), DOMAINS, MESSAGES, twice);
    }

    private void run(Instant now) throws IOException {
        try (Store store = Store.open(directory, place.rules(), now)) {
            DyingRun.run(store, place, now);
        }
    }
}
