package org.dmarcmilter.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator has to mend, as an error in the log: once an hour, as a run every five minutes would say it every five minutes. */
final class Trouble {
    private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);
    private static final Duration QUIET = Duration.ofHours(1);

    private final Clock clock;
    private Optional<Instant> told;
    private Optional<String> last = Optional.empty();

    /** @param told when an earlier run logged something */
    Trouble(Clock clock, Optional<Instant> told) {
        this.clock = clock;
        this.told = told;
    }

    /** It is logged, unless something was within the hour. */
    void happened(String what) {
        last = Optional.of(what);
        Instant now = clock.instant();
        if (told.isPresent()
                && told.get().plus(QUIET).isAfter(now)
                && !told.get().isAfter(now)) {
            LOG.debug("reports: {}", what);
        } else {
            LOG.error("reports: {}", what);
            told = Optional.of(now);
        }
    }

    /** The last thing that happened in this run. */
    Optional<String> last() {
        return last;
    }

    /** When something was logged. */
    Optional<Instant> told() {
        return told;
    }
}
