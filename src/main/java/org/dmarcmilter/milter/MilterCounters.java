package org.dmarcmilter.milter;

import java.util.concurrent.atomic.LongAdder;

/** What a server has seen since it started; written by its event loops, read by anybody. */
final class MilterCounters {
    final LongAdder connections = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder putOff = new LongAdder();
    final LongAdder failures = new LongAdder();
}
