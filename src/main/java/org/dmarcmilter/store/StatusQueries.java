package org.dmarcmilter.store;

import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.store.StoreStatus.Node;
import org.dmarcmilter.store.StoreStatus.Outcome;
import org.dmarcmilter.store.StoreStatus.Period;

/** The questions behind {@link StoreStatus}. */
final class StatusQueries {
    private StatusQueries() {}

    static StoreStatus ask(Database database, Instant now, long octets) throws IOException {
        return database.transaction(() -> {
            Map<StoredReport.State, Long> reports = new EnumMap<>(StoredReport.State.class);
            database.list(
                            "SELECT state, COUNT(*) FROM dm_report GROUP BY state",
                            row -> Map.entry(StoredReport.State.of(row.getString(1)), row.getLong(2)))
                    .forEach(entry -> reports.put(entry.getKey(), entry.getValue()));
            long oldest = database.number("SELECT MIN(next_at) FROM dm_delivery WHERE state IN ('waiting', 'sending')");
            return new StoreStatus(
                    database.list(
                            "SELECT node, watermark, seen, state FROM dm_node ORDER BY node",
                            row -> new Node(
                                    row.getString(1),
                                    Instant.ofEpochSecond(row.getLong(2)),
                                    Instant.ofEpochSecond(row.getLong(3)),
                                    row.getString(4))),
                    database.list(
                            "SELECT p.begin_at, p.seconds, p.state, COALESCE(SUM(t.messages), 0), COALESCE(SUM(t.late), 0)"
                                    + " FROM dm_period p LEFT JOIN dm_tally t ON t.begin_at = p.begin_at AND t.seconds = p.seconds"
                                    + " WHERE p.state <> 'prepared'"
                                    + " OR p.begin_at = (SELECT MAX(begin_at) FROM dm_period WHERE state = 'prepared')"
                                    + " GROUP BY p.begin_at, p.seconds, p.state ORDER BY p.begin_at, p.seconds",
                            row -> new Period(
                                    Instant.ofEpochSecond(row.getLong(1)),
                                    row.getInt(2),
                                    row.getString(3),
                                    row.getLong(4),
                                    row.getLong(5))),
                    reports,
                    database.list(
                            "SELECT state, cause, COUNT(*) FROM dm_delivery GROUP BY state, cause ORDER BY state, cause",
                            row -> new Outcome(Delivery.State.of(row.getString(1)), row.getString(2), row.getLong(3))),
                    database.number("SELECT SUM(resent) FROM dm_delivery"),
                    database.number("SELECT COUNT(*) FROM dm_delivery WHERE state IN ('waiting', 'sending')"),
                    oldest == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(oldest)),
                    database.number(
                            "SELECT COUNT(*) FROM dm_suppression WHERE until_at = 0 OR until_at > ?",
                            now.getEpochSecond()),
                    octets);
        });
    }
}
