package org.dmarcmilter.cli.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times for people. */
final class Shown {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long KILO = 1_000;
    private static final long MEGA = 1_000_000;

    private Shown() {}

    /** In UTC, to the minute. */
    static String time(Instant time) {
        return TIME.format(time);
    }

    /** How long before now. */
    static String ago(Instant then, Instant now) {
        Duration time = Duration.between(then, now);
        if (time.isNegative()) {
            return "0 s";
        }
        return time.toDays() > 1
                ? time.toDays() + " d"
                : time.toHours() > 1
                        ? time.toHours() + " h"
                        : time.toMinutes() > 1 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String size(long octets) {
        return octets < KILO
                ? octets + " B"
                : octets < MEGA
                        ? String.format(Locale.ROOT, "%.1f kB", octets / (double) KILO)
                        : String.format(Locale.ROOT, "%.1f MB", octets / (double) MEGA);
    }
}
