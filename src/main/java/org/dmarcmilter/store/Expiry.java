package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.store.StoreLog.Entry;
import org.dmarcmilter.store.StoreLog.Event;

/** Forgets what is old, in slices: each a transaction of its own, so that a run can end between two of them. */
public final class Expiry {
    /** Counters are kept so long after their period, for looking at a report that went out. */
    static final Duration COUNTERS = Duration.ofDays(14);

    /** A policy that was not seen for so long, and has no rows, is forgotten. */
    private static final Duration POLICIES = Duration.ofDays(30);

    /** So long the number of strikes is remembered after a suppression ran out. */
    private static final Duration SUPPRESSIONS = Duration.ofDays(90);

    /** Mail that did not come back within this time was taken. */
    private static final Duration BOUNCE = Duration.ofDays(7);

    private static final int SLICE = 10_000;

    /** What the identifier of a report begins with. */
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyyMMddHH", Locale.ROOT).withZone(ZoneOffset.UTC);

    private interface Slice {
        int delete() throws SQLException;
    }

    private final Database database;
    private final StoreLog log;
    private final Path logFile;

    Expiry(Database database, StoreLog log, Path logFile) {
        this.database = database;
        this.log = log;
        this.logFile = logFile;
    }

    /**
     * Forgets.
     *
     * @param keep how long reports and deliveries are kept
     * @param goOn asked before each slice
     * @return how many rows were deleted
     */
    public long run(Instant now, Duration keep, BooleanSupplier goOn) throws IOException {
        long deleted = 0;
        for (long begin : database.transaction(() -> oldPeriods(now))) {
            // The sums first: what is not summed up any more is allowed to be incomplete.
            deleted += slices(goOn, () -> database.update("DELETE FROM dm_tally WHERE begin_at = ?", begin));
            deleted += slices(
                    goOn, () -> database.update("DELETE FROM dm_counter WHERE begin_at = ? LIMIT " + SLICE, begin));
            if (goOn.getAsBoolean()) {
                deleted +=
                        database.transaction(() -> database.update("DELETE FROM dm_period WHERE begin_at = ?", begin));
            }
        }
        deleted += facts(goOn);
        deleted += slices(
                goOn,
                () -> database.update(
                        "DELETE FROM dm_delivery WHERE report_id IN (SELECT id FROM dm_report WHERE end_at < ?) LIMIT "
                                + SLICE,
                        now.minus(keep).getEpochSecond()));
        deleted += slices(
                goOn,
                () -> database.update(
                        "DELETE FROM dm_report WHERE end_at < ? AND NOT EXISTS"
                                + " (SELECT 1 FROM dm_delivery WHERE dm_delivery.report_id = dm_report.id) LIMIT "
                                + SLICE,
                        now.minus(keep).getEpochSecond()));
        deleted += slices(
                goOn,
                () -> database.update(
                        "DELETE FROM dm_policy WHERE last_seen < ?"
                                + " AND NOT EXISTS (SELECT 1 FROM dm_fact WHERE dm_fact.policy_id = dm_policy.id)"
                                + " AND NOT EXISTS (SELECT 1 FROM dm_report WHERE dm_report.policy_id = dm_policy.id) LIMIT "
                                + SLICE,
                        now.minus(POLICIES).getEpochSecond()));
        deleted += slices(
                goOn,
                () -> database.update(
                        "DELETE FROM dm_suppression WHERE until_at > 0 AND (until_at < ? OR until_at < ? AND EXISTS"
                                + " (SELECT 1 FROM dm_delivery d WHERE d.state = 'sent' AND LOWER(d.address) = dm_suppression.address"
                                + " AND d.sent_at > dm_suppression.until_at AND d.sent_at < ?)) LIMIT " + SLICE,
                        now.minus(SUPPRESSIONS).getEpochSecond(),
                        now.getEpochSecond(),
                        now.minus(BOUNCE).getEpochSecond()));
        return deleted;
    }

    /** Periods of which nobody needs the counters any more: they are old, and their reports are finished. */
    private List<Long> oldPeriods(Instant now) throws SQLException {
        return database.list(
                "SELECT begin_at FROM dm_period p GROUP BY begin_at"
                        + " HAVING MAX(begin_at + seconds) < ? AND MIN(CASE WHEN state = 'prepared' THEN 1 ELSE 0 END) = 1"
                        + " AND NOT EXISTS (SELECT 1 FROM dm_report r WHERE r.begin_at = p.begin_at AND r.state IN ('due', 'open'))"
                        + " ORDER BY begin_at",
                row -> row.getLong(1),
                now.minus(COUNTERS).getEpochSecond());
    }

    private long slices(BooleanSupplier goOn, Slice slice) throws IOException {
        long all = 0;
        int deleted = SLICE;
        while (deleted == SLICE && goOn.getAsBoolean()) {
            deleted = database.transaction(slice::delete);
            all += deleted;
        }
        return all;
    }

    /** Kinds of rows without counters. They are looked at by their id, so that each slice is short. */
    private long facts(BooleanSupplier goOn) throws IOException {
        List<Long> begins = database.transaction(
                () -> database.list("SELECT DISTINCT begin_at FROM dm_period", row -> row.getLong(1)));
        String counted = begins.isEmpty()
                ? ""
                : " AND NOT EXISTS (SELECT 1 FROM dm_counter c WHERE c.fact_id = dm_fact.id AND c.begin_at IN ("
                        + String.join(
                                ", ",
                                begins.stream()
                                        .map(begin -> Long.toString(begin))
                                        .toList()) + "))";
        long last = database.transaction(() -> database.number("SELECT MAX(id) FROM dm_fact"));
        long all = 0;
        for (long from = 0; from <= last && goOn.getAsBoolean(); from += SLICE) {
            long first = from;
            all += database.transaction(() -> database.updateOnce(
                    "DELETE FROM dm_fact WHERE id >= ? AND id < ?" + counted, first, first + SLICE));
        }
        return all;
    }

    /**
     * Writes the log anew, without what no journal can bring up again.
     *
     * @param oldest before which no record is in any journal that is still there
     */
    public void shortenLog(Instant oldest) throws IOException {
        log.rewrite(to -> {
            for (Suppression suppression : new Suppressions(database, log).list()) {
                to.take(new Entry(Event.SUPPRESS, texts(Suppressions.fields(suppression))));
            }
            for (DomainWish wish : new Domains(database, log).list()) {
                to.take(new Entry(Event.WISH, texts(Domains.fields(wish))));
            }
            StoreLog.read(logFile, entry -> {
                if (isWanted(entry, oldest)) {
                    to.take(entry);
                }
            });
            for (Entry pass : database.transaction(() -> database.list(
                    "SELECT domain, MAX(last_pass) FROM dm_policy WHERE last_pass > 0 GROUP BY domain",
                    row -> new Entry(Event.PASS, List.of(row.getString(1), row.getString(2)))))) {
                to.take(pass);
            }
        });
    }

    /** A period that was over before cannot come up again, nor its reports, whose identifiers begin with the hour of its begin. */
    private static boolean isWanted(Entry entry, Instant oldest) {
        return switch (entry.event()) {
            case CLOSE, PREPARE -> entry.number(0) + entry.number(1) > oldest.getEpochSecond();
            case SPLIT, OPEN, VOID, SEND, RESULT, AGAIN ->
                entry.text(0).compareTo(HOUR.format(oldest.minusSeconds(Period.DAY))) >= 0;
            case SUPPRESS, UNSUPPRESS, WISH, UNWISH, PASS, CLEAN -> false;
        };
    }

    private static List<String> texts(Object[] fields) {
        return Arrays.stream(fields).map(Object::toString).toList();
    }
}
