package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.store.Delivery.State;
import org.dmarcmilter.store.StoreLog.Event;

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
    private final StoreLog log;
    private final String owner;

    Deliveries(Database database, StoreLog log, String owner) {
        this.database = database;
        this.log = log;
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
            if (changed == 0) {
                return Optional.empty();
            }
            Delivery taken = database.first(SELECT + " WHERE id = ?", Deliveries::read, delivery.id())
                    .orElseThrow();
            log.append(Event.SEND, reportId(taken), taken.number(), taken.attempt());
            // From here on the mail may be out, whatever becomes of us and of the database.
            log.force();
            return Optional.of(taken);
        });
    }

    private String reportId(Delivery delivery) throws SQLException {
        return database.first(
                        "SELECT report_id FROM dm_report WHERE id = ?", row -> row.getString(1), delivery.reportId())
                .orElseThrow();
    }

    /** The server took it; false if the lease was lost. */
    public boolean sent(Delivery delivery, long size, String reply, Instant now) throws IOException {
        return finish(delivery, new Outcome(State.SENT, 0, "", delivery.next(), size, now.getEpochSecond(), reply));
    }

    /** It will not be tried again; false if the lease was lost. */
    public boolean failed(Delivery delivery, String cause, String reply) throws IOException {
        return finish(delivery, new Outcome(State.FAILED, 0, cause, delivery.next(), 0, 0, reply));
    }

    /** Nothing goes to that address after all; false if the lease was lost. */
    public boolean skipped(Delivery delivery, String cause) throws IOException {
        return finish(delivery, new Outcome(State.SKIPPED, 0, cause, delivery.next(), 0, 0, ""));
    }

    /** It is to be tried later; false if the lease was lost. */
    public boolean later(Delivery delivery, Instant next, String cause, String reply) throws IOException {
        return finish(delivery, new Outcome(State.WAITING, 0, cause, next, 0, 0, reply));
    }

    /** It was not even begun, as the server could not be reached: as if it had never been taken. */
    public boolean untouched(Delivery delivery, Instant next, String cause) throws IOException {
        return finish(delivery, new Outcome(State.WAITING, 1, cause, next, 0, 0, delivery.reply()));
    }

    /**
     * What became of a delivery that was taken.
     *
     * @param back attempts that do not count
     * @param sentAt second; 0 if it was not sent
     */
    record Outcome(State state, int back, String cause, Instant next, long size, long sentAt, String reply) {
        Outcome {
            cause = Reports.cut(cause, MAX_CAUSE);
            reply = Reports.cut(reply, MAX_REPLY);
        }
    }

    private boolean finish(Delivery delivery, Outcome outcome) throws IOException {
        return database.transaction(() -> {
            int changed = database.update(
                    "UPDATE dm_delivery SET " + Outcomes.ASSIGNMENTS
                            + " WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'sending'",
                    Outcomes.values(outcome, delivery.id(), delivery.attempt(), owner));
            if (changed == 1) {
                log.append(
                        Event.RESULT,
                        reportId(delivery),
                        delivery.number(),
                        delivery.attempt(),
                        outcome.state().word(),
                        outcome.back(),
                        outcome.cause(),
                        outcome.next().getEpochSecond(),
                        outcome.size(),
                        outcome.sentAt(),
                        outcome.reply());
                log.force();
                Outcomes.endReport(database, delivery.reportId());
            }
            return changed == 1;
        });
    }

    /**
     * Sends a report again, with the same identifiers, to all its addresses or to one.
     *
     * @return how many deliveries wait now that did not
     */
    public int again(StoredReport report, Optional<String> address, Instant now) throws IOException {
        return database.transaction(() -> {
            int changed = 0;
            for (Delivery delivery :
                    database.list(SELECT + " WHERE report_id = ? ORDER BY number", Deliveries::read, report.id())) {
                if (address.isEmpty() || address.get().equals(delivery.address())) {
                    changed += Outcomes.again(
                            database, report.id(), delivery.number(), delivery.attempt(), now.getEpochSecond());
                    log.append(
                            Event.AGAIN,
                            report.identity().reportId(),
                            delivery.number(),
                            delivery.attempt(),
                            now.getEpochSecond());
                }
            }
            return changed;
        });
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
