package org.dmarcmilter.report;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends failure reports to domain owners who ask for them (RFC 7489, section 7.3), one after the other on a thread of its own.
 * The mail flow hands over and goes on; when reports come faster than they can be sent, the newest are dropped.
 *
 * <p>Other than OpenDMARC it honours fo, asks external destinations whether they want reports, limits the rate, and never
 * reports about a report.
 */
public final class FailureReporter {
    /** More addresses than this are not served; RFC 7489, section 6.2, asks for two at least. */
    private static final int MAX_ADDRESSES = 10;

    private static final int MAX_JOB = 128;

    /** The DNS client has its own limit; this one is for a client that has a bug. */
    private static final Duration MAX_DNS_WAIT = Duration.ofMinutes(1);

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

    private volatile Setup setup;

    /**
     * How much is sent.
     *
     * @param perRecipient reports to one address within the period
     * @param inAll reports to all within the period
     * @param period over which the two are counted
     * @param waiting reports that may wait to be sent
     * @param deadline of one run of ReportCommand
     */
    public record Limits(int perRecipient, int inAll, Duration period, int waiting, Duration deadline) {
        /** For an ordinary host. */
        public static final Limits DEFAULT = new Limits(30, 300, Duration.ofHours(1), 100, Duration.ofSeconds(60));
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
            executor.execute(() -> report(kept, current));
        }
    }

    /** Sends what waits and ends the thread; what is not sent within the time is dropped. */
    public void close(Duration limit) {
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

    private void report(FailureNotice notice, Setup current) {
        FailureReportSettings settings = current.settings();
        String job = Neutral.word(notice.evaluation().queueId(), MAX_JOB);
        Instant now = clock.instant();
        // Before anybody is asked or any recipient's share is taken for a report that cannot go out.
        if (!rate.hasRoom(now)) {
            LOG.debug(
                    "{}: no failure report, as more than {} within {} were wanted",
                    job,
                    limits.inAll(),
                    limits.period());
            suppressed.increment();
            return;
        }
        List<String> to = recipients(notice, job, current);
        Optional<String> bcc = to.isEmpty() ? Optional.empty() : settings.bcc();
        if (to.isEmpty()) {
            settings.bcc().ifPresent(to::add);
        }
        if (to.isEmpty()) {
            LOG.debug("{}: no failure report, as there is no recipient", job);
            suppressed.increment();
            return;
        }
        rate.count(now);
        String mail = new FailureReport(
                        settings.sentBy().orElseGet(() -> defaultSender(notice)),
                        to,
                        bcc,
                        now,
                        userAgent,
                        boundary(),
                        notice,
                        failedSignature(notice.evaluation(), current))
                .text();
        Optional<String> problem = new ReportCommand(settings.command(), limits.deadline()).run(mail);
        problem.ifPresent(words -> LOG.error("{}: {}", job, words));
        (problem.isPresent() ? failed : sent).increment();
    }

    /** The owner's addresses that may have this report: wanted, verified, and within the rate. */
    private List<String> recipients(FailureNotice notice, String job, Setup current) {
        List<String> to = new ArrayList<>();
        if (!(notice.evaluation().dmarc().discovery() instanceof Discovery.Found found)
                || !FailureConditions.ownerAsks(found.record())) {
            return to;
        }
        List<ReportAddress> asked = found.record().ruf().stream()
                .map(ReportAddress::of)
                .flatMap(Optional::stream)
                .distinct()
                .limit(MAX_ADDRESSES)
                .toList();
        asked.stream()
                .filter(address -> !current.settings().noReports().contains(address))
                .flatMap(address -> verified(found.domain(), address, current).stream())
                .distinct()
                .limit(MAX_ADDRESSES)
                // A destination may name another of its addresses.
                .filter(address -> !current.settings().noReports().contains(address))
                .forEach(address -> {
                    if (rate.allows(address.text().toLowerCase(Locale.ROOT), clock.instant())) {
                        to.add(address.text());
                    } else {
                        LOG.debug("{}: no failure report to {}, as it had its share", job, address.text());
                    }
                });
        return to;
    }

    /** RFC 9990, section 4. No answer of the DNS verifies nothing: the next report asks again. */
    private static List<ReportAddress> verified(DomainName policyDomain, ReportAddress address, Setup current) {
        if (isInternal(policyDomain, address.domain(), current)) {
            return List.of(address);
        }
        return ExternalDestination.name(policyDomain, address.domain())
                .map(name -> await(
                        current.dns().query(DnsQuestion.txt(name.ascii())), new DnsAnswer.Unavailable("no answer")))
                .filter(DnsAnswer.Found.class::isInstance)
                .map(answer -> ExternalDestination.judge(((DnsAnswer.Found) answer).records(), address))
                .orElse(List.of());
    }

    private static boolean isInternal(DomainName policyDomain, DomainName host, Setup current) {
        if (policyDomain.equals(host)) {
            return true;
        }
        Optional<DomainName> organization = organizationalDomain(policyDomain, current);
        return organization.isPresent() && organization.equals(organizationalDomain(host, current));
    }

    private static Optional<DomainName> organizationalDomain(DomainName name, Setup current) {
        return await(current.discovery().organizationalDomain(name, current.dns()), Optional.empty());
    }

    /**
     * The first signature of the author's organization that failed, if none of it passed: the fields about it are required
     * for an aligned identifier only (RFC 9991, section 4).
     */
    private static Optional<DkimSeen> failedSignature(Evaluation evaluation, Setup current) {
        DmarcResult result = evaluation.dmarc();
        if (result.alignedDkim().isPresent() || evaluation.dkim().isEmpty()) {
            return Optional.empty();
        }
        DomainName organization = organizationalDomain(result.author(), current).orElse(result.author());
        return evaluation.dkim().stream()
                .filter(FailureConditions::isFailure)
                .filter(dkim -> dkim.domain().isAtOrBelow(organization))
                .findFirst();
    }

    private static <T> T await(CompletionStage<T> answer, T otherwise) {
        return answer.toCompletableFuture()
                .copy()
                .completeOnTimeout(otherwise, MAX_DNS_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
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
