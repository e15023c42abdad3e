package org.dmarcmilter.store;

import java.sql.SQLException;
import java.util.Arrays;
import org.dmarcmilter.store.Deliveries.Outcome;

/** What becomes of a delivery, as statements: while it is worked on, and again when a lost store is built anew from its log. */
final class Outcomes {
    /** The values are those of {@link #values}. */
    static final String ASSIGNMENTS = "state = ?, attempt = attempt - ?, cause = ?, next_at = ?, size = ?,"
            + " sent_at = NULLIF(?, 0), reply = ?, lease_owner = NULL, lease_until = 0";

    private Outcomes() {}

    /** The values for {@link #ASSIGNMENTS} and, after them, those that the condition wants. */
    static Object[] values(Outcome outcome, Object... condition) {
        Object[] first = {
            outcome.state().word(),
            outcome.back(),
            outcome.cause(),
            outcome.next().getEpochSecond(),
            outcome.size(),
            outcome.sentAt(),
            outcome.reply()
        };
        Object[] all = Arrays.copyOf(first, first.length + condition.length);
        System.arraycopy(condition, 0, all, first.length, condition.length);
        return all;
    }

    /** A report is done when none of its deliveries can change any more. */
    static void endReport(Database database, long report) throws SQLException {
        database.update(
                "UPDATE dm_report SET state = 'done' WHERE id = ? AND state = 'open' AND NOT EXISTS"
                        + " (SELECT 1 FROM dm_delivery WHERE report_id = ? AND state IN ('waiting', 'sending'))",
                report,
                report);
    }

    /** Lets a finished delivery wait again; 0 if it waits already. */
    static int again(Database database, long report, long number, long attempt, long second) throws SQLException {
        int changed = database.update(
                "UPDATE dm_delivery SET resent = resent + CASE WHEN state = 'sent' THEN 1 ELSE 0 END, state = 'waiting', cause = '',"
                        + " next_at = ? WHERE report_id = ? AND number = ? AND attempt = ?"
                        + " AND state IN ('sent', 'failed', 'skipped')",
                second,
                report,
                number,
                attempt);
        if (changed > 0) {
            database.update(
                    "UPDATE dm_report SET state = 'open', cause = '' WHERE id = ? AND state IN ('done', 'void')",
                    report);
        }
        return changed;
    }
}
