package org.dmarcmilter.daemon;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** When the configuration in force was loaded, and what became of the attempts to load another. Written by whoever reloads, read by anybody. */
final class Reloads {
    private final Instant started;
    private final LongAdder done = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile Instant loaded;
    private volatile List<String> mistakes = List.of();

    /** @param now when the first configuration was loaded */
    Reloads(Instant now) {
        started = now;
        loaded = now;
    }

    /** Another configuration is in force. */
    void done(Instant now) {
        done.increment();
        loaded = now;
        mistakes = List.of();
    }

    /** The old one stays. */
    void refused(List<String> why) {
        refused.increment();
        mistakes = List.copyOf(why);
    }

    Instant started() {
        return started;
    }

    Instant loaded() {
        return loaded;
    }

    long doneSoFar() {
        return done.sum();
    }

    long refusedSoFar() {
        return refused.sum();
    }

    /** What was wrong with the one that was refused last, if none was loaded since. */
    List<String> mistakes() {
        return mistakes;
    }
}
