package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.StoreLog.Event;
import org.dmarcmilter.store.Suppression.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is forgotten, and when. */
@Timeout(60)
class ExpiryTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant END = DAY.plus(Duration.ofDays(1));
    private static final Duration KEEP = Duration.ofDays(180);

    @TempDir
    Path directory;

    private final MemoryJournals journals = new MemoryJournals();
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(new StoreFiles(directory), journals, StoredReports.rules(), DAY);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    /** A report of one message, sent or not. */
    private StoredReport prepare(boolean sent) throws IOException {
        journals.begin("mx").add(DAY, TestFacts.passed()).mark(END);
        store.journalImport().run(END, () -> true);
        store.periods().close(END, Duration.ZERO);
        store.preparation().prepareAll(StoredReports.rules());
        Instant due = END.plus(Duration.ofHours(4));
        StoredReport report = store.reports().takeDue(due).orElseThrow();
        assertTrue(store.reports().resolved(report, List.of(new Destination("a@example.com", 0, "")), List.of(), due));
        if (sent) {
            Delivery delivery = store.deliveries()
                    .take(store.deliveries().of(report).get(0), due)
                    .orElseThrow();
            assertTrue(store.deliveries().sent(delivery, 1, "250", due));
        }
        return report;
    }

    /** Rows of tables: counters, sums, periods, facts, policies, reports, deliveries. */
    private String rows() throws IOException {
        store.close();
        List<String> numbers = new ArrayList<>();
        try (Database database = Database.open(directory.resolve("store"))) {
            for (String table : List.of("counter", "tally", "period", "fact", "policy", "report", "delivery")) {
                numbers.add(
                        Long.toString(database.transaction(() -> database.number("SELECT COUNT(*) FROM dm_" + table))));
            }
        }
        open();
        return String.join(" ", numbers);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # days | sent  | counter tally period fact policy report delivery | why
        0      | true  | 1 1 1 1 1 1 1 | nothing is old
        14     | true  | 1 1 1 1 1 1 1 | on the 14th day
        15     | true  | 0 0 0 0 1 1 1 | counters go, what became of the report stays
        15     | false | 1 1 1 1 1 1 1 | its report is still on its way
        180    | true  | 0 0 0 0 1 1 1 | on the last day of ReportExpire
        181    | true  | 0 0 0 0 0 0 0 | all goes
        """)
    void forgets(int days, boolean sent, String expected, String why) throws IOException {
        prepare(sent);
        Instant now = END.plus(Duration.ofDays(days)).minusSeconds(days == 181 ? -1 : 1);
        assertTrue(store.expiry().run(now, KEEP, () -> true) >= 0);
        assertEquals(expected, rows());
        assertEquals(0, store.expiry().run(now, KEEP, () -> true), "once");
    }

    @Test
    void endsBetweenSlices() throws IOException {
        prepare(true);
        Instant now = END.plus(Duration.ofDays(200));
        assertEquals(0, store.expiry().run(now, KEEP, () -> false));
        long all = 0;
        for (int most = 1; most < 20; most++) {
            int[] left = {most};
            all += store.expiry().run(now, KEEP, () -> left[0]-- > 0);
        }
        assertEquals(7, all, "a row of each table");
        assertEquals("0 0 0 0 0 0 0", rows());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # ran out days ago | sent days ago | stays | why
        for good |    | true  | without an end
        -1       |    | true  | it holds
        1        |    | true  | its strikes are remembered
        89       |    | true  | so long
        91       |    | false | and no longer
        20       | 8  | false | a mail was sent after it, and did not come back
        20       | 6  | true  | it may still come back
        20       | 30 | true  | sent before it
        """)
    void forgetsSuppressions(String ended, Integer sent, boolean stays, String why) throws IOException {
        Instant now = END.plus(Duration.ofDays(100));
        Optional<Instant> until = ended.equals("for good")
                ? Optional.empty()
                : Optional.of(now.minus(Duration.ofDays(Integer.parseInt(ended))));
        store.suppressions().put(new Suppression("a@example.com", Source.SMTP, "550", 2, DAY, until));
        if (sent != null) {
            StoredReport report = prepare(false);
            Instant at = now.minus(Duration.ofDays(sent));
            Delivery delivery = store.deliveries()
                    .take(store.deliveries().of(report).get(0), at)
                    .orElseThrow();
            assertTrue(store.deliveries().sent(delivery, 1, "250", at));
        }
        store.expiry().run(now, KEEP, () -> true);
        assertEquals(stays ? 1 : 0, store.suppressions().list().size());
    }

    /** What no journal can bring up again goes; a store that is built from the rest is the same. */
    @Test
    void shortensTheLog() throws IOException {
        store.suppressions().put(new Suppression("b@example.com", Source.OPERATOR, "", 0, DAY, Optional.empty()));
        store.suppressions().put(new Suppression("c@example.com", Source.OPERATOR, "", 0, DAY, Optional.empty()));
        store.suppressions().remove("c@example.com");
        DomainWish wish = new DomainWish(DomainName.of("example.net"), Optional.empty(), true, "a note");
        store.domains().put(wish);
        StoredReport report = prepare(true);
        store.expiry().shortenLog(DAY);
        assertEquals(
                List.of(
                        Event.SUPPRESS,
                        Event.WISH,
                        Event.CLOSE,
                        Event.PREPARE,
                        Event.OPEN,
                        Event.SEND,
                        Event.RESULT,
                        Event.PASS),
                events());
        store.close();
        Files.delete(directory.resolve("store.mv.db"));
        open();
        assertTrue(store.wasRebuilt());
        assertEquals(
                List.of("b@example.com"),
                store.suppressions().list().stream().map(Suppression::address).toList());
        assertEquals(List.of(wish), store.domains().list());
        assertEquals(
                Delivery.State.SENT, store.deliveries().of(again(report)).get(0).state());

        store.expiry().shortenLog(END.plus(Duration.ofDays(1)));
        assertEquals(List.of(Event.SUPPRESS, Event.WISH, Event.PASS), events());
        assertFalse(Files.exists(directory.resolve("store.log.new")));
    }

    private StoredReport again(StoredReport report) throws IOException {
        return store.reports().find(report.identity().reportId()).orElseThrow();
    }

    private List<Event> events() throws IOException {
        List<Event> events = new ArrayList<>();
        assertEquals(0, StoreLog.read(directory.resolve("store.log"), entry -> events.add(entry.event())));
        return events;
    }
}
