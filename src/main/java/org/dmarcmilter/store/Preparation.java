package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportId;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.TextHash;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.StoreLog.Event;

/** From a closed period to its reports: one for each policy that has counters in it. */
public final class Preparation {
    /** More configurations of one domain in one period are told as the newest of them (RFC 9990, section 3.3). */
    private static final int MAX_CONFIGURATIONS = 4;

    /** Mail that passed here within this time makes rejected mail a reason for a report. */
    private static final Duration PASSED_LATELY = Duration.ofDays(30);

    private static final int MAX_CAUSE = 40;

    /** How many parts a report has that was split before, by the identifier of its first part. */
    interface KnownParts extends ToIntFunction<String> {}

    /** What a policy has in the period. */
    private record Counted(
            long id,
            DomainName domain,
            String config,
            String mistakes,
            long lastSeen,
            long rows,
            long messages,
            int leastOptional,
            boolean rejected) {

        /** Whether there is a message that makes a report necessary. */
        boolean reason() {
            return leastOptional == 0;
        }
    }

    private final Database database;
    private final StoreLog log;
    private final String store;

    Preparation(Database database, StoreLog log, String store) {
        this.database = database;
        this.log = log;
        this.store = store;
    }

    /**
     * Prepares the reports of all periods that are closed.
     *
     * @return how many there are now, those that go to nobody included
     */
    public long prepareAll(ReportRules rules) throws IOException {
        record ClosedPeriod(Period period, Instant at) {}
        List<ClosedPeriod> closed = database.transaction(() -> database.list(
                "SELECT begin_at, seconds, closed_at FROM dm_period WHERE state = 'closed' ORDER BY begin_at, seconds",
                row -> new ClosedPeriod(
                        new Period(Instant.ofEpochSecond(row.getLong(1)), row.getInt(2)),
                        Instant.ofEpochSecond(row.getLong(3)))));
        long reports = 0;
        for (ClosedPeriod next : closed) {
            log.append(
                    Event.PREPARE,
                    next.period().begin().getEpochSecond(),
                    next.period().seconds(),
                    rules.organization(),
                    rules.contact(),
                    rules.extraContact(),
                    rules.submitter(),
                    rules.generator(),
                    rules.format().name());
            reports += prepare(next.period(), next.at(), rules, first -> 0);
        }
        return reports;
    }

    /**
     * Prepares the reports of one period, in one transaction.
     *
     * @param known into how many parts a report was split before; 0 where nothing is known
     */
    long prepare(Period period, Instant closedAt, ReportRules rules, KnownParts known) throws IOException {
        return database.transaction(() -> {
            mergeConfigurations(period);
            long reports = 0;
            for (Counted counted : counted(period)) {
                reports += prepare(counted, period, closedAt, rules, known);
            }
            database.update(
                    "UPDATE dm_period SET state = 'prepared' WHERE begin_at = ? AND seconds = ?",
                    period.begin().getEpochSecond(),
                    period.seconds());
            return reports;
        });
    }

    private List<Counted> counted(Period period) throws SQLException {
        return database.list(
                "SELECT p.id, p.domain, p.config, p.mistakes, p.last_seen, COUNT(*), SUM(c.n),"
                        + " MIN(f.optional), MAX(CASE WHEN f.optional = 2 THEN 1 ELSE 0 END)"
                        + " FROM dm_counter c JOIN dm_fact f ON f.id = c.fact_id JOIN dm_policy p ON p.id = f.policy_id"
                        + " WHERE c.begin_at = ? AND p.seconds = ?"
                        + " GROUP BY p.id, p.domain, p.config, p.mistakes, p.last_seen ORDER BY p.domain, p.id",
                Preparation::read,
                period.begin().getEpochSecond(),
                period.seconds());
    }

    private static Counted read(ResultSet row) throws SQLException {
        return new Counted(
                row.getLong(1),
                new DomainName(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getInt(8),
                row.getInt(9) == 1);
    }

    private long prepare(Counted counted, Period period, Instant closedAt, ReportRules rules, KnownParts known)
            throws SQLException, IOException {
        PublishedPolicy policy = Reports.policy(counted.domain(), counted.config());
        String first = ReportId.of(store, policy, period, 0);
        int parts = known.applyAsInt(first);
        if (parts == 0) {
            parts = (int) Math.min((counted.rows() + rules.maxRows() - 1) / rules.maxRows(), Short.MAX_VALUE);
            if (parts > 1) {
                log.append(Event.SPLIT, first, parts);
            }
        }
        String cause = cause(counted, policy, period, closedAt, rules).orElse("");
        insert(
                counted,
                identity(first, period, rules),
                policy,
                new Schedule(closedAt, rules.spread(), period.givenUpAt(rules.giveUp())),
                parts,
                cause);
        return parts;
    }

    private static ReportIdentity identity(String reportId, Period period, ReportRules rules) {
        return new ReportIdentity(
                reportId,
                period.begin(),
                period.last(),
                rules.organization(),
                rules.contact(),
                rules.extraContact(),
                rules.submitter(),
                rules.generator(),
                rules.format());
    }

    /** Why there is no report. */
    private Optional<String> cause(
            Counted counted, PublishedPolicy policy, Period period, Instant closedAt, ReportRules rules)
            throws SQLException {
        Optional<String> excluded = rules.exclusion().apply(policy).map(cause -> Reports.cut(cause, MAX_CAUSE));
        if (excluded.isPresent()) {
            return excluded;
        }
        if (database.number(
                        "SELECT COUNT(*) FROM dm_domain WHERE domain = ? AND no_report <> 0",
                        counted.domain().ascii())
                > 0) {
            return Optional.of("excluded");
        }
        if (!counted.reason() && !(counted.rejected() && passedLately(counted.domain(), closedAt))) {
            return Optional.of(counted.leastOptional() == FactIds.PAST ? "history" : "no-reason");
        }
        if (counted.messages() < rules.minimumMessages()) {
            return Optional.of("minimum");
        }
        return period.givenUpAt(rules.giveUp()).isAfter(closedAt) ? Optional.empty() : Optional.of("expired");
    }

    private boolean passedLately(DomainName domain, Instant now) throws SQLException {
        return database.number("SELECT MAX(last_pass) FROM dm_policy WHERE domain = ?", domain.ascii())
                > now.minus(PASSED_LATELY).getEpochSecond();
    }

    /** When reports go out. */
    private record Schedule(Instant from, Duration spread, Instant expires) {}

    /** @param identity that of any part: the parts differ in their identifier only */
    private void insert(
            Counted counted,
            ReportIdentity identity,
            PublishedPolicy policy,
            Schedule schedule,
            int parts,
            String cause)
            throws SQLException {
        for (int part = 0; part < parts; part++) {
            String reportId = ReportId.of(store, policy, new Period(identity.begin(), policy.every()), part);
            database.update(
                    "INSERT IGNORE INTO dm_report (report_id, policy_id, begin_at, end_at, part, parts, format, org_name, email,"
                            + " extra_contact, submitter, generator, error, rows_n, messages, state, cause, due_at, expires_at,"
                            + " lease_until, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
                    reportId,
                    counted.id(),
                    identity.begin().getEpochSecond(),
                    identity.end().getEpochSecond(),
                    part,
                    parts,
                    identity.format().name().toLowerCase(Locale.ROOT),
                    identity.organization(),
                    identity.contact(),
                    identity.extraContact(),
                    identity.submitter(),
                    identity.generator(),
                    counted.mistakes(),
                    counted.rows(),
                    counted.messages(),
                    cause.isEmpty() ? "due" : "void",
                    cause,
                    schedule.from().plus(delay(reportId, schedule.spread())).getEpochSecond(),
                    schedule.expires().getEpochSecond());
        }
    }

    /** Spreads the reports of a period: each at its own time, the same on every try. */
    private static Duration delay(String reportId, Duration spread) {
        long hash = ByteBuffer.wrap(TextHash.of(reportId)).getLong();
        return Duration.ofSeconds(spread.isZero() ? 0 : Math.floorMod(hash, spread.toSeconds()));
    }

    /**
     * Splits a report that was taken, into more parts than it has, before anything of it was sent. Its parts are new reports that are
     * due at once.
     *
     * @return false if the lease was lost, or another part is on its way already
     */
    public boolean split(StoredReport report, int parts, Instant now) throws IOException {
        Period period = new Period(report.identity().begin(), report.policy().every());
        return database.transaction(() -> {
            long others = database.number(
                    "SELECT COUNT(*) FROM dm_report WHERE policy_id = ? AND begin_at = ? AND state <> 'due'",
                    report.policyId(),
                    period.begin().getEpochSecond());
            Optional<Counted> counted = database.first(
                    "SELECT p.id, p.domain, p.config, r.error, p.last_seen, r.rows_n, r.messages, 0, 0"
                            + " FROM dm_report r JOIN dm_policy p ON p.id = r.policy_id"
                            + " WHERE r.id = ? AND r.attempt = ? AND r.state = 'due' AND r.lease_until >= ?",
                    Preparation::read,
                    report.id(),
                    report.attempt(),
                    now.getEpochSecond());
            if (others > 0 || counted.isEmpty() || parts <= report.parts()) {
                return false;
            }
            log.append(Event.SPLIT, ReportId.of(store, report.policy(), period, 0), parts);
            database.update(
                    "DELETE FROM dm_report WHERE policy_id = ? AND begin_at = ?",
                    report.policyId(),
                    period.begin().getEpochSecond());
            insert(
                    counted.get(),
                    report.identity(),
                    report.policy(),
                    new Schedule(now, Duration.ZERO, report.expires()),
                    parts,
                    "");
            return true;
        });
    }

    /**
     * What the report of a period would be if it were prepared now, for looking at: nothing is kept. Its rows can be streamed.
     *
     * @return one for each configuration that was seen; empty if nothing was counted
     */
    public List<StoredReport> preview(DomainName domain, Period period, ReportRules rules, Instant now)
            throws IOException {
        return database.transaction(() -> {
            List<StoredReport> reports = new ArrayList<>();
            for (Counted counted : counted(period)) {
                if (counted.domain().equals(domain)) {
                    reports.add(preview(counted, period, rules, now));
                }
            }
            return reports;
        });
    }

    private StoredReport preview(Counted counted, Period period, ReportRules rules, Instant now) throws SQLException {
        PublishedPolicy policy = Reports.policy(counted.domain(), counted.config());
        String rua = database.first("SELECT rua FROM dm_policy WHERE id = ?", row -> row.getString(1), counted.id())
                .orElse("");
        return new StoredReport(
                0,
                counted.id(),
                identity(ReportId.of(store, policy, period, 0), period, rules),
                policy,
                Reports.split(rua, ","),
                Reports.split(counted.mistakes(), "\n"),
                0,
                1,
                counted.rows(),
                counted.messages(),
                StoredReport.State.DUE,
                "",
                now,
                period.givenUpAt(rules.giveUp()),
                0);
    }

    /** Of more than four configurations of a domain, the least used are counted under the newest. */
    private void mergeConfigurations(Period period) throws SQLException {
        List<Counted> same = new ArrayList<>();
        for (Counted counted : counted(period)) {
            if (!same.isEmpty() && !same.get(0).domain().equals(counted.domain())) {
                merge(same, period);
                same.clear();
            }
            same.add(counted);
        }
        merge(same, period);
    }

    private void merge(List<Counted> configurations, Period period) throws SQLException {
        if (configurations.size() <= MAX_CONFIGURATIONS) {
            return;
        }
        Counted newest = configurations.stream()
                .max(Comparator.comparingLong(Counted::lastSeen).thenComparing(Counted::id))
                .orElseThrow();
        List<Counted> rest = configurations.stream()
                .filter(counted -> !counted.equals(newest))
                .sorted(Comparator.comparingLong(Counted::messages).reversed().thenComparing(Counted::id))
                .skip(MAX_CONFIGURATIONS - 1)
                .toList();
        for (Counted counted : rest) {
            move(counted.id(), newest.id(), period.begin().getEpochSecond());
        }
    }

    private void move(long from, long to, long begin) throws SQLException {
        List<Long> facts = database.list(
                "SELECT f.id FROM dm_fact f WHERE f.policy_id = ?"
                        + " AND EXISTS (SELECT 1 FROM dm_counter c WHERE c.begin_at = ? AND c.fact_id = f.id) ORDER BY f.id",
                row -> row.getLong(1),
                from,
                begin);
        for (long fact : facts) {
            database.update(
                    "INSERT IGNORE INTO dm_fact (policy_id, hash, optional, facts)"
                            + " SELECT CAST(? AS BIGINT), hash, optional, facts FROM dm_fact WHERE id = ?",
                    to,
                    fact);
            long target = database.number(
                    "SELECT t.id FROM dm_fact t JOIN dm_fact f ON f.hash = t.hash WHERE f.id = ? AND t.policy_id = ?",
                    fact,
                    to);
            database.update(
                    "INSERT INTO dm_counter (begin_at, fact_id, ip, n)"
                            + " SELECT begin_at, CAST(? AS BIGINT), ip, n FROM dm_counter WHERE begin_at = ? AND fact_id = ?"
                            + " ON DUPLICATE KEY UPDATE n = n + VALUES(n)",
                    target,
                    begin,
                    fact);
            database.update("DELETE FROM dm_counter WHERE begin_at = ? AND fact_id = ?", begin, fact);
        }
    }
}
