package org.dmarcmilter.store;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
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
        final Map<RowFacts, FactSeen> facts = new HashMap<>();
        private List<String> rua = List.of();
        private List<String> mistakes = List.of();
        long lastSeen;
        long lastPass;

        PolicySeen(PublishedPolicy policy) {
            this.policy = policy;
            this.config = policy.text();
        }

        /** The newest report addresses, as the store has them. */
        String rua() {
            return String.join(",", rua);
        }

        /** The newest mistakes, as the store has them. */
        String mistakes() {
            return String.join("\n", mistakes);
        }
    }

    /** A kind of row that occurs. */
    static final class FactSeen {
        final RowFacts facts;
        final String text;
        final Map<Place, Long> counters = new HashMap<>();

        FactSeen(RowFacts facts) {
            this.facts = facts;
            this.text = facts.text();
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

    private final Map<PublishedPolicy, PolicySeen> policies = new HashMap<>();
    private final Map<Period, Tally> tallies = new HashMap<>();
    private long messages;

    /**
     * Counts a record.
     *
     * @param period in which it counts
     * @param late whether that is another than its own
     */
    void add(Instant time, ReportFacts record, Period period, boolean late) {
        PolicySeen policy = policies.computeIfAbsent(record.policy(), PolicySeen::new);
        long second = time.getEpochSecond();
        if (second >= policy.lastSeen) {
            policy.lastSeen = second;
            policy.rua = record.rua();
            policy.mistakes = record.mistakes();
        }
        if (record.row().dkimAligned() || record.row().spfAligned()) {
            policy.lastPass = Math.max(policy.lastPass, second);
        }
        policy.facts
                .computeIfAbsent(record.row(), FactSeen::new)
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
