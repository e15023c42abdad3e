package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.testing.AnyReportFacts;
import org.h2.api.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** From a journal to reports, and the same again after the database was lost: each message is in one report, nothing is sent twice. */
@Timeout(120)
class RecoveryTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant NEXT = Instant.parse("2026-11-28T00:30:00Z");
    private static final Instant LAST = Instant.parse("2026-11-29T00:30:00Z");
    private static final int FIRST_DAY = 80;
    private static final int ALL = 100;
    private static final int PAGE = 4096;
    private static final int DAMAGED_FILES = 40;

    private enum Damage {
        DELETED,
        EMPTY,
        CUT,
        OVERWRITTEN,
        KILLED
    }

    @TempDir
    Path directory;

    private final MemoryJournals journals = new MemoryJournals();
    private final MemoryJournals.Written journal = journals.begin("mx");
    private final Random random = new Random(1);
    private int written;

    /** Writes up to that number of records. The last twenty of the first day come when that is closed already. */
    private void write(int number) {
        for (; written < number; written++) {
            ReportFacts any = AnyReportFacts.of(random);
            // What others told counts nowhere if it comes late.
            boolean told = any.row().weight() == Weight.PAST;
            journal.add(DAY.plusSeconds(written * 850L), told ? any.weighing(Weight.REASON) : any, 1);
        }
    }

    private Store open(Instant now) throws IOException {
        return Store.open(new StoreFiles(directory), journals, StoredReports.rules(), now);
    }

    @Test
    void importsEachRecordOnce() throws IOException {
        write(ALL);
        try (Store store = open(DAY)) {
            assertEquals(ALL, store.journalImport().run(NEXT, () -> true).messages());
            assertEquals(0, store.journalImport().run(NEXT, () -> true).messages());
        }
        try (Store store = open(NEXT)) {
            assertEquals(0, store.journalImport().run(NEXT, () -> true).messages());
            assertEquals(ALL, counted(store));
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Damage.class)
    void isTheSameWhenItIsBuiltAnew(Damage damage) throws IOException {
        Map<String, String> before;
        try (Store store = open(DAY)) {
            fill(store);
            before = reports(store);
        }
        damage(damage);
        try (Store store = open(LAST)) {
            assertEquals(before, reports(store));
            store.journalImport().run(LAST, () -> true);
            store.periods().close(LAST, StoredReports.rules().grace());
            store.preparation().prepareAll(StoredReports.rules());
            assertEquals(ALL, inReports(store));
        }
    }

    /**
     * A page of the file is overwritten, or some octets of the first pages, where definitions of tables and the newest version stand:
     * it is found when it is opened or when it is read, at the latest the second time, and the next one is whole.
     */
    @Test
    void isTheSameAfterAPageWasOverwritten() throws IOException {
        Map<String, String> before = fill();
        StoreFiles files = new StoreFiles(directory);
        byte[] whole = Files.readAllBytes(files.database());
        byte[] log = Files.readAllBytes(files.log());
        for (int i = 0; i < DAMAGED_FILES; i++) {
            Files.write(files.database(), damaged(whole.clone(), new Random(i), i % 2 == 0));
            Files.write(files.log(), log);
            Files.deleteIfExists(files.dirty());
            assertEquals(before, lookUntilWhole(), "damage of seed " + i);
        }
    }

    private static byte[] damaged(byte[] file, Random random, boolean wholePage) {
        byte[] noise = new byte[PAGE];
        random.nextBytes(noise);
        int page = random.nextInt(file.length / PAGE) * PAGE;
        if (wholePage) {
            System.arraycopy(noise, 0, file, page, PAGE);
        } else {
            for (int i = 0; i < PAGE / 8; i++) {
                file[page + random.nextInt(PAGE)] = noise[i];
            }
        }
        return file;
    }

    private Map<String, String> lookUntilWhole() throws IOException {
        for (int i = 0; i < 2; i++) {
            try {
                return look();
            } catch (StoreException.Damaged | StoreException.OutOfMemory e) {
                assertTrue(e.getMessage().startsWith(directory.toString()), e.getMessage());
            }
        }
        return look();
    }

    private Map<String, String> look() throws IOException {
        try (Store store = open(LAST)) {
            return reports(store);
        }
    }

    /** As the engine does by itself where its newest version is damaged: what was sent since must not be sent again. */
    @Test
    void isTheSameAfterAnOlderFileWasPutBack() throws IOException {
        Path file = new StoreFiles(directory).database();
        byte[] older;
        Map<String, String> before;
        try (Store store = open(DAY)) {
            fill(store);
        }
        older = Files.readAllBytes(file);
        try (Store store = open(NEXT)) {
            sendOne(store);
            before = reports(store);
        }
        Files.write(file, older);
        try (Store store = open(LAST)) {
            assertTrue(store.wasRebuilt());
            assertEquals(before, reports(store));
        }
        assertEquals(before, look());
    }

    /** The first time it may be that there is too little memory, the second time it is what the file holds. */
    @Test
    void isBuiltAnewWhenItTakesAllMemoryAgain() throws IOException {
        Map<String, String> before = fill();
        int[] opened = {0};
        Database.Engine engine = file -> {
            if (opened[0]++ < 2) {
                throw new SQLException("Out of memory.", "", ErrorCode.OUT_OF_MEMORY);
            }
            return Database.connect(file);
        };
        assertThrows(StoreException.OutOfMemory.class, () -> openWith(engine));
        try (Store store = openWith(engine)) {
            assertTrue(store.wasRebuilt());
            assertEquals(before, reports(store));
        }
    }

    private Store openWith(Database.Engine engine) throws IOException {
        return Store.open(new StoreFiles(directory), engine, journals, StoredReports.rules(), LAST);
    }

    /** A row that is none is damage too, found in use: that run ends, the next one has a new store. */
    @ParameterizedTest
    @CsvSource({"dm_fact, facts", "dm_policy, config"})
    void isBuiltAnewAfterItWasFoundDamagedInUse(String table, String column) throws IOException {
        Map<String, String> before = fill();
        try (Database database = Database.open(new StoreFiles(directory).name())) {
            database.transaction(() -> database.updateOnce("UPDATE " + table + " SET " + column + " = 'x'"));
        }
        String message = assertThrows(StoreException.Damaged.class, this::look).getMessage();
        assertTrue(message.matches(".*: it holds .* none"), message);
        try (Store store = open(LAST)) {
            assertTrue(store.wasRebuilt());
            assertEquals(before, reports(store));
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    1,
                    files.filter(file -> file.getFileName().toString().startsWith("store.bad-"))
                            .count());
        }
    }

    private Map<String, String> fill() throws IOException {
        try (Store store = open(DAY)) {
            fill(store);
            return reports(store);
        }
    }

    private void fill(Store store) throws IOException {
        write(FIRST_DAY);
        store.journalImport().run(NEXT, () -> true);
        store.periods().close(NEXT, StoredReports.rules().grace());
        store.preparation().prepareAll(StoredReports.rules());
        write(ALL);
        assertTrue(store.journalImport().run(NEXT, () -> true).late() > 0, "some come late");
        sendOne(store);
    }

    /** Sums that do not agree: only looked for where the last one was killed. */
    @Test
    void isBuiltAnewWhenItsSumsAreWrong() throws IOException {
        Map<String, String> before = fill();
        try (Database database = Database.open(new StoreFiles(directory).name())) {
            database.transaction(() -> database.updateOnce("UPDATE dm_counter SET n = n + 1 LIMIT 1"));
        }
        new StoreFiles(directory).markDirty();
        try (Store store = open(LAST)) {
            assertTrue(store.wasRebuilt());
            assertEquals(before, reports(store));
        }
    }

    /** How a report was split stands in the log, and so does what passed before the oldest journal, a reason for reports. */
    @Test
    void keepsPartsAndReasons() throws IOException {
        TestFacts rejected = TestFacts.passed().domain("example.net").weight(Weight.REJECTED);
        for (int i = 0; i < 50; i++) {
            journal.add(DAY, TestFacts.passed().client("192.0.2." + i));
        }
        journal.add(DAY, rejected);
        Map<String, String> before;
        try (Store store = open(DAY)) {
            store.journalImport().run(NEXT, () -> true);
        }
        try (Database database = Database.open(new StoreFiles(directory).name());
                StoreLog log = new StoreLog(new StoreFiles(directory).log())) {
            database.transaction(() -> database.updateOnce(
                    "UPDATE dm_policy SET last_pass = ? WHERE domain = 'example.net'",
                    DAY.minus(Duration.ofDays(20)).getEpochSecond()));
            new Expiry(database, log, new StoreFiles(directory).log()).shortenLog(DAY);
        }
        try (Store store = open(NEXT)) {
            store.periods().close(NEXT, StoredReports.rules().grace());
            store.preparation().prepareAll(StoredReports.rules());
            Instant due = NEXT.plus(StoredReports.rules().spread());
            for (StoredReport report : all(store)) {
                assertEquals(StoredReport.State.DUE, report.state());
                if (report.rows() == 50) {
                    StoredReport taken = store.reports().take(report, due).orElseThrow();
                    assertTrue(store.preparation().split(taken, 3, due));
                }
            }
            before = reports(store);
        }
        assertEquals(4, before.size());
        damage(Damage.DELETED);
        // Parts that a split makes are due at once, those of a new store when the period was closed.
        assertEquals(withoutTimes(before), withoutTimes(look()));
    }

    private static List<String> withoutTimes(Map<String, String> reports) {
        return reports.values().stream()
                .map(text -> text.replaceAll(" 2026-11-28T[^ ]* ", " "))
                .toList();
    }

    /** How often the outcome was unknown stands in the log too: there is a bound to it. */
    @Test
    void keepsHowOftenTheOutcomeWasUnknown() throws IOException {
        journal.add(DAY, TestFacts.passed());
        try (Store store = open(DAY)) {
            store.journalImport().run(NEXT, () -> true);
            store.periods().close(NEXT, StoredReports.rules().grace());
            store.preparation().prepareAll(StoredReports.rules());
            Instant due = NEXT.plus(StoredReports.rules().spread());
            StoredReport report = store.reports().takeDue(due).orElseThrow();
            assertTrue(
                    store.reports().resolved(report, List.of(new Destination("a@example.com", 0, "")), List.of(), due));
            for (int i = 0; i < 3; i++) {
                Delivery waiting = store.deliveries().of(report).get(0);
                assertTrue(store.deliveries()
                        .take(waiting, due.plus(Reports.LEASE.plusSeconds(1).multipliedBy(i)))
                        .isPresent());
            }
        }
        for (Damage damage : List.of(Damage.KILLED, Damage.DELETED)) {
            damage(damage);
            try (Store store = open(LAST)) {
                Delivery after = store.deliveries().of(all(store).get(0)).get(0);
                assertEquals("SENDING 3 2", after.state() + " " + after.attempt() + " " + after.resent());
            }
        }
    }

    private void damage(Damage damage) throws IOException {
        Path file = new StoreFiles(directory).database();
        switch (damage) {
            case DELETED -> Files.delete(file);
            case EMPTY -> write(file, 0, 0);
            case KILLED -> new StoreFiles(directory).markDirty();
            case CUT -> write(file, Files.size(file) / 2, 0);
            case OVERWRITTEN -> write(file, Files.size(file), (int) Files.size(file));
        }
    }

    /** Cuts the file, or fills it with what nobody wrote. */
    private static void write(Path file, long size, int octets) throws IOException {
        byte[] noise = new byte[octets];
        new Random(2).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.write(ByteBuffer.wrap(noise), 0);
        }
    }

    private static void sendOne(Store store) throws IOException {
        Instant due = NEXT.plus(StoredReports.rules().spread());
        StoredReport report = store.reports().takeDue(due).orElseThrow();
        assertTrue(store.reports()
                .resolved(report, List.of(new Destination("a@example.com", 0, "")), List.of("an error"), due));
        Delivery taken = store.deliveries()
                .take(store.deliveries().of(report).get(0), due)
                .orElseThrow();
        assertTrue(store.deliveries().sent(taken, 100, "250 ok", due));
    }

    /** Everything of the reports but the numbers of rows in tables. */
    private static Map<String, String> reports(Store store) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (StoredReport report : all(store)) {
            List<String> rows = new ArrayList<>();
            store.reports().rows(report, row -> rows.add(row.toString()));
            rows.sort(null);
            List<String> deliveries = store.deliveries().of(report).stream()
                    .map(d -> d.address() + " " + d.state() + " " + d.attempt() + " " + d.reply())
                    .toList();
            all.put(
                    report.identity().reportId(),
                    report.identity() + " " + report.state() + " " + report.cause() + " " + report.due() + " "
                            + report.errors() + " " + deliveries + " " + rows);
        }
        return all;
    }

    private static List<StoredReport> all(Store store) throws IOException {
        return store.reports()
                .list(new ReportFilter(Optional.empty(), Optional.empty(), Optional.empty(), Integer.MAX_VALUE));
    }

    private static long inReports(Store store) throws IOException {
        return all(store).stream().mapToLong(StoredReport::messages).sum();
    }

    /** How many messages stand in the counters. */
    private static long counted(Store store) throws IOException {
        return store.status(LAST).periods().stream()
                .mapToLong(StoreStatus.Period::messages)
                .sum();
    }
}
