package org.dmarcmilter.daemon;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.dns.DnsCounters;
import org.dmarcmilter.dns.DnsFailure;
import org.dmarcmilter.metrics.Histogram;
import org.dmarcmilter.status.Amounts;
import org.dmarcmilter.status.FailingDomains;
import org.dmarcmilter.status.Health;
import org.dmarcmilter.status.Measure;
import org.dmarcmilter.status.Status;
import org.dmarcmilter.status.Timeline;

/**
 * What the daemon tells people of itself: puts a {@link Status} together, and remembers the last day for it. Nothing of it is on the
 * message path: once a second it looks at the counters.
 *
 * <p>For the thread of the endpoint.
 */
final class Overview {
    private static final int MOST_DOMAINS = 25;
    private static final int SECONDS = 60;
    private static final int MINUTES = 24 * 60;

    private final Instruments.Sources sources;
    private final Supplier<Health> ready;
    private final Supplier<Optional<String>> dnsProblem;
    private final FailingDomains failing;
    private final Clock clock;
    private final Timeline minute;
    private final Timeline day;

    /**
     * @param ready whether mail is judged and written down as it should be
     * @param dnsProblem why nothing can be looked up
     * @param failing counts what fails, on other threads
     */
    Overview(
            Instruments.Sources sources,
            Supplier<Health> ready,
            Supplier<Optional<String>> dnsProblem,
            FailingDomains failing,
            Clock clock) {
        this.sources = sources;
        this.ready = ready;
        this.dnsProblem = dnsProblem;
        this.failing = failing;
        this.clock = clock;
        long now = System.nanoTime();
        this.minute = new Timeline(Duration.ofSeconds(1), SECONDS, now);
        this.day = new Timeline(Duration.ofMinutes(1), MINUTES, now);
    }

    /** Looks at the counters; to be called once a second or so. */
    void look() {
        Amounts totals = totals();
        long now = System.nanoTime();
        minute.add(now, totals);
        day.add(now, totals);
        failing.tick(clock.instant());
    }

    private Amounts totals() {
        EnumMap<Measure, Long> totals = new EnumMap<>(Measure.class);
        sources.recorders().messages().add(totals);
        totals.put(Measure.DNS_QUESTIONS, dns().asked().sum());
        totals.put(Measure.DNS_FAILURES, dns().failures().sum());
        return new Amounts(totals);
    }

    private DnsCounters dns() {
        return sources.assembly().dnsCounters();
    }

    /** How it is now. */
    Status status() {
        look();
        Health health = ready.get();
        Reloads reloads = sources.reloads();
        Configuration configuration = sources.configuration().get();
        List<Amounts> minutes = day.groups(1);
        return new Status(
                clock.instant(),
                ProgramVersion.NAME_AND_VERSION,
                System.getProperty("java.version", ""),
                reloads.started(),
                health,
                new Status.Configuration(
                        configuration.name(),
                        reloads.loaded(),
                        reloads.doneSoFar(),
                        configuration.warnings(),
                        reloads.mistakes()),
                minute.sum(),
                minutes.subList(MINUTES - 60, MINUTES),
                day.groups((int) Status.DAY_STEP.toMinutes()),
                dnsStatus(),
                Instruments.queues(sources).stream()
                        .map(queue -> new Status.Queue(queue.name(), queue.length(), queue.bound()))
                        .toList(),
                failing.top(MOST_DOMAINS),
                failing.since(),
                reports(configuration));
    }

    private Status.Dns dnsStatus() {
        Histogram.Counted latency = dns().latency().counted();
        return new Status.Dns(
                dnsProblem.get(),
                sources.assembly().network().servers().stream()
                        .map(server -> new Status.Server(server.address(), server.resting()))
                        .toList(),
                dns().hits(),
                dns().misses(),
                dns().coalesced(),
                Arrays.stream(DnsFailure.values())
                        .map(kind -> new Status.Counted(
                                kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                                dns().failures().of(kind)))
                        .filter(failure -> failure.number() > 0)
                        .toList(),
                latency.quantile(0.5),
                latency.quantile(0.95));
    }

    private Status.Reports reports(Configuration configuration) {
        ReportRecorder journal = sources.recorders().journal();
        return new Status.Reports(
                configuration.settings().aggregateReports().enabled(),
                journal.written(),
                journal.dropped(),
                sources.reports().get(),
                sources.recorders().reporter().sent());
    }
}
