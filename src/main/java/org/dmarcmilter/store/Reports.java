package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.StoredReport.State;
import org.jspecify.annotations.Nullable;

/**
 * Reports on their way. Whoever works on one takes it first: a lease in its row, which runs out by itself, and whose holder is told by
 * the number of attempts. A change by a holder whose lease ran out and was taken by another changes nothing and returns false.
 */
public final class Reports {
    /** Longer than any step takes; after that somebody else may go on. */
    public static final Duration LEASE = Duration.ofMinutes(10);

    private static final int MAX_CAUSE = 40;
    private static final int MAX_ERROR = 400;

    private static final String COLUMNS =
            "r.id, r.policy_id, r.report_id, r.begin_at, r.end_at, r.org_name, r.email, r.extra_contact, r.submitter,"
                    + " r.generator, r.format, p.domain, p.config, p.rua, r.error, r.part, r.parts, r.rows_n, r.messages,"
                    + " r.state, r.cause, r.due_at, r.expires_at, r.attempt";

    private static final String SELECT =
            "SELECT " + COLUMNS + " FROM dm_report r JOIN dm_policy p ON p.id = r.policy_id";

    private final Database database;
    private final String owner;

    /** @param owner who takes leases here; another one for each process */
    Reports(Database database, String owner) {
        this.database = database;
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
            boolean ours = update(report, "state = 'open', cause = '', error = ?", errorText(report.errors(), errors));
            int number = 0;
            for (Destination destination : ours ? destinations : List.<Destination>of()) {
                number++;
                database.update(
                        "INSERT INTO dm_delivery (report_id, number, address, max_size, state, cause, attempt, resent, next_at,"
                                + " lease_until, size, reply) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, 0, '')",
                        report.id(),
                        number,
                        destination.address(),
                        destination.maxSize(),
                        destination.skipped().isEmpty() ? "waiting" : "skipped",
                        cut(destination.skipped(), MAX_CAUSE),
                        now.getEpochSecond());
            }
            if (ours
                    && destinations.stream()
                            .noneMatch(destination -> destination.skipped().isEmpty())) {
                database.update(
                        "UPDATE dm_report SET state = 'void', cause = 'no-destination' WHERE id = ?", report.id());
            }
            return ours;
        });
    }

    /** Puts off a report that was taken, and says why; false if the lease was lost. */
    public boolean postpone(StoredReport report, Instant until, String cause) throws IOException {
        return database.transaction(
                () -> update(report, "due_at = ?, cause = ?", until.getEpochSecond(), cut(cause, MAX_CAUSE)));
    }

    /** Ends a report that was taken: it goes to nobody, and why; false if the lease was lost. */
    public boolean close(StoredReport report, String cause) throws IOException {
        return database.transaction(() -> update(report, "state = 'void', cause = ?", cut(cause, MAX_CAUSE)));
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
                PolicyText.parse(new DomainName(row.getString("domain")), row.getString("config")),
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

    private static List<String> split(String text, String separator) {
        return text.isEmpty() ? List.of() : List.of(text.split(separator));
    }
}
