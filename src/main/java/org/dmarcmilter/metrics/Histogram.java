package org.dmarcmilter.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** How many durations were how long, in classes with fixed bounds. Safe for many threads. */
public final class Histogram {
    private final long[] bounds;
    private final LongAdder[] counts;
    private final LongAdder nanos = new LongAdder();

    /** @param bounds the longest duration of each class but the last, which has no bound; ascending */
    public Histogram(Duration... bounds) {
        this.bounds = new long[bounds.length];
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
            if (i < bounds.length) {
                this.bounds[i] = bounds[i].toNanos();
            }
        }
    }

    /** Bounds in microseconds. */
    public static Histogram ofMicros(long... bounds) {
        Duration[] durations = new Duration[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            durations[i] = Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(bounds[i]));
        }
        return new Histogram(durations);
    }

    /** Counts one duration. */
    public void count(long duration) {
        int i = 0;
        while (i < bounds.length && duration > bounds[i]) {
            i++;
        }
        counts[i].increment();
        nanos.add(duration);
    }

    /** What was counted until now. */
    public Counted counted() {
        List<Double> seconds = new ArrayList<>();
        for (long bound : bounds) {
            seconds.add(bound / 1e9);
        }
        List<Long> numbers = new ArrayList<>();
        for (LongAdder count : counts) {
            numbers.add(count.sum());
        }
        return new Counted(seconds, numbers, nanos.sum() / 1e9);
    }

    /**
     * What a histogram has counted.
     *
     * @param bounds the longest duration of each class but the last, in seconds
     * @param counts how many durations each class has
     * @param sum of all durations, in seconds
     */
    public record Counted(List<Double> bounds, List<Long> counts, double sum) {
        public Counted {
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
        }

        /** How many durations there are. */
        public long number() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }

        /**
         * The bound of the class in which the duration lies than which that share of all is not longer; the last bound if it is longer
         * than that; 0 without durations.
         *
         * @param share 0 to 1
         */
        public double quantile(double share) {
            long wanted = (long) Math.ceil(number() * share);
            long seen = 0;
            for (int i = 0; i < bounds.size(); i++) {
                seen += counts.get(i);
                if (seen >= wanted) {
                    return wanted == 0 ? 0 : bounds.get(i);
                }
            }
            return bounds.isEmpty() ? 0 : bounds.get(bounds.size() - 1);
        }
    }
}
