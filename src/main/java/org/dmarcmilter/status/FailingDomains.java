package org.dmarcmilter.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/**
 * The author domains of which most mail fails, and where it comes from, in fixed memory whatever senders make up: {@value #MOST_DOMAINS}
 * domains with {@value #MOST_SOURCES} addresses each, by the algorithm Space-Saving (Metwally, Agrawal, El Abbadi: Efficient Computation of
 * Frequent and Top-k Elements in Data Streams, 2005). Where a new one finds no place it takes that of the one with the least, and its number,
 * so that whoever really is frequent stays, and a number is too large by a known amount at most.
 *
 * <p>Two tables, each for half a day, so that what is shown is of the last half to whole day. Some 300 KiB at most.
 *
 * <p>Safe for many threads.
 */
public final class FailingDomains {
    static final int MOST_DOMAINS = 200;
    static final int MOST_SOURCES = 4;
    static final Duration HALF = Duration.ofHours(12);

    /**
     * One domain.
     *
     * @param name ASCII, for whoever shows it no more than text
     * @param policy what its owner asks for, as last seen
     * @param messages how many of its messages failed, at most
     * @param error how many fewer that may be
     * @param sources from where, most first
     */
    public record Domain(String name, Policy policy, long messages, long error, List<Address> sources) {
        public Domain {
            sources = List.copyOf(sources);
        }
    }

    /**
     * One address.
     *
     * @param messages how many failing messages came from it, at most
     */
    public record Address(IpAddress ip, long messages) {}

    private static final class Entry {
        DomainName domain;
        Policy policy;
        long messages;
        long error;
        final IpAddress[] addresses = new IpAddress[MOST_SOURCES];
        final long[] numbers = new long[MOST_SOURCES];
        int sources;

        Entry(DomainName domain, Policy policy) {
            this.domain = domain;
            this.policy = policy;
        }

        void count(IpAddress address, long number) {
            int least = 0;
            for (int i = 0; i < sources; i++) {
                if (addresses[i].equals(address)) {
                    numbers[i] += number;
                    return;
                }
                least = numbers[i] < numbers[least] ? i : least;
            }
            int place = sources < MOST_SOURCES ? sources++ : least;
            addresses[place] = address;
            numbers[place] += number;
        }

        Domain shown() {
            List<Address> shown = new ArrayList<>();
            for (int i = 0; i < sources; i++) {
                shown.add(new Address(addresses[i], numbers[i]));
            }
            shown.sort(Comparator.comparingLong(Address::messages).reversed());
            return new Domain(domain.ascii(), policy, messages, error, shown);
        }
    }

    private Map<DomainName, Entry> current = new HashMap<>();
    private Map<DomainName, Entry> before = new HashMap<>();
    private Instant currentSince;
    private Instant since;

    /** @param now from when on it counts */
    public FailingDomains(Instant now) {
        currentSince = now;
        since = now;
    }

    /** One message failed. */
    public synchronized void count(DomainName domain, Policy policy, Optional<IpAddress> client) {
        Entry entry = current.get(domain);
        if (entry == null) {
            entry = current.size() < MOST_DOMAINS ? new Entry(domain, policy) : replaced(domain);
            current.put(domain, entry);
        }
        entry.policy = policy;
        entry.messages++;
        if (client.isPresent()) {
            entry.count(client.get(), 1);
        }
    }

    private Entry replaced(DomainName domain) {
        Entry least = null;
        for (Entry entry : current.values()) {
            if (least == null || entry.messages < least.messages) {
                least = entry;
            }
        }
        Entry entry = Objects.requireNonNull(least);
        current.remove(entry.domain);
        entry.domain = domain;
        entry.error = entry.messages;
        entry.sources = 0;
        Arrays.fill(entry.numbers, 0);
        return entry;
    }

    /** To be told the time now and then: what is older than a day is forgotten. */
    public synchronized void tick(Instant now) {
        if (!now.isBefore(currentSince.plus(HALF))) {
            before = current;
            current = new HashMap<>();
            since = currentSince;
            currentSince = now;
        }
    }

    /** From when on was counted what {@link #top} shows. */
    public synchronized Instant since() {
        return since;
    }

    /** Those with most failing mail, most first. */
    public synchronized List<Domain> top(int number) {
        Map<DomainName, Entry> all = new HashMap<>();
        for (Map<DomainName, Entry> half : List.of(before, current)) {
            for (Entry entry : half.values()) {
                Entry sum = all.computeIfAbsent(entry.domain, name -> new Entry(name, entry.policy));
                sum.policy = entry.policy;
                sum.messages += entry.messages;
                sum.error += entry.error;
                for (int i = 0; i < entry.sources; i++) {
                    sum.count(entry.addresses[i], entry.numbers[i]);
                }
            }
        }
        return all.values().stream()
                .map(Entry::shown)
                .sorted(Comparator.comparingLong(Domain::messages).reversed().thenComparing(Domain::name))
                .limit(number)
                .toList();
    }
}
