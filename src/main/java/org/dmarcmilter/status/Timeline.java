package org.dmarcmilter.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;

/**
 * How much of each {@link Measure} there was in each of the last steps of time: a ring with a fixed number of places. It is told totals now
 * and then, so that nobody who counts has to know what time it is.
 *
 * <p>For one thread.
 */
public final class Timeline {
    private static final Measure[] MEASURES = Measure.values();

    private final long step;
    private final int steps;
    private final int[] ring;
    private final long[] last = new long[MEASURES.length];
    private final long begin;
    private long now;

    /**
     * @param step how long one is
     * @param steps how many are kept, that which is not over included
     * @param begin by {@link System#nanoTime}
     */
    public Timeline(Duration step, int steps, long begin) {
        this.step = step.toNanos();
        this.steps = steps;
        this.ring = new int[steps * MEASURES.length];
        this.begin = begin;
    }

    /**
     * What has come since the last call belongs to the step that holds this moment. A total that went back counts as nothing new.
     *
     * @param nanos by {@link System#nanoTime}
     * @param totals since the start
     */
    public void add(long nanos, Amounts totals) {
        advance((nanos - begin) / step);
        int place = place(0);
        for (int i = 0; i < MEASURES.length; i++) {
            long total = totals.of(MEASURES[i]);
            long more = Math.max(0, total - last[i]);
            ring[place + i] = (int) Math.min(Integer.MAX_VALUE, ring[place + i] + more);
            last[i] = total;
        }
    }

    private void advance(long to) {
        long over = Math.min(steps, to - now);
        now = Math.max(now, to);
        for (int ago = 0; ago < over; ago++) {
            int place = place(ago);
            Arrays.fill(ring, place, place + MEASURES.length, 0);
        }
    }

    private int place(int ago) {
        return Math.floorMod(now - ago, steps) * MEASURES.length;
    }

    /** How much there was in all steps that are kept. */
    public Amounts sum() {
        return groups(steps).get(0);
    }

    /**
     * How much there was, in groups of so many steps, the oldest first; the last one ends now.
     *
     * @param size divides the number of steps
     */
    public List<Amounts> groups(int size) {
        List<Amounts> groups = new ArrayList<>();
        for (int oldest = steps - 1; oldest >= 0; oldest -= size) {
            EnumMap<Measure, Long> sum = new EnumMap<>(Measure.class);
            for (int ago = oldest; ago > oldest - size; ago--) {
                int place = place(ago);
                for (int i = 0; i < MEASURES.length; i++) {
                    sum.merge(MEASURES[i], (long) ring[place + i], Long::sum);
                }
            }
            groups.add(new Amounts(sum));
        }
        return groups;
    }
}
