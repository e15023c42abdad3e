package org.dmarcmilter.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store holds, for {@code status} and the metrics.
 *
 * @param nodes the journals it was filled from
 * @param periods those that are not prepared yet, and the newest one that is; the oldest first
 * @param reports how many there are in each state
 * @param deliveries how many there are in each state, by cause
 * @param resent how often a mail was sent again because the outcome was unknown
 * @param waiting deliveries that wait or are under way
 * @param oldestWaiting since when the oldest of them could be sent
 * @param suppressed addresses that get nothing now
 * @param octets size of the file
 */
public record StoreStatus(
        List<Node> nodes,
        List<Period> periods,
        Map<StoredReport.State, Long> reports,
        List<Outcome> deliveries,
        long resent,
        long waiting,
        Optional<Instant> oldestWaiting,
        long suppressed,
        long octets) {

    /**
     * Who writes a journal.
     *
     * @param watermark every record before this time is in the store
     * @param seen when something of it was last imported
     * @param state {@code active}, {@code stopped} or {@code retired}
     */
    public record Node(String name, Instant watermark, Instant seen, String state) {}

    /**
     * A period.
     *
     * @param seconds its length
     * @param state {@code open}, {@code closed} or {@code prepared}
     * @param messages how many are counted in it
     * @param late how many of these came after their own period was closed
     */
    public record Period(Instant begin, int seconds, String state, long messages, long late) {}

    /** Deliveries of one state and cause. */
    public record Outcome(Delivery.State state, String cause, long number) {}

    public StoreStatus {
        nodes = List.copyOf(nodes);
        periods = List.copyOf(periods);
        reports = Map.copyOf(reports);
        deliveries = List.copyOf(deliveries);
    }
}
