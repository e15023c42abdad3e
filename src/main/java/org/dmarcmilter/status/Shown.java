package org.dmarcmilter.status;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them. */
final class Shown {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Shown() {}

    /** {@code 2026-11-28 20:15:00 UTC}. */
    static String time(Instant at) {
        return TIME.format(at);
    }

    /** {@code 20:15}, in UTC. */
    static String clock(Instant at) {
        return CLOCK.format(at);
    }

    /** {@code 12,345}. */
    static String number(long number) {
        // A Formatter would bring the tables of all locales into memory.
        StringBuilder digits = new StringBuilder().append(number);
        for (int at = digits.length() - 3; at > (number < 0 ? 1 : 0); at -= 3) {
            digits.insert(at, ',');
        }
        return digits.toString();
    }

    /** The two largest units: {@code 3 d 4 h}, {@code 5 min 0 s}. */
    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 86_400) {
            return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
        }
        if (seconds >= 3_600) {
            return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
        }
        return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
    }

    /** {@code 2.5 ms}, {@code 1 s}. */
    static String latency(double seconds) {
        double shown = seconds < 1 ? seconds * 1_000 : seconds;
        long tenths = Math.round(shown * 10);
        String fraction = tenths % 10 == 0 ? "" : "." + tenths % 10;
        return tenths / 10 + fraction + (seconds < 1 ? " ms" : " s");
    }

    /** {@code 87 %}; {@code -} of nothing. */
    static String share(long part, long all) {
        return all == 0 ? "-" : Math.round(100.0 * part / all) + " %";
    }
}
