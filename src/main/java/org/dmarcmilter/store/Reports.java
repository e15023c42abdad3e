package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.store.StoreLog.Event;
import org.dmarcmilter.store.StoredReport.State;
import org.jspecify.annotations.Nullable;

/**
 * Reports on their way. Whoever works on one takes it first: a lease in its row, which runs out by itself, and whose holder is told by
 * the number of attempts. A change by a holder whose lease ran out and was taken by another changes nothing and returns false.
 */
public final class Reports {
    /** Longer than any step takes; after that somebody else may go on. */
    public static final Duration LEASE = Duration.ofMinutes(10);

    /** Takes one row of a report. */
    public interface RowSink {
        /** Called in the order of the report; the store must not be used meanwhile. */
        void take(ReportRow row) throws IOException;
    }

    /** How many counters are read at a time, so that a report of any size takes the same memory. */
    private static final int PAGE = 2000;

    private static final int MAX_CAUSE = 40;
    private static final int MAX_ERROR = 400;

    private static final String COLUMNS =
            "r.id, r.policy_id, r.report_id, r.begin_at, r.end_at, r.org_name, r.email, r.extra_contact, r.submitter,"
                    + " r.generator, r.format, p.domain, p.config, p.rua, r.error, r.part, r.parts, r.rows_n, r.messages,"
                    + " r.state, r.cause, r.due_at, r.expires_at, r.attempt";

    private static final String SELECT =
            "SELECT " + COLUMNS + " FROM dm_report r JOIN dm_policy p ON p.id = r.policy_id";

    private final Database database;
    private final StoreLog log;
    private final String owner;

    /** @param owner who takes leases here; another one for each process */
    Reports(Database database, StoreLog log, String owner) {
        this.database = database;
        this.log = log;
        this.owner = owner;
    }

    /** Takes the report that is due for the longest time, and that nobody works on. */
    public Optional<StoredReport> takeDue(Instant now) throws IOException {
        return database.transaction(() -> {
            Optional<StoredReport> next = database.first(
                    SELECT
                            + " WHERE r.state = 'due' AND r.due_at <= ? AND r.lease_until < ? ORDER BY r.due_at, r.id LIMIT 1",
                    Reports::read,
                    now.getEpochSecond(),
                    now.getEpochSecond());
            return next.isPresent() ? taken(next.get(), now) : next;
        });
    }

    /** Takes that report, if it is due or will be and nobody works on it. */
    public Optional<StoredReport> take(StoredReport report, Instant now) throws IOException {
        return database.transaction(() -> taken(report, now));
    }

    private Optional<StoredReport> taken(StoredReport report, Instant now) throws SQLException {
        int changed = database.update(
                "UPDATE dm_report SET lease_owner = ?, lease_until = ?, attempt = attempt + 1"
                        + " WHERE id = ? AND attempt = ? AND state = 'due' AND lease_until < ?",
                owner,
                now.plus(LEASE).getEpochSecond(),
                report.id(),
                report.attempt(),
                now.getEpochSecond());
        return changed == 1 ? byId(report.id()) : Optional.empty();
    }

    /**
     * The destinations of a report that was taken: it is open now, and its deliveries wait. If all are skipped it is void, cause
     * {@code no-destination}.
     *
     * @param destinations each address once
     * @param errors for the element of that name, beside the record's mistakes; what is above 400 characters is left out
     * @return false if the lease was lost
     */
    public boolean resolved(StoredReport report, List<Destination> destinations, List<String> errors, Instant now)
            throws IOException {
        return database.transaction(() -> {
            String error = errorText(report.errors(), errors);
            boolean ours = update(report, "state = 'open', cause = '', error = ?", error);
            if (ours) {
                List<Object> fields = new ArrayList<>(List.of(report.identity().reportId(), error));
                for (Destination destination : destinations) {
                    fields.addAll(List.of(destination.address(), destination.maxSize(), destination.skipped()));
                }
                log.append(Event.OPEN, fields.toArray());
                address(report.id(), destinations, now);
            }
            return ours;
        });
    }

    /** Inserts the deliveries of an open report. */
    void address(long report, List<Destination> destinations, Instant now) throws SQLException {
        int number = 0;
        for (Destination destination : destinations) {
            number++;
            database.update(
                    "INSERT INTO dm_delivery (report_id, number, address, max_size, state, cause, attempt, resent, next_at,"
                            + " lease_until, size, reply) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, 0, '')",
                    report,
                    number,
                    destination.address(),
                    destination.maxSize(),
                    destination.skipped().isEmpty() ? "waiting" : "skipped",
                    cut(destination.skipped(), MAX_CAUSE),
                    now.getEpochSecond());
        }
        if (destinations.stream().noneMatch(destination -> destination.skipped().isEmpty())) {
            database.update("UPDATE dm_report SET state = 'void', cause = 'no-destination' WHERE id = ?", report);
        }
    }

    /** Puts off a report that was taken, and says why; false if the lease was lost. */
    public boolean postpone(StoredReport report, Instant until, String cause) throws IOException {
        return database.transaction(
                () -> update(report, "due_at = ?, cause = ?", until.getEpochSecond(), cut(cause, MAX_CAUSE)));
    }

    /** Ends a report that was taken: it goes to nobody, and why; false if the lease was lost. */
    public boolean close(StoredReport report, String cause) throws IOException {
        String text = cut(cause, MAX_CAUSE);
        return database.transaction(() -> {
            boolean ours = update(report, "state = 'void', cause = ?", text);
            if (ours) {
                log.append(Event.VOID, report.identity().reportId(), text);
            }
            return ours;
        });
    }

    /**
     * Gives up what is too old: reports without destinations are void, deliveries that wait have failed. The cause is what they waited
     * for, or {@code expired}.
     *
     * @return how many reports and deliveries
     */
    public int giveUp(Instant now) throws IOException {
        long seconds = now.getEpochSecond();
        return database.transaction(() -> {
            int given = database.update(
                    "UPDATE dm_report SET state = 'void', cause = CASE WHEN cause = '' THEN 'expired' ELSE cause END"
                            + " WHERE state = 'due' AND expires_at <= ? AND lease_until < ?",
                    seconds,
                    seconds);
            given += database.update(
                    "UPDATE dm_delivery SET state = 'failed', cause = CASE WHEN cause = '' THEN 'expired' ELSE cause END"
                            + " WHERE state = 'waiting' AND report_id IN"
                            + " (SELECT id FROM dm_report WHERE state = 'open' AND expires_at <= ?)",
                    seconds);
            database.update(
                    "UPDATE dm_report SET state = 'done' WHERE state = 'open' AND expires_at <= ? AND NOT EXISTS"
                            + " (SELECT 1 FROM dm_delivery d WHERE d.report_id = dm_report.id"
                            + " AND d.state IN ('waiting', 'sending'))",
                    seconds);
            return given;
        });
    }

    /** Changes the row under our lease, and gives the lease back. */
    private boolean update(StoredReport report, String assignments, @Nullable Object... values) throws SQLException {
        Object[] all = Arrays.copyOf(values, values.length + 3);
        all[values.length] = report.id();
        all[values.length + 1] = report.attempt();
        all[values.length + 2] = owner;
        return database.update(
                        "UPDATE dm_report SET " + assignments + ", lease_owner = NULL, lease_until = 0"
                                + " WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'due'",
                        all)
                == 1;
    }

    /** The report of that identifier. */
    public Optional<StoredReport> find(String reportId) throws IOException {
        return database.transaction(() -> database.first(SELECT + " WHERE r.report_id = ?", Reports::read, reportId));
    }

    /** The report that a delivery belongs to. */
    public Optional<StoredReport> of(Delivery delivery) throws IOException {
        return database.transaction(() -> byId(delivery.reportId()));
    }

    private Optional<StoredReport> byId(long id) throws SQLException {
        return database.first(SELECT + " WHERE r.id = ?", Reports::read, id);
    }

    /** The newest first. */
    public List<StoredReport> list(ReportFilter filter) throws IOException {
        String domain = filter.domain().map(DomainName::ascii).orElse(null);
        String state = filter.state().map(State::word).orElse(null);
        long since = filter.since().map(Instant::getEpochSecond).orElse(0L);
        return database.transaction(() -> database.list(
                SELECT
                        + " WHERE (CAST(? AS VARCHAR) IS NULL OR p.domain = ?) AND (CAST(? AS VARCHAR) IS NULL OR r.state = ?) AND r.begin_at >= ?"
                        + " ORDER BY r.begin_at DESC, p.domain, r.part LIMIT ?",
                Reports::read,
                domain,
                domain,
                state,
                state,
                since,
                filter.limit()));
    }

    /** Streams the rows of the report, or of its part, in an order that is the same each time. */
    public void rows(StoredReport report, RowSink sink) throws IOException {
        database.transaction(() -> {
            List<Long> facts = database.list(
                    "SELECT id FROM dm_fact WHERE policy_id = ? ORDER BY id", row -> row.getLong(1), report.policyId());
            for (long fact : facts) {
                rowsOf(report, fact, sink);
            }
            return true;
        });
    }

    /** A counter: the octets of an address, and how many messages. */
    private static final class Counter {
        private final byte[] ip;
        private final IpAddress address;
        private final long count;

        Counter(byte[] ip, long count) {
            this.ip = ip;
            this.address = IpAddress.ofOctets(ip);
            this.count = count;
        }
    }

    private void rowsOf(StoredReport report, long fact, RowSink sink) throws SQLException, IOException {
        Optional<RowFacts> facts = Optional.empty();
        byte[] last = {};
        List<Counter> page;
        do {
            page = database.list(
                    "SELECT ip, n FROM dm_counter WHERE begin_at = ? AND fact_id = ? AND ip > ? ORDER BY ip LIMIT "
                            + PAGE,
                    row -> new Counter(row.getBytes(1), row.getLong(2)),
                    report.identity().begin().getEpochSecond(),
                    fact,
                    last);
            for (Counter counter : page) {
                if (Arrays.compareUnsigned(counter.ip, last) <= 0) {
                    throw Database.damage("its counters are not in order");
                }
                last = counter.ip;
                if (partOf(counter.ip, report.parts()) == report.part()) {
                    if (facts.isEmpty()) {
                        facts = database.first(
                                "SELECT facts FROM dm_fact WHERE id = ?", row -> facts(row.getString(1)), fact);
                    }
                    sink.take(new ReportRow(
                            counter.address,
                            counter.count,
                            facts.orElseThrow(() -> Database.damage("it counts no facts"))));
                }
            }
        } while (page.size() == PAGE);
    }

    /** Which part holds the rows of an address. */
    static int partOf(byte[] ip, int parts) {
        return Math.floorMod(Arrays.hashCode(ip), parts);
    }

    static String errorText(List<String> first, List<String> further) {
        StringBuilder text = new StringBuilder();
        for (List<String> errors : List.of(first, further)) {
            for (String error : errors) {
                if (!error.isEmpty() && text.length() + error.length() < MAX_ERROR) {
                    text.append(text.isEmpty() ? "" : "\n").append(error);
                }
            }
        }
        return text.toString();
    }

    static String cut(String text, int length) {
        return text.substring(0, Math.min(text.length(), length));
    }

    private static StoredReport read(ResultSet row) throws SQLException {
        ReportIdentity identity = new ReportIdentity(
                row.getString("report_id"),
                Instant.ofEpochSecond(row.getLong("begin_at")),
                Instant.ofEpochSecond(row.getLong("end_at")),
                row.getString("org_name"),
                row.getString("email"),
                row.getString("extra_contact"),
                row.getString("submitter"),
                row.getString("generator"),
                ReportIdentity.Format.valueOf(row.getString("format").toUpperCase(Locale.ROOT)));
        return new StoredReport(
                row.getLong("id"),
                row.getLong("policy_id"),
                identity,
                policy(new DomainName(row.getString("domain")), row.getString("config")),
                split(row.getString("rua"), ","),
                split(row.getString("error"), "\n"),
                row.getInt("part"),
                row.getInt("parts"),
                row.getLong("rows_n"),
                row.getLong("messages"),
                State.of(row.getString("state")),
                row.getString("cause"),
                Instant.ofEpochSecond(row.getLong("due_at")),
                Instant.ofEpochSecond(row.getLong("expires_at")),
                row.getInt("attempt"));
    }

    /** The policy of a row. */
    static PublishedPolicy policy(DomainName domain, String config) throws SQLException {
        return PublishedPolicy.parse(domain, config)
                .orElseThrow(() -> Database.damage("it holds a policy of " + domain + " that is none"));
    }

    private static RowFacts facts(String text) throws SQLException {
        return RowFacts.parse(text).orElseThrow(() -> Database.damage("it holds facts that are none"));
    }

    static List<String> split(String text, String separator) {
        return text.isEmpty() ? List.of() : List.of(text.split(separator));
    }
}
