package org.dmarcmilter.aggregate;

import java.time.Duration;
import java.time.Instant;
import org.dmarcmilter.dmarc.Standard;

/**
 * The time that one report is about. Periods of one length begin at 00:00 UTC and its multiples of it, so that they never overlap and
 * no time zone, no summer time and no leap second moves them.
 *
 * @param begin its first second
 * @param seconds its length, a divisor of a day
 */
public record Period(Instant begin, int seconds) {
    /** A day, in seconds. */
    public static final int DAY = 86_400;

    private static final int HOUR = 3_600;

    /** Hours that divide a day evenly and are less. */
    private static final int[] HOURS = {12, 8, 6, 4, 3, 2, 1};

    /** @throws IllegalArgumentException if it does not begin at a multiple of its length */
    public Period {
        if (seconds < 1
                || DAY % seconds != 0
                || begin.getNano() != 0
                || Math.floorMod(begin.getEpochSecond(), (long) seconds) != 0) {
            throw new IllegalArgumentException("no period: " + begin + ", " + seconds + " s");
        }
    }

    /** The period of that length in which a moment lies. */
    public static Period at(Instant moment, int seconds) {
        long second = moment.getEpochSecond();
        return new Period(Instant.ofEpochSecond(second - Math.floorMod(second, (long) seconds)), seconds);
    }

    /**
     * How long the periods of a domain are: a day, or less where its owner asks for that with {@code ri} and the operator grants it
     * (RFC 7489, section 6.3; RFC 9989 has no such tag).
     *
     * @param reportInterval the tag {@code ri}, seconds
     * @param minimum the least that is granted, seconds
     * @return a day, or the largest of 1, 2, 3, 4, 6, 8 and 12 hours that is not above what is asked for and granted; an hour if none is
     */
    public static int length(Standard standard, long reportInterval, int minimum) {
        long wanted = Math.max(reportInterval, minimum);
        if (standard != Standard.RFC7489 || wanted >= DAY) {
            return DAY;
        }
        for (int hours : HOURS) {
            if (hours <= wanted / HOUR) {
                return hours * HOUR;
            }
        }
        return HOUR;
    }

    /** Its last second, which a report names as its end. */
    public Instant last() {
        return next().minusSeconds(1);
    }

    /** The first second after it: it can close now, once all that was recorded before has arrived. */
    public Instant next() {
        return begin.plusSeconds(seconds);
    }

    /** When it closes even if something recorded may still be on its way. */
    public Instant closesAtTheLatest(Duration grace) {
        return next().plus(grace);
    }

    /** When its reports are given up. */
    public Instant givenUpAt(Duration giveUp) {
        return next().plus(giveUp);
    }
}
