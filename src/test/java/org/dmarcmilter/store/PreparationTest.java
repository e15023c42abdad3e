package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.MemoryJournals.Written;
import org.dmarcmilter.store.StoredReport.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From what was counted in a period to its reports. */
@Timeout(60)
class PreparationTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant CLOSED = DAY.plus(Duration.ofHours(24));

    @TempDir
    Path directory;

    private final MemoryJournals journals = new MemoryJournals();
    private final Written journal = journals.begin("mx");
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(new StoreFiles(directory), journals, StoredReports.rules(), DAY);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private List<StoredReport> prepared(ReportRules rules) throws IOException {
        journal.mark(CLOSED);
        store.journalImport().run(CLOSED, () -> true);
        store.periods().close(CLOSED, rules.grace());
        store.preparation().prepareAll(rules);
        return reports();
    }

    private List<StoredReport> reports() throws IOException {
        return store.reports().list(new ReportFilter(Optional.empty(), Optional.empty(), Optional.empty(), 1_000));
    }

    private List<String> rows(StoredReport report) throws IOException {
        List<String> rows = new ArrayList<>();
        store.reports().rows(report, row -> rows.add(row.toString()));
        return rows;
    }

    @Test
    void aReportForEachPolicyDomain() throws IOException {
        journal.add(DAY, TestFacts.passed())
                .add(DAY, TestFacts.passed().client("192.0.2.2"))
                .add(DAY, TestFacts.passed().domain("example.net"));
        List<StoredReport> reports = prepared(StoredReports.rules());
        assertEquals(
                List.of("example.com 2 2", "example.net 1 1"),
                reports.stream()
                        .map(report -> report.policy().domain() + " " + report.messages() + " " + report.rows())
                        .toList());
        for (StoredReport report : reports) {
            assertEquals(State.DUE, report.state());
            assertEquals(DAY, report.identity().begin());
            assertEquals(DAY.plusSeconds(86_399), report.identity().end());
            assertFalse(report.due().isBefore(CLOSED));
            assertTrue(report.due().isBefore(CLOSED.plus(StoredReports.rules().spread())));
            assertEquals(CLOSED.plus(StoredReports.rules().giveUp()), report.expires());
        }
        store.preparation().prepareAll(StoredReports.rules());
        assertEquals(reports, reports(), "once");
    }

    @Test
    void twoRecordsInADayAreTwoReports() throws IOException {
        journal.add(DAY, TestFacts.passed())
                .add(DAY.plusSeconds(60), TestFacts.passed().pct(50))
                .add(DAY.plusSeconds(60), TestFacts.passed().rua("mailto:other@example.com"));
        List<StoredReport> reports = prepared(StoredReports.rules());
        assertEquals(
                Set.of("100 2", "50 1"),
                Set.of(
                        reports.get(0).policy().pct() + " " + reports.get(0).messages(),
                        reports.get(1).policy().pct() + " " + reports.get(1).messages()));
        assertEquals(
                2,
                reports.stream()
                        .map(report -> report.identity().reportId())
                        .distinct()
                        .count());
    }

    /** The two least used of six are told as the newest one. */
    @Test
    void ofManyRecordsInADayFourAreReports() throws IOException {
        int[] messages = {7, 1, 6, 2, 5, 3};
        for (int i = 0; i < messages.length; i++) {
            journal.add(
                    DAY.plus(Duration.ofHours(2L * i)),
                    TestFacts.passed().pct(10 * (i + 1)).facts(),
                    messages[i]);
        }
        List<StoredReport> reports = prepared(StoredReports.rules());
        assertEquals(
                Set.of("10 7", "30 6", "50 5", "60 6"),
                Set.copyOf(reports.stream()
                        .map(report -> report.policy().pct() + " " + report.messages())
                        .toList()));
        for (StoredReport report : reports) {
            assertEquals(1, rows(report).size());
        }
    }

    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # weights            | passed days before | minimum | wish  | state             | why
        REASON               |                    | 1       |       | DUE               | an ordinary message
        OWN_REPORTS          |                    | 1       |       | VOID no-reason    | mail to our report addresses
        OWN_REPORTS REASON   |                    | 1       |       | DUE               | and another one
        REJECTED             |                    | 1       |       | VOID no-reason    | a stranger's mail was rejected
        REJECTED             | 29                 | 1       |       | DUE               | but mail of the domain passes here
        REJECTED             | 31                 | 1       |       | VOID no-reason    | or did, long ago
        OWN_REPORTS          | 29                 | 1       |       | VOID no-reason    | that counts for rejected mail only
        REASON               |                    | 2       |       | VOID minimum      | ReportMinimumMessages
        REASON REASON        |                    | 2       |       | DUE               | as many
        REASON               |                    | 1       | none  | VOID excluded     | the operator wants none
        """)
    void decidesWhetherThereIsOne(String weights, Integer passed, int minimum, String wish, String expected, String why)
            throws IOException {
        DomainName domain = DomainName.of("example.com");
        for (String weight : weights.split(" ")) {
            journal.add(DAY, TestFacts.passed().weight(Weight.valueOf(weight)));
        }
        if (wish != null) {
            store.domains().put(new DomainWish(domain, Optional.empty(), true, ""));
        }
        store.journalImport().run(DAY, () -> true);
        if (passed != null) {
            pass(domain, CLOSED.minus(Duration.ofDays(passed)));
        } else if (!weights.contains("REASON")) {
            pass(domain, Instant.EPOCH);
        }
        StoredReport report = prepared(StoredReports.rulesWith(10, 10, minimum)).get(0);
        assertEquals(expected, (report.state() + " " + report.cause()).strip());
    }

    /** As the log tells a store that is built anew. */
    private void pass(DomainName domain, Instant at) throws IOException {
        store.close();
        try (Database database = Database.open(directory.resolve("store"))) {
            database.transaction(() -> database.update(
                    "UPDATE dm_policy SET last_pass = ? WHERE domain = ?", at.getEpochSecond(), domain.ascii()));
        }
        open();
    }

    @Test
    void asksForExclusions() throws IOException {
        journal.add(DAY, TestFacts.passed());
        ReportRules rules = new ReportRules(
                "Example",
                "r@rep.example",
                "",
                "rep.example",
                "dmarc-milter",
                StoredReports.rules().format(),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                10,
                10,
                1,
                policy -> Optional.of("psd"));
        assertEquals("psd", prepared(rules).get(0).cause());
    }

    @Test
    void isTooLateForAPeriodOfLongAgo() throws IOException {
        journal.add(DAY, TestFacts.passed()).mark(CLOSED.plus(Duration.ofDays(4)));
        store.journalImport().run(CLOSED.plus(Duration.ofDays(3)), () -> true);
        store.periods().close(CLOSED.plus(Duration.ofDays(3)), Duration.ZERO);
        store.preparation().prepareAll(StoredReports.rules());
        assertEquals("expired", reports().get(0).cause());
    }

    @Test
    void splitsByTheCapOfRows() throws IOException {
        for (int i = 0; i < 100; i++) {
            journal.add(DAY, TestFacts.passed().client("192.0.2." + i));
        }
        List<StoredReport> parts = prepared(StoredReports.rulesWith(30, 10, 1));
        assertEquals(4, parts.size());
        Set<String> rows = new HashSet<>();
        int number = 0;
        for (StoredReport part : parts) {
            assertEquals(4, part.parts());
            assertEquals(100, part.messages(), "of all parts");
            rows.addAll(rows(part));
            number += rows(part).size();
        }
        assertEquals(100, number, "each row in one part");
        assertEquals(100, rows.size());
        assertEquals(
                4,
                parts.stream()
                        .map(part -> part.identity().reportId())
                        .distinct()
                        .count());
    }

    @Test
    void splitsWhatTurnedOutToBeTooLarge() throws IOException {
        for (int i = 0; i < 50; i++) {
            journal.add(DAY, TestFacts.passed().client("192.0.2." + i));
        }
        prepared(StoredReports.rules());
        Instant due = CLOSED.plus(Duration.ofHours(4));
        StoredReport taken = store.reports().takeDue(due).orElseThrow();
        assertTrue(store.preparation().split(taken, 3, due));
        assertFalse(store.preparation().split(taken, 4, due), "it is not there any more");
        assertEquals(3, reports().size());
        int rows = 0;
        for (StoredReport part : reports()) {
            rows += rows(part).size();
        }
        assertEquals(50, rows);
        StoredReport part = store.reports().takeDue(due).orElseThrow();
        assertTrue(store.reports().close(part, "withdrawn"));
        StoredReport next = store.reports().takeDue(due).orElseThrow();
        assertFalse(store.preparation().split(next, 5, due), "one of its parts is on its way");
    }

    @Test
    void previewsWhatIsCountedSoFar() throws IOException {
        journal.add(DAY, TestFacts.passed())
                .add(DAY, TestFacts.passed().pct(20))
                .add(DAY, TestFacts.passed().domain("example.net"));
        store.journalImport().run(DAY, () -> true);
        Period period = new Period(DAY, 86_400);
        List<StoredReport> now =
                store.preparation().preview(DomainName.of("example.com"), period, StoredReports.rules(), DAY);
        assertEquals(2, now.size());
        assertEquals(1, rows(now.get(0)).size());
        assertEquals(List.of(), reports());
        Set<String> ids = new HashSet<>();
        prepared(StoredReports.rules())
                .forEach(report -> ids.add(report.identity().reportId()));
        now.forEach(report -> assertTrue(ids.contains(report.identity().reportId())));
    }
}
