package org.dmarcmilter.milter;

import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.metrics.Histogram;

/** What a server has seen since it started; written by its event loops, read by anybody. */
final class MilterCounters {
    final LongAdder connections = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder putOff = new LongAdder();
    final LongAdder failures = new LongAdder();
    /** Replies to commands before the end of a message. */
    final LongAdder replies = new LongAdder();
    /** From the end of a message to its verdict. */
    final Histogram verdicts = Histogram.ofMicros(
            100,
            250,
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
            10_000_000,
            30_000_000);
}
