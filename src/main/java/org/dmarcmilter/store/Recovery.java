package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.Deliveries.Outcome;
import org.dmarcmilter.store.StoreLog.Entry;
import org.dmarcmilter.store.StoreLog.Event;

/**
 * Brings the database to where its log says that it was: after a process was killed, whose last commits may be missing, and after the
 * database was lost altogether. What is there already stays as it is, so this can be done any number of times.
 *
 * <p>Periods are closed at the same places of the journal as before. So each message counts in the same period as before, and reports
 * have the same rows and the same identifiers.
 */
final class Recovery {
    /** Lines that are worked off in one transaction. */
    private static final int GROUP = 500;

    /**
     * What was done.
     *
     * @param periods that were closed again
     * @param lines of the log that were gone through
     * @param damaged lines that were skipped
     */
    record Summary(int periods, long lines, long damaged) {}

    private final Database database;
    private final Path file;
    private final JournalImport journal;
    private final Periods periods;
    private final Preparation preparation;
    private final ReportRules rules;
    private final Suppressions suppressions;
    private final Domains domains;
    private final Reports reports;

    /** What the log tells before deliveries: closed periods in order, and how reports were split. */
    private final List<Entry> closings = new ArrayList<>();

    private final Map<String, Integer> parts = new HashMap<>();

    /** Told of policy domains: what passed when no journal reaches back to it. */
    private final List<Entry> passes = new ArrayList<>();

    private long lines;
    private long damaged;

    Recovery(
            Database database,
            Path file,
            StoreLog log,
            JournalImport journal,
            Periods periods,
            Preparation preparation,
            ReportRules rules) {
        this.database = database;
        this.file = file;
        this.journal = journal;
        this.periods = periods;
        this.preparation = preparation;
        this.rules = rules;
        this.suppressions = new Suppressions(database, log);
        this.domains = new Domains(database, log);
        this.reports = new Reports(database, log, "");
    }

    /**
     * Does it.
     *
     * @param all the whole log, as the database is new; else what stands behind the last line that says it was closed
     * @param known how often the database knows that it was closed
     * @throws StoreException.Damaged if the log knows of more
     */
    Summary run(boolean all, long known) throws IOException {
        long first = all ? 0 : lastClean(known);
        damaged = each(first, this::learn);
        int closed = 0;
        for (Entry entry : closings) {
            closed += entry.event() == Event.CLOSE ? close(entry) : prepare(entry);
        }
        notePasses();
        each(first, this::replay);
        return new Summary(closed, lines, damaged);
    }

    private long lastClean(long known) throws IOException {
        long[] place = {0, 0};
        StoreLog.read(file, entry -> {
            place[0]++;
            if (entry.event() == Event.CLEAN) {
                place[1] = place[0];
                Opening.checkClosings(known, entry.closing(), file);
            }
        });
        return place[1];
    }

    private interface Step {
        void take(Entry entry) throws SQLException, IOException;
    }

    /** Goes through the lines from that number on, some hundred in one transaction. */
    private long each(long first, Step step) throws IOException {
        List<Entry> waiting = new ArrayList<>();
        long[] place = {0};
        long bad = StoreLog.read(file, entry -> {
            if (place[0]++ >= first) {
                waiting.add(entry);
                if (waiting.size() == GROUP) {
                    work(waiting, step);
                }
            }
        });
        work(waiting, step);
        lines = Math.max(place[0] - first, 0);
        return bad;
    }

    private void work(List<Entry> waiting, Step step) throws IOException {
        database.transaction(() -> {
            for (Entry entry : waiting) {
                step.take(entry);
            }
            return true;
        });
        waiting.clear();
    }

    private void learn(Entry entry) throws SQLException {
        switch (entry.event()) {
            case CLOSE, PREPARE -> closings.add(entry);
            case SPLIT -> parts.put(entry.text(0), (int) entry.number(1));
            case SUPPRESS -> suppressions.write(Suppressions.of(entry));
            case UNSUPPRESS -> suppressions.erase(entry.text(0));
            case WISH -> domains.write(Domains.of(entry));
            case PASS -> passes.add(entry);
            case UNWISH -> domains.erase(new DomainName(entry.text(0)));
            default -> {
                // Told when there are reports.
            }
        }
    }

    private int close(Entry entry) throws IOException {
        Period period = new Period(Instant.ofEpochSecond(entry.number(0)), (int) entry.number(1));
        if (periods.isClosed(period)) {
            return 0;
        }
        Instant closedAt = Instant.ofEpochSecond(entry.number(2));
        List<JournalPlace> places = new ArrayList<>();
        for (int i = 3; i + 2 < entry.fields().size(); i += 3) {
            places.add(new JournalPlace(entry.text(i), entry.text(i + 1), entry.number(i + 2)));
        }
        journal.upTo(places, closedAt);
        periods.close(period, closedAt);
        return 1;
    }

    /** With the identity of then, so that a report which is sent again shows what it showed. */
    private int prepare(Entry entry) throws IOException {
        Period period = new Period(Instant.ofEpochSecond(entry.number(0)), (int) entry.number(1));
        Optional<Long> closedAt = database.transaction(() -> database.first(
                "SELECT closed_at FROM dm_period WHERE begin_at = ? AND seconds = ? AND state = 'closed'",
                row -> row.getLong(1),
                period.begin().getEpochSecond(),
                period.seconds()));
        if (closedAt.isPresent()) {
            // It is a reason for a report that something passed in the last month, and a journal is not kept so long.
            notePasses();
            ReportRules then = rules.with(
                    entry.text(2),
                    entry.text(3),
                    entry.text(4),
                    entry.text(5),
                    entry.text(6),
                    Format.valueOf(entry.text(7)));
            preparation.prepare(
                    period, Instant.ofEpochSecond(closedAt.get()), then, first -> parts.getOrDefault(first, 0));
        }
        return 0;
    }

    private void notePasses() throws IOException {
        database.transaction(() -> {
            for (Entry pass : passes) {
                database.update(
                        "UPDATE dm_policy SET last_pass = ? WHERE domain = ? AND last_pass < ?",
                        pass.number(1),
                        pass.text(0),
                        pass.number(1));
            }
            return passes.size();
        });
    }

    private void replay(Entry entry) throws SQLException {
        switch (entry.event()) {
            case OPEN -> open(entry);
            case VOID ->
                database.update(
                        "UPDATE dm_report SET state = 'void', cause = ? WHERE report_id = ? AND state = 'due'",
                        entry.text(1),
                        entry.text(0));
            case SEND ->
                database.update(
                        "UPDATE dm_delivery SET resent = resent + CASE WHEN state = 'sending' THEN 1 ELSE 0 END,"
                                + " state = 'sending', attempt = ?, lease_owner = NULL, lease_until = 0"
                                + " WHERE report_id = ? AND number = ? AND attempt < ?",
                        entry.number(2),
                        report(entry),
                        entry.number(1),
                        entry.number(2));
            case RESULT -> result(entry);
            case AGAIN -> Outcomes.again(database, report(entry), entry.number(1), entry.number(2), entry.number(3));
            default -> {
                // Told before, or of no consequence.
            }
        }
    }

    /** The row of the report that a line is about; 0 if there is none any more. */
    private long report(Entry entry) throws SQLException {
        return database.number("SELECT id FROM dm_report WHERE report_id = ?", entry.text(0));
    }

    private void open(Entry entry) throws SQLException {
        Optional<Long> report = database.first(
                "SELECT id FROM dm_report WHERE report_id = ? AND state = 'due'", row -> row.getLong(1), entry.text(0));
        if (report.isEmpty()) {
            return;
        }
        database.update(
                "UPDATE dm_report SET state = 'open', cause = '', error = ?, lease_owner = NULL, lease_until = 0 WHERE id = ?",
                entry.text(1),
                report.get());
        List<Destination> destinations = new ArrayList<>();
        for (int i = 2; i + 2 < entry.fields().size(); i += 3) {
            destinations.add(new Destination(entry.text(i), entry.number(i + 1), entry.text(i + 2)));
        }
        reports.address(report.get(), destinations, Instant.EPOCH);
    }

    private void result(Entry entry) throws SQLException {
        long report = report(entry);
        Outcome outcome = new Outcome(
                Delivery.State.of(entry.text(3)),
                (int) entry.number(4),
                entry.text(5),
                Instant.ofEpochSecond(entry.number(6)),
                entry.number(7),
                entry.number(8),
                entry.text(9));
        database.update(
                "UPDATE dm_delivery SET " + Outcomes.ASSIGNMENTS
                        + " WHERE report_id = ? AND number = ? AND attempt = ? AND state = 'sending'",
                Outcomes.values(outcome, report, entry.number(1), entry.number(2)));
        Outcomes.endReport(database, report);
    }
}
