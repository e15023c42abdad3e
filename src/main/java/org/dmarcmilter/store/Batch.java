package org.dmarcmilter.store;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.domain.IpAddress;

/** Some thousand records, counted in memory: what one transaction writes. */
final class Batch {
    /** A policy that occurs, and the newest that is known of it. */
    static final class PolicySeen {
        final PublishedPolicy policy;
        final String config;
        final Map<String, FactSeen> facts = new HashMap<>();
        String rua = "";
        String mistakes = "";
        long lastSeen;
        long lastPass;

        PolicySeen(PublishedPolicy policy, String config) {
            this.policy = policy;
            this.config = config;
        }
    }

    /** A kind of row that occurs. */
    static final class FactSeen {
        final RowFacts facts;
        final String text;
        final Map<Place, Long> counters = new HashMap<>();

        FactSeen(RowFacts facts, String text) {
            this.facts = facts;
            this.text = text;
        }
    }

    /** Where a counter stands within its kind of row. */
    record Place(Instant begin, IpAddress client) {}

    /** What a period got. */
    record Tally(long messages, long late) {
        Tally plus(Tally other) {
            return new Tally(messages + other.messages, late + other.late);
        }
    }

    private record PolicyKey(String domain, String config) {}

    private final Map<PolicyKey, PolicySeen> policies = new HashMap<>();
    private final Map<Period, Tally> tallies = new HashMap<>();
    private long messages;

    /**
     * Counts a record.
     *
     * @param period in which it counts
     * @param late whether that is another than its own
     */
    void add(Instant time, ReportFacts record, Period period, boolean late) {
        String config = record.policy().text();
        PolicySeen policy = policies.computeIfAbsent(
                new PolicyKey(record.policy().domain().ascii(), config),
                key -> new PolicySeen(record.policy(), config));
        long second = time.getEpochSecond();
        if (second >= policy.lastSeen) {
            policy.lastSeen = second;
            policy.rua = String.join(",", record.rua());
            policy.mistakes = String.join("\n", record.mistakes());
        }
        if (record.row().dkimAligned() || record.row().spfAligned()) {
            policy.lastPass = Math.max(policy.lastPass, second);
        }
        String text = record.row().text();
        policy.facts
                .computeIfAbsent(text, key -> new FactSeen(record.row(), text))
                .counters
                .merge(new Place(period.begin(), record.client()), 1L, Long::sum);
        tallies.merge(period, new Tally(1, late ? 1 : 0), Tally::plus);
        messages++;
    }

    long messages() {
        return messages;
    }

    Collection<PolicySeen> policies() {
        return policies.values();
    }

    Map<Period, Tally> tallies() {
        return tallies;
    }
}
