package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.dmarcmilter.aggregate.Period;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which period a message counts, and when a period closes. */
@Timeout(60)
class PeriodsTest {
    private static final Duration GRACE = Duration.ofHours(2);
    private static final Duration LATE_LIMIT = Duration.ofHours(48);

    @TempDir
    Path directory;

    private Database database;
    private StoreLog log;

    @BeforeEach
    void open() throws IOException {
        Store.open(directory, StoredReports.rules(), Instant.EPOCH).close();
        database = Database.open(directory.resolve("store"));
        log = new StoreLog(directory.resolve("store.log"));
    }

    @AfterEach
    void close() throws IOException {
        database.close();
        log.close();
    }

    private Periods periods() throws IOException {
        return new Periods(database, log);
    }

    /** Of November 2026. */
    private static Instant at(String dayAndTime) {
        return Instant.parse("2026-11-" + dayAndTime.replace(' ', 'T') + "Z");
    }

    /** Each closed period is written as its begin. */
    @ParameterizedTest(name = "{6}")
    @CsvSource(delimiter = '|', textBlock = """
        # recorded  | hours | now         | closed                  | counts in     | late  | why
        27 00:00:00 | 24    | 27 12:00:00 |                         | 27 00:00:00   | false | the first second of a day
        27 23:59:59 | 24    | 28 00:00:10 |                         | 27 00:00:00   | false | its last second
        28 00:00:00 | 24    | 28 00:00:10 |                         | 28 00:00:00   | false | the first of the next one
        27 23:59:59 | 24    | 28 03:00:00 | 27 00:00:00             | 28 00:00:00   | true  | its own is closed
        27 12:00:00 | 24    | 29 01:00:00 | 27 00:00:00 28 00:00:00 | 29 00:00:00   | true  | the next one is closed too
        27 23:00:00 | 24    | 29 23:30:00 | 27 00:00:00 28 00:00:00 | 29 00:00:00   | true  | 25 hours until it begins
        26 12:00:00 | 24    | 29 12:00:00 | 26 00:00:00 27 00:00:00 28 00:00:00 | nowhere | true | 60 hours until it begins
        27 00:59:59 | 1     | 27 01:00:00 |                         | 27 00:00:00   | false | periods of an hour
        27 01:00:00 | 1     | 27 01:00:00 |                         | 27 01:00:00   | false | the next hour
        27 00:59:59 | 1     | 27 02:00:00 | 27 00:00:00             | 27 01:00:00   | true  | late by an hour
        27 12:00:00 | 24    | 27 11:50:00 |                         | 27 00:00:00   | false | a clock that is a little ahead
        29 12:00:00 | 24    | 27 12:00:00 |                         | 27 00:00:00   | false | far ahead of our clock counts as now
        29 12:00:00 | 24    | 27 12:00:00 | 27 00:00:00             | 28 00:00:00   | true  | as now, and that is closed
        27 12:00:00 | 24    | 20 12:00:00 | 27 00:00:00             | 20 00:00:00   | false | our clock was set back
        26 12:00:00 | 24    | 27 12:00:00 | 27 00:00:00             | 26 00:00:00   | false | an earlier day is open still
        """)
    void counts(String time, int hours, String now, String closed, String expected, boolean late, String why)
            throws IOException {
        Periods periods = periods();
        if (closed != null) {
            for (String begin : closed.split("(?<=:00) ")) {
                periods.close(new Period(at(begin), hours * 3600), at(now));
            }
        }
        var place = periods.of(at(time), hours * 3600, at(now), LATE_LIMIT);
        assertEquals(
                expected,
                place.map(p -> p.period().begin().toString().substring(8, 19).replace('T', ' '))
                        .orElse("nowhere"));
        place.ifPresent(p -> assertEquals(late, p.late()));
    }

    /** The period of the 27th; each node is written as its state and up to when it was read. */
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # nodes                              | now         | closes | silent | why
        active 28 00:00:00                   | 27 23:59:59 | false  |        | it is not over
        active 28 00:00:00                   | 28 00:00:00 | true   |        | all was read
        active 27 23:59:59                   | 28 00:00:00 | false  |        | a second may be missing
        active 28 00:00:00, active 27 22:14:00 | 28 01:59:59 | false | | it waits for the other
        active 28 00:00:00, active 27 22:14:00 | 28 02:00:00 | true  | n1 | until the end of the grace
        active 27 10:00:00, active 27 22:14:00 | 28 02:00:00 | true  | n0 n1 | both are silent
        active 28 00:00:00, stopped 27 22:14:00 | 28 00:00:00 | true | | nobody waits for one that was stopped
        active 28 00:00:00, retired 27 22:14:00 | 28 00:00:00 | true | | nor for one that is gone
        active 28 00:00:00, active 26 23:59:59 | 28 00:00:00 | true | | nor for one that wrote nothing all day
                                             | 28 00:00:00 | true   |        | and without journals there is nothing to wait for
        active 28 00:00:00                   | 20 00:00:00 | false  |        | a clock that was set back closes nothing
        active 30 00:00:00                   | 30 00:00:00 | true   |        | after two days without a run
        """)
    void closes(String nodes, String now, boolean closes, String silent, String why) throws IOException {
        database.transaction(() -> database.update(
                "INSERT INTO dm_period (begin_at, seconds, state) VALUES (?, 86400, 'open')",
                at("27 00:00:00").getEpochSecond()));
        database.transaction(() -> database.update(
                "INSERT INTO dm_tally (begin_at, seconds, node, messages, late) VALUES (?, 86400, 'n0', 12, 0)",
                at("27 00:00:00").getEpochSecond()));
        String[] all = nodes == null ? new String[0] : nodes.split(", ");
        for (int i = 0; i < all.length; i++) {
            String[] words = all[i].split(" ", 2);
            String name = "n" + i;
            database.transaction(() -> database.update(
                    "INSERT INTO dm_node (node, instance, version, watermark, seen, state) VALUES (?, '', '', ?, 0, ?)",
                    name,
                    at(words[1]).getEpochSecond(),
                    words[0]));
        }
        List<Periods.Closed> closed = periods().close(at(now), GRACE);
        assertEquals(
                closes
                        ? List.of(new Periods.Closed(
                                new Period(at("27 00:00:00"), 86_400),
                                12,
                                silent == null ? List.of() : List.of(silent.split(" "))))
                        : List.of(),
                closed);
        assertEquals(List.of(), periods().close(at(now), GRACE), "once");
        assertEquals(closes, periods().isClosed(new Period(at("27 00:00:00"), 86_400)), "also after a restart");
    }

    @Test
    void closesPeriodsOfEachLengthByThemselves() throws IOException {
        for (int hours : List.of(1, 24)) {
            database.transaction(() -> database.update(
                    "INSERT INTO dm_period (begin_at, seconds, state) VALUES (?, ?, 'open')",
                    at("27 00:00:00").getEpochSecond(),
                    hours * 3600));
        }
        Periods periods = periods();
        assertEquals(1, periods.close(at("27 01:00:00"), GRACE).size());
        assertEquals(
                at("27 01:00:00"),
                periods.of(at("27 00:30:00"), 3_600, at("27 01:10:00"), LATE_LIMIT)
                        .orElseThrow()
                        .period()
                        .begin());
        assertEquals(
                at("27 00:00:00"),
                periods.of(at("27 00:30:00"), 86_400, at("27 01:10:00"), LATE_LIMIT)
                        .orElseThrow()
                        .period()
                        .begin());
    }
}
