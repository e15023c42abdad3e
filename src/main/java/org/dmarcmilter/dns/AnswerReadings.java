package org.dmarcmilter.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Function;

/**
 * What was read from answers: an answer that many messages get from the cache is read once. A reading is forgotten with its
 * answer, or when there are too many.
 *
 * @param <T> what is read from an answer; must depend on nothing else, and not change
 */
public final class AnswerReadings<T> {
    /** Octets that the readings may take: those of some hundred domains, the busiest. */
    private static final int MOST_OCTETS = 2 << 20;

    /** What a reading takes beside its text: one of a bad record holds a sentence for each mistake. */
    private static final int OVERHEAD = 4 << 10;

    private final Function<DnsAnswer.Found, T> reader;

    /** By identity: the same answer again is the same object. */
    private final Cache<DnsAnswer.Found, T> readings = Caffeine.newBuilder()
            .weakKeys()
            .maximumWeight(MOST_OCTETS)
            .weigher((DnsAnswer.Found found, T reading) -> OVERHEAD + found.octets())
            .executor(Runnable::run)
            .build();

    /** @param reader never fails and never waits */
    public AnswerReadings(Function<DnsAnswer.Found, T> reader) {
        this.reader = reader;
    }

    /** The reading of an answer. */
    public T of(DnsAnswer.Found found) {
        return readings.get(found, reader);
    }
}
