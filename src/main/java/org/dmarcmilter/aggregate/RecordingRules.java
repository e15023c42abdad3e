package org.dmarcmilter.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.Evaluation;

/**
 * Which messages aggregate reports tell of, and what: from an {@link Evaluation} to {@link ReportFacts}.
 *
 * @param scope about which domains
 * @param minimumInterval the shortest period that an owner gets who asks for it, seconds (RFC 7489)
 */
public record RecordingRules(ReportScope scope, int minimumInterval) {
    /**
     * Whether a report may tell of a message, if an address is left to send it to: makes nothing, so that a glance on the way of mail
     * costs nothing.
     */
    public boolean concern(Evaluation evaluation) {
        return evaluation.dmarc().discovery() instanceof Discovery.Found found
                && !found.record().rua().isEmpty()
                && evaluation.client().isPresent()
                && evaluation.applied() != Applied.TEMPFAIL
                && scope.covers(found.domain(), evaluation.dmarc().author());
    }

    /**
     * What a report takes of a message. Empty where there is nothing to report, or nobody to report to: no policy or none that is
     * known, no valid {@code mailto:} address of at most 2,048 characters in it, a message that comes again (4xx), a client without an address, a domain about which
     * there are no reports.
     *
     * @param ownReports whether the message is for one of our report addresses, or is a report of ours
     */
    public Optional<ReportFacts> facts(Evaluation evaluation, boolean ownReports) {
        if (!concern(evaluation) || !(evaluation.dmarc().discovery() instanceof Discovery.Found found)) {
            return Optional.empty();
        }
        List<String> rua = addresses(found.record().rua(), evaluation.standard());
        if (rua.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ReportFacts(
                policy(found, evaluation.standard()),
                rua,
                found.mistakes(),
                evaluation.client().orElseThrow(),
                row(evaluation, ownReports)));
    }

    private static List<String> addresses(List<DmarcUri> rua, Standard standard) {
        List<String> addresses = new ArrayList<>(rua.size());
        for (DmarcUri uri : rua) {
            if (uri.mailbox().isPresent()) {
                // The suffix means nothing there, and anything may stand in it.
                String address = standard == Standard.RFC9989 ? uri.uri() : uri.text();
                if (!addresses.contains(address)) {
                    addresses.add(address);
                }
            }
        }
        return ReportFacts.recordable(addresses);
    }

    private PublishedPolicy policy(Discovery.Found found, Standard standard) {
        DmarcRecord record = found.record();
        Policy sp = record.sp().orElse(record.p());
        return new PublishedPolicy(
                found.domain(),
                standard,
                standard == Standard.RFC7489 ? DiscoveryMethod.PSL : DiscoveryMethod.TREEWALK,
                record.p(),
                sp,
                record.np().orElse(sp),
                record.adkim(),
                record.aspf(),
                record.pct(),
                record.fo().isEmpty() ? List.of("0") : record.fo(),
                record.testing(),
                record.psd(),
                Period.length(standard, record.reportInterval(), minimumInterval));
    }

    /** The part of {@link #facts} that is different for each message of a client; only for one that they {@link #concern}. */
    public RowFacts row(Evaluation evaluation, boolean ownReports) {
        Outcome outcome = Outcome.of(evaluation);
        boolean rejected = evaluation.dmarc().status() == Status.FAIL && outcome.disposition() == Disposition.REJECT;
        return new RowFacts(
                outcome.disposition(),
                evaluation.dmarc().alignedDkim().isPresent(),
                evaluation.dmarc().alignedSpf().isPresent(),
                outcome.reasons(),
                evaluation.dmarc().author().ascii(),
                AuthResults.senderDomain(evaluation),
                evaluation.recipientDomain().map(DomainName::ascii).orElse(""),
                AuthResults.dkim(evaluation),
                AuthResults.spf(evaluation),
                ownReports ? Weight.OWN_REPORTS : rejected ? Weight.REJECTED : Weight.REASON);
    }
}
