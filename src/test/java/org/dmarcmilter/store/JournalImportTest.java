package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.dmarcmilter.store.MemoryJournals.Written;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the journals into the counters: each record once, whatever happens to the import and to the segments. */
@Timeout(60)
class JournalImportTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant NOON = DAY.plus(Duration.ofHours(12));
    private static final BooleanSupplier ALWAYS = () -> true;

    @TempDir
    Path directory;

    private final MemoryJournals journals = new MemoryJournals();
    private Database database;
    private StoreLog log;

    @BeforeEach
    void open() throws IOException {
        Store.open(directory, StoredReports.rules(), DAY).close();
        database = Database.open(directory.resolve("store"));
        log = new StoreLog(directory.resolve("store.log"));
    }

    @AfterEach
    void close() throws IOException {
        database.close();
        log.close();
    }

    private JournalImport newImport(ReportRules rules) throws IOException {
        return new JournalImport(database, journals, new Periods(database, log), rules);
    }

    private JournalImport.Summary importAll(BooleanSupplier goOn) throws IOException {
        return newImport(StoredReports.rules()).run(NOON, goOn);
    }

    private long ask(String sql) throws IOException {
        return database.transaction(() -> database.number(sql));
    }

    /** Messages in the counters, in the sums of periods, in the sums of segments, and how far they were read: all the same. */
    private List<Long> sums() throws IOException {
        return List.of(
                ask("SELECT SUM(n) FROM dm_counter"),
                ask("SELECT SUM(messages) FROM dm_tally"),
                ask("SELECT SUM(messages) FROM dm_segment"),
                ask("SELECT SUM(pos) FROM dm_segment"));
    }

    private static List<Long> all(long number) {
        return List.of(number, number, number, number);
    }

    @Test
    void countsEqualRowsTogether() throws IOException {
        journals.begin("mx")
                .add(DAY, TestFacts.passed())
                .add(DAY, TestFacts.passed())
                .add(DAY, TestFacts.passed().client("192.0.2.2"))
                .add(DAY, TestFacts.passed().selector("s2"));
        assertEquals(4, importAll(ALWAYS).messages());
        assertEquals(all(4), sums());
        assertEquals(3, ask("SELECT COUNT(*) FROM dm_counter"));
        assertEquals(2, ask("SELECT COUNT(*) FROM dm_fact"));
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_policy"));
    }

    @Test
    void importsNothingTwice() throws IOException {
        journals.begin("mx").add(DAY, TestFacts.passed().facts(), 7);
        assertEquals(7, importAll(ALWAYS).messages());
        assertEquals(0, importAll(ALWAYS).messages());
        assertEquals(all(7), sums());
    }

    /** Whatever table cannot be written: neither counters nor position, and all of it the next time. */
    @Test
    void writesAllOrNothing() throws IOException {
        journals.begin("mx").add(DAY, TestFacts.passed().facts(), 7);
        for (String table : List.of("dm_policy", "dm_fact", "dm_counter", "dm_tally", "dm_segment", "dm_node")) {
            rename(table, "away");
            JournalImport broken = newImport(StoredReports.rules());
            assertThrows(StoreException.class, () -> broken.run(NOON, ALWAYS), table);
            rename("away", table);
            assertEquals(all(0), sums(), table);
            assertEquals(0, ask("SELECT COUNT(*) FROM dm_policy"), table);
        }
        assertEquals(7, importAll(ALWAYS).messages());
        assertEquals(all(7), sums());
    }

    private void rename(String from, String to) throws IOException {
        database.transaction(() -> database.updateOnce("ALTER TABLE " + from + " RENAME TO " + to));
    }

    @Test
    void forgetsWhatItKnewOfARowThatWasRolledBack() throws IOException {
        Written segment = journals.begin("mx").add(DAY, TestFacts.passed().facts(), 7);
        JournalImport one = newImport(StoredReports.rules());
        rename("dm_node", "away");
        assertThrows(StoreException.class, () -> one.run(NOON, ALWAYS));
        rename("away", "dm_node");
        segment.add(DAY, TestFacts.passed());
        assertEquals(8, one.run(NOON, ALWAYS).messages());
        assertEquals(all(8), sums());
        assertEquals(0, ask("SELECT COUNT(*) FROM dm_counter WHERE fact_id NOT IN (SELECT id FROM dm_fact)"));
    }

    @Test
    void goesOnInASegmentThatGrows() throws IOException {
        Written segment = journals.begin("mx").add(DAY, TestFacts.passed().facts(), 3);
        assertEquals(3, importAll(ALWAYS).messages());
        segment.add(DAY, TestFacts.passed().facts(), 2);
        assertEquals(2, importAll(ALWAYS).messages());
        assertEquals(0, ask("SELECT COUNT(*) FROM dm_segment WHERE finished IS NOT NULL"));
        segment.end();
        assertEquals(0, importAll(ALWAYS).messages());
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_segment WHERE finished IS NOT NULL"));
        assertEquals(all(5), sums());
    }

    /** More than one transaction takes: told to end between two of them it goes on there the next time. */
    @Test
    void endsBetweenTransactions() throws IOException {
        int number = 2 * JournalImport.MAX_RECORDS + 5;
        journals.begin("mx").add(DAY, TestFacts.passed().facts(), number);
        int[] asked = {0};
        JournalImport.Summary first = importAll(() -> asked[0]++ < 1);
        assertFalse(first.complete());
        assertEquals(all(JournalImport.MAX_RECORDS), sums());
        JournalImport.Summary rest = importAll(ALWAYS);
        assertTrue(rest.complete());
        assertEquals(number - JournalImport.MAX_RECORDS, rest.messages());
        assertEquals(all(number), sums());
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        int number = JournalImport.MAX_RECORDS + 5;
        journals.begin("a").add(DAY, TestFacts.passed().facts(), number);
        journals.begin("b").add(DAY, TestFacts.passed().facts(), 7);
        List<String> told = new ArrayList<>();
        newImport(StoredReports.rules()).run(NOON, ALWAYS, (octets, all) -> told.add(octets + " of " + all));
        assertEquals(List.of("10000 of 10012", "10005 of 10012", "10012 of 10012"), told);
    }

    @Test
    void followsTheWriterToItsNextSegment() throws IOException {
        Written first = journals.begin("mx").add(DAY, TestFacts.passed().facts(), 2);
        importAll(ALWAYS);
        assertEquals(0, ask("SELECT COUNT(*) FROM dm_segment WHERE finished IS NOT NULL"));
        first.add(DAY, TestFacts.passed());
        Written second = journals.begin("mx")
                .add(DAY.plusSeconds(300), TestFacts.passed())
                .mark(DAY.plusSeconds(300));
        journals.begin("other").add(DAY, TestFacts.passed());
        assertEquals(3, importAll(ALWAYS).messages());
        assertEquals(List.of(5L, 5L, 5L, 6L), sums(), "a mark has its place too");
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_segment WHERE finished IS NOT NULL"));
        assertEquals(2, ask("SELECT COUNT(*) FROM dm_node WHERE state = 'active'"));
        assertEquals(DAY.plusSeconds(300).getEpochSecond(), ask("SELECT watermark FROM dm_node WHERE node = 'mx'"));
        second.end();
        importAll(ALWAYS);
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_node WHERE state = 'stopped'"));
        journals.begin("mx").add(DAY.plusSeconds(600), TestFacts.passed());
        importAll(ALWAYS);
        assertEquals(2, ask("SELECT COUNT(*) FROM dm_node WHERE state = 'active'"), "it was started again");
    }

    @Test
    void aSegmentThatIsGoneTakesNothingAway() throws IOException {
        Written gone = journals.begin("mx").add(DAY, TestFacts.passed().facts(), 2);
        importAll(ALWAYS);
        journals.remove(gone);
        journals.begin("mx").add(DAY, TestFacts.passed());
        assertEquals(1, importAll(ALWAYS).messages());
        assertEquals(3, ask("SELECT SUM(n) FROM dm_counter"));
    }

    @Test
    void countsDamagedLines() throws IOException {
        journals.begin("mx").add(DAY, TestFacts.passed()).damage().damage();
        assertEquals(new JournalImport.Summary(1, 0, 2, 0, true), importAll(ALWAYS));
        assertEquals(new JournalImport.Summary(0, 0, 0, 0, true), importAll(ALWAYS));
        assertEquals(2, ask("SELECT skipped FROM dm_segment"));
    }

    @Test
    void keepsTheNewestWish() throws IOException {
        TestFacts newest = TestFacts.passed().rua("mailto:new@example.com");
        journals.begin("a").add(DAY.plusSeconds(60), newest);
        journals.begin("b").add(DAY, TestFacts.passed().rua("mailto:old@example.com"));
        importAll(ALWAYS);
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_policy WHERE rua = 'mailto:new@example.com'"));
    }

    /** A sender who invents selectors: above the limit all are one row, under the policy domain. */
    @Test
    void countsTooManyKindsOfRowsTogether() throws IOException {
        Written segment = journals.begin("mx");
        for (int i = 0; i < 30; i++) {
            segment.add(DAY, TestFacts.passed().selector("s" + i));
        }
        long merged = newImport(StoredReports.rulesWith(200_000, 10, 1))
                .run(NOON, ALWAYS)
                .merged();
        assertTrue(merged >= 10, "those of one transaction are counted late: " + merged);
        assertEquals(30 - merged + 1, ask("SELECT COUNT(*) FROM dm_fact"));
        assertEquals(all(30), sums());
    }

    @Test
    void countsWhatComesTooLateNowhere() throws IOException {
        journals.begin("mx").add(DAY, TestFacts.passed().every(7)).add(DAY, TestFacts.passed());
        JournalImport.Summary summary = importAll(ALWAYS);
        assertEquals(1, summary.messages());
        assertEquals(1, summary.skipped(), "there are no periods of 7 s");
    }

    @Test
    void packsWhatWasReadAndDeletesWhatIsOld() throws IOException {
        Written old = journals.begin("mx").add(DAY, TestFacts.passed());
        Written open = journals.begin("mx").add(DAY, TestFacts.passed());
        importAll(ALWAYS);
        newImport(StoredReports.rules()).tidy(NOON, Duration.ofDays(5));
        assertEquals(List.of(old.name()), journals.packed);
        assertEquals(List.of(), journals.deleted);
        Instant later = NOON.plus(Duration.ofDays(5)).plusSeconds(1);
        open.end();
        newImport(StoredReports.rules()).run(later, ALWAYS);
        journals.packed.clear();
        newImport(StoredReports.rules()).tidy(later, Duration.ofDays(5));
        assertEquals(List.of(old.name()), journals.deleted);
        assertEquals(List.of(open.name()), journals.packed);
        assertEquals(1, ask("SELECT COUNT(*) FROM dm_segment"));
    }
}
