package org.dmarcmilter.report;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends failure reports to domain owners who ask for them (RFC 7489, section 7.3), one after the other on a thread of its own.
 * The mail flow hands over and goes on; when reports come faster than they can be sent, the newest are dropped. A report whose
 * recipients' name servers are slow waits beside the others, for a while; where too many wait, the oldest goes out to those who are
 * verified by then.
 *
 * <p>Other than OpenDMARC it honours fo, asks external destinations whether they want reports, limits the rate, and never
 * reports about a report.
 */
public final class FailureReporter {
    private static final int MAX_JOB = 128;

    /** Reports that wait for the DNS at the same time, each with one question. */
    public static final int MAX_SEARCHES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(FailureReporter.class);

    private final Limits limits;
    private final RateLimit rate;
    private final InstantSource clock;
    private final String userAgent;
    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor executor;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder suppressed = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /** Oldest first; under its own lock. */
    private final Set<RecipientSearch> searches = new LinkedHashSet<>();

    private volatile Setup setup;
    private volatile boolean closing;

    /**
     * How much is sent.
     *
     * @param perRecipient reports to one address within the period
     * @param inAll reports to all within the period
     * @param period over which the two are counted
     * @param waiting reports that may wait to be sent
     * @param search how long one report may wait for the DNS
     * @param deadline of one run of ReportCommand
     */
    public record Limits(
            int perRecipient, int inAll, Duration period, int waiting, Duration search, Duration deadline) {
        /** For an ordinary host. */
        public static final Limits DEFAULT =
                new Limits(30, 300, Duration.ofHours(1), 100, Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** What a reload can change, together. */
    private record Setup(FailureReportSettings settings, DnsClient dns, PolicyDiscovery discovery) {}

    /**
     * Makes a reporter; its thread begins with the first report.
     *
     * @param settings the options
     * @param dns asked whether external destinations want reports
     * @param discovery asked for organizational domains
     * @param limits how much is sent
     * @param clock for the date of the reports and for the rate
     * @param userAgent our name and version, for example {@code dmarc-milter/1.0.0}
     */
    public FailureReporter(
            FailureReportSettings settings,
            DnsClient dns,
            PolicyDiscovery discovery,
            Limits limits,
            InstantSource clock,
            String userAgent) {
        this.setup = new Setup(settings, dns, discovery);
        this.limits = limits;
        this.rate = new RateLimit(limits.perRecipient(), limits.inAll(), limits.period());
        this.clock = clock;
        this.userAgent = userAgent;
        this.executor = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(limits.waiting()),
                FailureReporter::newThread,
                (task, unused) -> dropped.increment());
        this.executor.allowCoreThreadTimeOut(true);
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "failure-reports");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((unused, bug) -> LOG.error("A failure report could not be made", bug));
        return thread;
    }

    /** Uses other options from now on, after a reload. What was sent before still counts for the rate. */
    public void reload(FailureReportSettings settings, DnsClient dns, PolicyDiscovery discovery) {
        setup = new Setup(settings, dns, discovery);
    }

    /** Reports about a message, if somebody wants that. Never waits. */
    public void offer(FailureNotice notice) {
        Setup current = setup;
        if (FailureConditions.met(notice, current.settings())) {
            FailureNotice kept = notice.shortened();
            executor.execute(() -> search(kept, current));
        }
    }

    /** Sends what waits and ends the thread; what is not sent within the time is dropped. */
    public void close(Duration limit) {
        closing = true;
        synchronized (searches) {
            List.copyOf(searches).forEach(RecipientSearch::end);
        }
        executor.shutdown();
        try {
            if (!executor.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                dropped.add(executor.shutdownNow().size());
            }
        } catch (InterruptedException e) {
            dropped.add(executor.shutdownNow().size());
            Thread.currentThread().interrupt();
        }
    }

    /** Reports that wait to be made or sent. */
    public int waiting() {
        return executor.getQueue().size();
    }

    /** How many may wait. */
    public int mostWaiting() {
        return limits.waiting();
    }

    /** Reports that wait for name servers. */
    public int searching() {
        synchronized (searches) {
            return searches.size();
        }
    }

    /** Reports that ReportCommand took. */
    public long sent() {
        return sent.sum();
    }

    /** Reports that ReportCommand did not take. */
    public long failed() {
        return failed.sum();
    }

    /** Messages without report, as no recipient was left or the rate was reached. */
    public long suppressed() {
        return suppressed.sum();
    }

    /** Messages without report, as too many reports waited or the daemon ended. */
    public long dropped() {
        return dropped.sum();
    }

    private void search(FailureNotice notice, Setup current) {
        // Before anybody is asked or any recipient's share is taken for a report that cannot go out.
        if (!hasRoom(notice)) {
            return;
        }
        RecipientSearch search = new RecipientSearch(
                notice.evaluation(), current.settings().noReports(), current.dns(), current.discovery());
        CompletableFuture<RecipientSearch.Found> result = search.run(limits.search());
        if (closing) {
            search.end();
        }
        if (result.isDone()) {
            send(notice, current, result.join());
            return;
        }
        synchronized (searches) {
            if (searches.size() == MAX_SEARCHES) {
                searches.iterator().next().end();
            }
            searches.add(search);
        }
        var unused = result.thenAccept(found -> {
            synchronized (searches) {
                searches.remove(search);
            }
            executor.execute(() -> send(notice, current, found));
        });
    }

    private boolean hasRoom(FailureNotice notice) {
        if (rate.hasRoom(clock.instant())) {
            return true;
        }
        LOG.debug(
                "{}: no failure report, as more than {} within {} were wanted",
                job(notice),
                limits.inAll(),
                limits.period());
        suppressed.increment();
        return false;
    }

    private void send(FailureNotice notice, Setup current, RecipientSearch.Found found) {
        if (!hasRoom(notice)) {
            return;
        }
        FailureReportSettings settings = current.settings();
        List<String> to = new ArrayList<>();
        for (ReportAddress address : found.addresses()) {
            if (rate.allows(address.text().toLowerCase(Locale.ROOT), clock.instant())) {
                to.add(address.text());
            } else {
                LOG.debug("{}: no failure report to {}, as it had its share", job(notice), address.text());
            }
        }
        Optional<String> bcc = to.isEmpty() ? Optional.empty() : settings.bcc();
        if (to.isEmpty()) {
            settings.bcc().ifPresent(to::add);
        }
        if (to.isEmpty()) {
            LOG.debug("{}: no failure report, as there is no recipient", job(notice));
            suppressed.increment();
            return;
        }
        Instant now = clock.instant();
        rate.count(now);
        String mail = new FailureReport(
                        settings.sentBy().orElseGet(() -> defaultSender(notice)),
                        to,
                        bcc,
                        now,
                        userAgent,
                        boundary(),
                        notice,
                        failedSignature(notice.evaluation(), found.organization()))
                .text();
        Optional<String> problem = new ReportCommand(settings.command(), limits.deadline()).run(mail);
        problem.ifPresent(words -> LOG.error("{}: {}", job(notice), words));
        (problem.isPresent() ? failed : sent).increment();
    }

    private static String job(FailureNotice notice) {
        return Neutral.word(notice.evaluation().queueId(), MAX_JOB);
    }

    /**
     * The first signature of the author's organization that failed, if none of it passed: the fields about it are required
     * for an aligned identifier only (RFC 9991, section 4).
     */
    private static Optional<DkimSeen> failedSignature(Evaluation evaluation, Optional<DomainName> organization) {
        DmarcResult result = evaluation.dmarc();
        if (result.alignedDkim().isPresent()) {
            return Optional.empty();
        }
        DomainName above = organization.orElse(result.author());
        return evaluation.dkim().stream()
                .filter(FailureConditions::isFailure)
                .filter(dkim -> dkim.domain().isAtOrBelow(above))
                .findFirst();
    }

    /** OpenDMARC's default. */
    private static String defaultSender(FailureNotice notice) {
        return "OpenDMARC Filter <" + Neutral.word(System.getProperty("user.name", "postmaster"), 64) + "@"
                + Neutral.word(notice.evaluation().reporter(), 255) + ">";
    }

    /** 128 bits that no sender of a message can guess. */
    private String boundary() {
        byte[] octets = new byte[16];
        random.nextBytes(octets);
        return "dmarc-" + HexFormat.of().formatHex(octets);
    }
}
