package org.dmarcmilter.store;

import java.io.IOException;

/** Whether the tables agree with each other: asked when the last one who had the store open did not close it. */
final class Soundness {
    private Soundness() {}

    /** @throws StoreException.Damaged if they do not */
    static void check(Database database, String name) throws IOException {
        long wrongSums = database.transaction(() -> database.number(
                "SELECT COUNT(*) FROM (SELECT t.begin_at, t.seconds, SUM(t.messages) AS told FROM dm_tally t"
                        + " GROUP BY t.begin_at, t.seconds) t LEFT JOIN"
                        + " (SELECT c.begin_at, p.seconds, SUM(c.n) AS counted FROM dm_counter c"
                        + " JOIN dm_fact f ON f.id = c.fact_id JOIN dm_policy p ON p.id = f.policy_id"
                        + " GROUP BY c.begin_at, p.seconds) s ON s.begin_at = t.begin_at AND s.seconds = t.seconds"
                        + " WHERE t.told <> COALESCE(s.counted, 0)"));
        long counted = database.transaction(() ->
                database.number("SELECT SUM(n) FROM dm_counter WHERE begin_at IN (SELECT begin_at FROM dm_tally)"));
        long told = database.transaction(() -> database.number("SELECT SUM(messages) FROM dm_tally"));
        if (wrongSums > 0 || counted != told) {
            throw new StoreException.Damaged(
                    name + ": " + counted + " messages in its counters and " + told + " in the sums of its periods");
        }
    }
}
