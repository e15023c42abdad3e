package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.store.Batch.FactSeen;
import org.dmarcmilter.store.Batch.PolicySeen;

/** What was counted, and how far: both in one transaction. Killed anywhere, both are there or neither. */
final class Counters {
    /** Statements that are handed to the engine at once. */
    private static final int GROUP = 500;

    /** Compared by {@link #BY_KEY} only. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Counter(long begin, long fact, byte[] ip, long number) {
        static final Comparator<Counter> BY_KEY = Comparator.comparingLong(Counter::begin)
                .thenComparingLong(Counter::fact)
                .thenComparing(Counter::ip, Arrays::compareUnsigned);

        Counter plus(long more) {
            return new Counter(begin, fact, ip, number + more);
        }
    }

    private final Database database;
    private final FactIds ids;

    Counters(Database database, int maxFacts) {
        this.database = database;
        this.ids = new FactIds(database, maxFacts);
    }

    /** How many kinds of rows were counted under a common one, as there were too many. */
    long merged() {
        return ids.merged();
    }

    /** Writes what was counted and how far the journal was read. */
    void write(Batch batch, Progress progress, Instant now) throws IOException {
        boolean written = false;
        try {
            written = database.transaction(() -> {
                for (Map.Entry<Period, Batch.Tally> entry : batch.tallies().entrySet()) {
                    add(entry.getKey(), progress.node(), entry.getValue());
                }
                add(counters(batch));
                note(progress, batch.messages(), now);
                return true;
            });
        } finally {
            if (!written) {
                ids.clear();
            }
        }
    }

    private List<Counter> counters(Batch batch) throws SQLException {
        List<Counter> counters = new ArrayList<>();
        Map<Long, Long> factAt = new HashMap<>();
        for (PolicySeen policy : batch.policies()) {
            long id = ids.policy(policy);
            for (FactSeen fact : policy.facts.values()) {
                factAt.clear();
                for (Map.Entry<Batch.Place, Long> counter : fact.counters.entrySet()) {
                    Instant begin = counter.getKey().begin();
                    long second = begin.getEpochSecond();
                    Long row = factAt.get(second);
                    if (row == null) {
                        row = ids.fact(id, policy.policy.domain(), begin, fact);
                        factAt.put(second, row);
                    }
                    counters.add(
                            new Counter(second, row, counter.getKey().client().octets(), counter.getValue()));
                }
            }
        }
        // In the order of their key: neighbours lie on one page.
        counters.sort(Counter.BY_KEY);
        return together(counters);
    }

    /** Each key once: kinds of rows that are too many are counted under a common one. */
    private static List<Counter> together(List<Counter> sorted) {
        List<Counter> once = new ArrayList<>(sorted.size());
        for (Counter next : sorted) {
            int last = once.size() - 1;
            if (last >= 0 && Counter.BY_KEY.compare(once.get(last), next) == 0) {
                once.set(last, next.plus(once.get(last).number()));
            } else {
                once.add(next);
            }
        }
        return once;
    }

    /** Those that are there are raised, the others made: told of a row that is there already, the engine makes an exception. */
    private void add(List<Counter> counters) throws SQLException {
        for (int from = 0; from < counters.size(); from += GROUP) {
            List<Counter> group = counters.subList(from, Math.min(from + GROUP, counters.size()));
            int[] raised = raise(group);
            List<Counter> missing = new ArrayList<>();
            for (int i = 0; i < raised.length; i++) {
                if (raised[i] == 0) {
                    missing.add(group.get(i));
                }
            }
            insert(missing);
        }
    }

    /** How many rows each of them is, 0 or 1. */
    private int[] raise(List<Counter> counters) throws SQLException {
        PreparedStatement statement =
                database.statement("UPDATE dm_counter SET n = n + ? WHERE begin_at = ? AND fact_id = ? AND ip = ?");
        for (Counter counter : counters) {
            Database.filled(statement, counter.number(), counter.begin(), counter.fact(), counter.ip())
                    .addBatch();
        }
        return statement.executeBatch();
    }

    private void insert(List<Counter> counters) throws SQLException {
        if (counters.isEmpty()) {
            return;
        }
        PreparedStatement statement =
                database.statement("INSERT INTO dm_counter (begin_at, fact_id, ip, n) VALUES (?, ?, ?, ?)");
        for (Counter counter : counters) {
            Database.filled(statement, counter.begin(), counter.fact(), counter.ip(), counter.number())
                    .addBatch();
        }
        statement.executeBatch();
    }

    private void add(Period period, String node, Batch.Tally tally) throws SQLException {
        long begin = period.begin().getEpochSecond();
        database.update(
                "INSERT IGNORE INTO dm_period (begin_at, seconds, state) VALUES (?, ?, 'open')",
                begin,
                period.seconds());
        database.update(
                "INSERT INTO dm_tally (begin_at, seconds, node, messages, late) VALUES (?, ?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE messages = messages + VALUES(messages), late = late + VALUES(late)",
                begin,
                period.seconds(),
                node,
                tally.messages(),
                tally.late());
    }

    private void note(Progress progress, long messages, Instant now) throws SQLException {
        database.update(
                "INSERT INTO dm_segment (node, segment, pos, messages, skipped, finished) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE pos = VALUES(pos), messages = messages + VALUES(messages),"
                        + " skipped = skipped + VALUES(skipped), finished = VALUES(finished)",
                progress.node(),
                progress.segment(),
                progress.position(),
                messages,
                progress.skipped(),
                progress.finished() ? now.getEpochSecond() : null);
        database.update(
                "INSERT INTO dm_node (node, instance, version, watermark, seen, state) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE instance = VALUES(instance), version = VALUES(version),"
                        + " watermark = GREATEST(watermark, VALUES(watermark)), seen = VALUES(seen), state = VALUES(state)",
                progress.node(),
                progress.instance(),
                progress.version(),
                progress.watermark().orElse(0),
                now.getEpochSecond(),
                progress.stopped() ? "stopped" : "active");
    }
}
