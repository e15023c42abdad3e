package org.dmarcmilter.dns;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.metrics.Histogram;
import org.dmarcmilter.metrics.Tally;

/** What the clients of one thread have seen since it began, whatever settings they had. */
public final class DnsCounters {
    final LongAdder wanted = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder coalesced = new LongAdder();
    final Tally<DnsQuestion.Type> asked = new Tally<>(DnsQuestion.Type.class);
    final Tally<DnsFailure> failures = new Tally<>(DnsFailure.class);
    final AtomicInteger inFlight = new AtomicInteger();
    final Histogram latency = Histogram.ofMicros(
            500,
            1_000,
            2_500,
            5_000,
            10_000,
            25_000,
            50_000,
            100_000,
            250_000,
            500_000,
            1_000_000,
            2_500_000,
            5_000_000,
            10_000_000);

    /** Questions answered from the cache, or together with one that was on its way. */
    public long hits() {
        // In this order, so that it is never negative.
        long missed = misses.sum();
        return wanted.sum() - missed;
    }

    /** Questions that the cache could not answer. */
    public long misses() {
        return misses.sum();
    }

    /** Of the hits those that waited for a question that somebody else had asked. */
    public long coalesced() {
        return coalesced.sum();
    }

    /** Questions that went to the servers, by record type. */
    public Tally<DnsQuestion.Type> asked() {
        return asked;
    }

    /** How those ended that got no answer. */
    public Tally<DnsFailure> failures() {
        return failures;
    }

    /** From a question to its answer, or to the end of the wait for one. */
    public Histogram latency() {
        return latency;
    }
}
