package org.dmarcmilter.worker;

import java.time.Duration;
import java.util.List;

/** When a mail that was not taken is tried again. */
final class RetryTimes {
    private static final List<Duration> PAUSES = List.of(
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(60),
            Duration.ofHours(3),
            Duration.ofHours(6),
            Duration.ofHours(12),
            Duration.ofHours(24));

    /** When the DNS gave no answer: it has caches and retries of its own. */
    static final Duration DNS = Duration.ofHours(1);

    private RetryTimes() {}

    /** The pause after so many attempts, at least 1; the last one is for all further. */
    static Duration after(int attempts) {
        return PAUSES.get(Math.min(Math.max(attempts, 1), PAUSES.size()) - 1);
    }
}
