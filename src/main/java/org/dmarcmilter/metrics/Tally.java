package org.dmarcmilter.metrics;

import java.util.concurrent.atomic.LongAdder;

/** How often each thing of an enum has happened. Safe for many threads. */
@SuppressWarnings("EnumOrdinal") // An array is what costs nothing; the ordinal never leaves the program.
public final class Tally<E extends Enum<E>> {
    private final LongAdder[] counts;

    /** @param things all that can happen */
    public Tally(Class<E> things) {
        counts = new LongAdder[things.getEnumConstants().length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** It has happened once more. */
    public void count(E thing) {
        counts[thing.ordinal()].increment();
    }

    /** How often that has happened. */
    public long of(E thing) {
        return counts[thing.ordinal()].sum();
    }

    /** How often anything has happened. */
    public long sum() {
        long sum = 0;
        for (LongAdder count : counts) {
            sum += count.sum();
        }
        return sum;
    }
}
