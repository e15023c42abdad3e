package org.dmarcmilter.worker;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** How long a run may go on: until its time is used up or somebody asks it to end. Asked between two pieces of work. */
public final class Budget {
    private final LongSupplier nanoTime;
    private final long end;
    private final BooleanSupplier toldToEnd;

    /**
     * Begins now.
     *
     * @param time how long it is
     * @param nanoTime runs on, whatever is done to the clock
     * @param toldToEnd whether the process is about to end
     */
    public Budget(Duration time, LongSupplier nanoTime, BooleanSupplier toldToEnd) {
        this.nanoTime = nanoTime;
        this.end = nanoTime.getAsLong() + time.toNanos();
        this.toldToEnd = toldToEnd;
    }

    /** For whoever waits on a terminal and can end it. */
    public static Budget unlimited() {
        return new Budget(Duration.ofDays(1), System::nanoTime, () -> false);
    }

    /** Whether something may be begun. */
    public boolean remains() {
        return !toldToEnd.getAsBoolean() && nanoTime.getAsLong() - end < 0;
    }
}
