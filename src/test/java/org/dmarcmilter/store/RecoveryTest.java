package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From a journal to reports, and the same again after the database was lost: each message is in one report, nothing is sent twice. */
class RecoveryTest {
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
    private static final Instant NEXT = Instant.parse("2026-11-28T00:30:00Z");
    private static final Instant LAST = Instant.parse("2026-11-29T00:30:00Z");
    private static final int FIRST_DAY = 400;
    private static final int ALL = 500;

    /** One segment; an octet of it is a record. The last hundred records of the first day come when that is closed already. */
    private static final class OneSegment implements Journals {
        private final List<ReportFacts> records = new ArrayList<>();
        private int written;

        OneSegment() {
            Random random = new Random(1);
            for (int i = 0; i < ALL; i++) {
                records.add(AnyReportFacts.of(random));
            }
        }

        @Override
        public List<Segment> segments() {
            return List.of(new Segment("mx", "mx-1764201600-0001", true));
        }

        @Override
        public Read read(Segment segment, long from, long until, int most, Sink sink) {
            int end = (int) Math.min(Math.min(written, until), from + most);
            for (int i = (int) from; i < end; i++) {
                sink.take(DAY.plusSeconds(i * 170L), records.get(i));
            }
            return new Read("instance", "test", end, 0, OptionalLong.of(LAST.getEpochSecond()), false);
        }

        @Override
        public void tidy(String segment, boolean old) {
            throw new IllegalStateException("nothing is old");
        }
    }

    private enum Damage {
        DELETED,
        CUT,
        OVERWRITTEN,
        KILLED
    }

    @TempDir
    Path directory;

    private final OneSegment journal = new OneSegment();

    private Store open(Instant now) throws IOException {
        return Store.open(new StoreFiles(directory), journal, StoredReports.rules(), now);
    }

    @Test
    void importsEachRecordOnce() throws IOException {
        journal.written = ALL;
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
            journal.written = FIRST_DAY;
            store.journalImport().run(NEXT, () -> true);
            store.periods().close(NEXT, StoredReports.rules().grace());
            store.preparation().prepareAll(StoredReports.rules());
            journal.written = ALL;
            assertTrue(store.journalImport().run(NEXT, () -> true).late() > 0, "some come late");
            sendOne(store);
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

    private void damage(Damage damage) throws IOException {
        Path file = new StoreFiles(directory).database();
        switch (damage) {
            case DELETED -> Files.delete(file);
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
