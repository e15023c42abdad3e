package org.dmarcmilter.dns;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Remembers answers for as long as they live, and asks once for many who ask the same at the same time.
 *
 * <p>An answer with TTL 0 goes to those who waited for it and is not kept. A failure is kept for a few seconds, so that
 * a dead zone is not asked for every message. A hit is an already completed stage.
 */
public final class CachingDnsClient implements DnsClient {
    /** Records and missing names change, and an operator who repaired a record should not wait a day. */
    static final Duration MAX_LIFE = Duration.ofHours(1);
    /** RFC 2308, section 5, allows up to 3 hours; who has just published a record wants it seen. */
    static final Duration MAX_NEGATIVE_LIFE = Duration.ofMinutes(15);
    /** RFC 2308, section 7, allows up to 5 minutes. */
    static final Duration MAX_FAILURE_LIFE = Duration.ofSeconds(5);

    /** Octets of records that count as one entry; a larger answer counts for as many as it needs. */
    private static final int OCTETS_PER_ENTRY = 512;

    private final TimedDnsClient upstream;
    private final boolean keeps;
    private final AsyncCache<DnsQuestion, TimedAnswer> cache;
    private final DnsCounters counters;

    /**
     * @param upstream asked for what is not known; it limits the time of each question
     * @param entries how many answers of ordinary size to keep ({@code DNSCacheSize}); 0 keeps none and still asks once
     *     for many who ask at the same time
     */
    public CachingDnsClient(DnsjavaClient upstream, int entries) {
        this(upstream, entries, Ticker.systemTicker(), upstream.counters());
    }

    CachingDnsClient(TimedDnsClient upstream, int entries, Ticker ticker) {
        this(upstream, entries, ticker, new DnsCounters());
    }

    private CachingDnsClient(TimedDnsClient upstream, int entries, Ticker ticker, DnsCounters counters) {
        this.upstream = upstream;
        this.counters = counters;
        this.keeps = entries > 0;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(Math.max(1, entries))
                .weigher(CachingDnsClient::weight)
                .expireAfter(Expiry.creating((DnsQuestion question, TimedAnswer answer) -> life(answer)))
                .ticker(ticker)
                .executor(Runnable::run)
                .buildAsync();
    }

    /** The answer that is known, or on its way; empty if the DNS has to be asked for it. */
    Optional<CompletionStage<DnsAnswer>> known(DnsQuestion question) {
        Optional<CompletableFuture<TimedAnswer>> known = Optional.ofNullable(cache.getIfPresent(question));
        known.ifPresent(this::countHit);
        return known.map(answer -> answer.thenApply(TimedAnswer::answer));
    }

    private void countHit(CompletableFuture<TimedAnswer> answer) {
        counters.wanted.increment();
        if (!answer.isDone()) {
            counters.coalesced.increment();
        }
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        // The cheaper look first: most questions are known.
        return known(question).orElseGet(() -> askUnlessKnown(question));
    }

    /** The same for a question that was not {@link #known} a moment ago. */
    CompletionStage<DnsAnswer> askUnlessKnown(DnsQuestion question) {
        counters.wanted.increment();
        return cache.get(question, (missing, executor) -> ask(missing)).thenApply(TimedAnswer::answer);
    }

    /** Questions answered from the cache or together with one already in flight. */
    public long hits() {
        return counters.hits();
    }

    /** Of the hits those that waited for one already in flight. */
    long coalesced() {
        return counters.coalesced();
    }

    /** Questions that went to the DNS. */
    public long misses() {
        return counters.misses();
    }

    /** About how many answers are kept now. */
    public long size() {
        cache.synchronous().cleanUp();
        return cache.synchronous().estimatedSize();
    }

    /** Forgets all answers, as at a reload. */
    public void clear() {
        cache.synchronous().invalidateAll();
    }

    private CompletableFuture<TimedAnswer> ask(DnsQuestion question) {
        counters.misses.increment();
        return upstream.ask(question).toCompletableFuture();
    }

    private Duration life(TimedAnswer timed) {
        if (!keeps) {
            return Duration.ZERO;
        }
        Duration most = MAX_NEGATIVE_LIFE;
        if (timed.answer() instanceof DnsAnswer.Found) {
            most = MAX_LIFE;
        } else if (timed.answer() instanceof DnsAnswer.Unavailable) {
            most = MAX_FAILURE_LIFE;
        }
        return timed.life().compareTo(most) < 0 ? timed.life() : most;
    }

    private static int weight(DnsQuestion question, TimedAnswer timed) {
        if (timed.answer() instanceof DnsAnswer.Found found) {
            return 1 + found.octets() / OCTETS_PER_ENTRY;
        }
        return 1;
    }
}
