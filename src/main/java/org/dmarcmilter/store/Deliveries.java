package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.store.Delivery.State;
import org.jspecify.annotations.Nullable;

/**
 * Reports to single addresses. A delivery is taken before the dialogue with the server and released after it; one that was taken and
 * never released may have gone out, so it is taken again when its lease is over, and counts as sent again.
 */
public final class Deliveries {
    private static final int MAX_CAUSE = 40;
    private static final int MAX_REPLY = 300;

    private static final String SELECT =
            "SELECT id, report_id, number, address, max_size, state, cause, attempt, resent, next_at,"
                    + " size, sent_at, reply FROM dm_delivery";

    /** What may be tried now: with the time twice. */
    private static final String READY = "(state = 'waiting' AND next_at <= ? OR state = 'sending' AND lease_until < ?)";

    private final Database database;
    private final String owner;

    Deliveries(Database database, String owner) {
        this.database = database;
        this.owner = owner;
    }

    /** What may be tried now, the longest waiting first, at most so many. */
    public List<Delivery> ready(Instant now, int limit) throws IOException {
        long seconds = now.getEpochSecond();
        return database.transaction(() -> database.list(
                SELECT + " WHERE " + READY + " ORDER BY next_at, id LIMIT ?",
                Deliveries::read,
                seconds,
                seconds,
                limit));
    }

    /** The deliveries of a report, by number. */
    public List<Delivery> of(StoredReport report) throws IOException {
        return database.transaction(
                () -> database.list(SELECT + " WHERE report_id = ? ORDER BY number", Deliveries::read, report.id()));
    }

    /**
     * Takes a delivery for {@link Reports#LEASE}; the dialogue has to end before.
     *
     * @return it as it is now, empty if somebody else has it or it is finished
     */
    public Optional<Delivery> take(Delivery delivery, Instant now) throws IOException {
        long seconds = now.getEpochSecond();
        return database.transaction(() -> {
            int changed = database.update(
                    "UPDATE dm_delivery SET lease_owner = ?, lease_until = ?, attempt = attempt + 1,"
                            + " resent = resent + CASE WHEN state = 'sending' THEN 1 ELSE 0 END, state = 'sending'"
                            + " WHERE id = ? AND attempt = ? AND " + READY,
                    owner,
                    now.plus(Reports.LEASE).getEpochSecond(),
                    delivery.id(),
                    delivery.attempt(),
                    seconds,
                    seconds);
            return changed == 1
                    ? database.first(SELECT + " WHERE id = ?", Deliveries::read, delivery.id())
                    : Optional.<Delivery>empty();
        });
    }

    /** The server took it; false if the lease was lost. */
    public boolean sent(Delivery delivery, long size, String reply, Instant now) throws IOException {
        return finish(
                delivery,
                "state = 'sent', cause = '', size = ?, sent_at = ?, reply = ?",
                size,
                now.getEpochSecond(),
                Reports.cut(reply, MAX_REPLY));
    }

    /** It will not be tried again; false if the lease was lost. */
    public boolean failed(Delivery delivery, String cause, String reply) throws IOException {
        return finish(
                delivery,
                "state = 'failed', cause = ?, reply = ?",
                Reports.cut(cause, MAX_CAUSE),
                Reports.cut(reply, MAX_REPLY));
    }

    /** Nothing goes to that address after all; false if the lease was lost. */
    public boolean skipped(Delivery delivery, String cause) throws IOException {
        return finish(delivery, "state = 'skipped', cause = ?", Reports.cut(cause, MAX_CAUSE));
    }

    /** It is to be tried later; false if the lease was lost. */
    public boolean later(Delivery delivery, Instant next, String cause, String reply) throws IOException {
        return finish(
                delivery,
                "state = 'waiting', next_at = ?, cause = ?, reply = ?",
                next.getEpochSecond(),
                Reports.cut(cause, MAX_CAUSE),
                Reports.cut(reply, MAX_REPLY));
    }

    /** It was not even begun, as the server could not be reached: as if it had never been taken. */
    public boolean untouched(Delivery delivery, Instant next, String cause) throws IOException {
        return finish(
                delivery,
                "state = 'waiting', attempt = attempt - 1, next_at = ?, cause = ?",
                next.getEpochSecond(),
                Reports.cut(cause, MAX_CAUSE));
    }

    /**
     * Sends a report again, with the same identifiers, to all its addresses or to one.
     *
     * @return how many deliveries wait now that did not
     */
    public int again(StoredReport report, Optional<String> address, Instant now) throws IOException {
        return database.transaction(() -> {
            String only = address.orElse(null);
            int changed = database.update(
                    "UPDATE dm_delivery SET state = 'waiting', cause = '', next_at = ?, resent = resent + 1"
                            + " WHERE report_id = ? AND (CAST(? AS VARCHAR) IS NULL OR address = ?) AND state IN ('sent', 'failed', 'skipped')",
                    now.getEpochSecond(),
                    report.id(),
                    only,
                    only);
            if (changed > 0) {
                database.update("UPDATE dm_report SET state = 'open' WHERE id = ? AND state = 'done'", report.id());
            }
            return changed;
        });
    }

    private boolean finish(Delivery delivery, String assignments, @Nullable Object... values) throws IOException {
        Object[] all = Arrays.copyOf(values, values.length + 3);
        all[values.length] = delivery.id();
        all[values.length + 1] = delivery.attempt();
        all[values.length + 2] = owner;
        return database.transaction(() -> {
            int changed = database.update(
                    "UPDATE dm_delivery SET " + assignments + ", lease_owner = NULL, lease_until = 0"
                            + " WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'sending'",
                    all);
            endReport(delivery.reportId());
            return changed == 1;
        });
    }

    /** A report is done when none of its deliveries can change any more. */
    private void endReport(long report) throws SQLException {
        database.update(
                "UPDATE dm_report SET state = 'done' WHERE id = ? AND state = 'open' AND NOT EXISTS"
                        + " (SELECT 1 FROM dm_delivery WHERE report_id = ? AND state IN ('waiting', 'sending'))",
                report,
                report);
    }

    private static Delivery read(ResultSet row) throws SQLException {
        long sentAt = row.getLong("sent_at");
        return new Delivery(
                row.getLong("id"),
                row.getLong("report_id"),
                row.getInt("number"),
                row.getString("address"),
                row.getLong("max_size"),
                State.of(row.getString("state")),
                row.getString("cause"),
                row.getInt("attempt"),
                row.getInt("resent"),
                Instant.ofEpochSecond(row.getLong("next_at")),
                row.getLong("size"),
                sentAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(sentAt)),
                row.getString("reply"));
    }
}
