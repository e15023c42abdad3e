package org.dmarcmilter.report;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Evaluation;

/**
 * Asks the DNS what a report about one message depends on: which of the owner's addresses want it, and the author's organization. Host
 * by host, so that a search has one question in flight; no thread waits for it, and it can be ended at any time with what it has.
 */
final class RecipientSearch {
    /** More addresses than this are not served; RFC 7489, section 6.2, asks for two at least. */
    static final int MAX_ADDRESSES = 10;

    private final Evaluation evaluation;
    private final NoReportsList noReports;
    private final DnsClient dns;
    private final PolicyDiscovery discovery;
    private final Verification verification;

    private final List<ReportAddress> verified = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Found> result = new CompletableFuture<>();

    /**
     * What is known in the end.
     *
     * @param addresses that may have the report, at most {@link #MAX_ADDRESSES}
     * @param organization the author's; empty if it was not needed or the DNS did not say
     */
    record Found(List<ReportAddress> addresses, Optional<DomainName> organization) {}

    RecipientSearch(Evaluation evaluation, NoReportsList noReports, DnsClient dns, PolicyDiscovery discovery) {
        this.evaluation = evaluation;
        this.noReports = noReports;
        this.dns = dns;
        this.discovery = discovery;
        this.verification = new Verification("ruf", dns, discovery);
    }

    /**
     * Begins. What takes longer than the deadline is left out: it verifies nothing, and the next report asks again.
     *
     * @return completes at once if nothing has to be asked; never exceptionally
     */
    CompletableFuture<Found> run(Duration deadline) {
        if (evaluation.dmarc().discovery() instanceof Discovery.Found found
                && FailureConditions.ownerAsks(found.record())
                && !noReports.contains(found.domain())
                && !noReports.contains(evaluation.dmarc().author())) {
            List<ReportAddress> wanted = found.record().ruf().stream()
                    .map(ReportAddress::of)
                    .flatMap(Optional::stream)
                    .distinct()
                    .limit(MAX_ADDRESSES)
                    .filter(address -> !noReports.contains(address))
                    .toList();
            verifyFrom(0, wanted, found.domain());
        } else {
            findOrganization();
        }
        if (!result.isDone()) {
            CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::end);
        }
        return result;
    }

    /** Ends it with what is known now. */
    void end() {
        complete(Optional.empty());
    }

    private void complete(Optional<DomainName> organization) {
        List<ReportAddress> addresses = verified.stream()
                .distinct()
                // A destination may name another of its addresses.
                .filter(address -> !noReports.contains(address))
                .limit(MAX_ADDRESSES)
                .toList();
        result.complete(new Found(addresses, organization));
    }

    private void verifyFrom(int index, List<ReportAddress> wanted, DomainName policyDomain) {
        if (index == wanted.size()) {
            findOrganization();
        } else if (!result.isDone()) {
            var unused = verification.verify(policyDomain, wanted.get(index)).thenAccept(answer -> {
                // No answer of the DNS verifies nothing.
                if (answer instanceof Verification.Answer.Accepted accepted) {
                    verified.addAll(accepted.addresses());
                }
                verifyFrom(index + 1, wanted, policyDomain);
            });
        }
    }

    /** Only for a signature that is worth naming, see {@link FailureReporter}. */
    private void findOrganization() {
        boolean needed =
                evaluation.dmarc().alignedDkim().isEmpty() && !evaluation.dkim().isEmpty();
        if (needed && !result.isDone()) {
            var unused = discovery
                    .organizationalDomain(evaluation.dmarc().author(), dns)
                    .thenAccept(this::complete);
        } else {
            end();
        }
    }
}
