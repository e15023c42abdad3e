package org.dmarcmilter.recorded;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.spf.SpfIdentity;

/**
 * An evaluation as far as a record of the journal tells it: {@code aggregate.RecordingRules} the other way round.
 *
 * <p>The journal holds what a report may tell: no queue id, no ARC set, not who found a result. Messages that were put off, clients
 * without an address, and domains whose owner wants no reports are not in it.
 */
final class JournaledEvaluation {
    /** What the reason of an open question is called in a report. */
    private static final String TEMPORARY_ERROR = "temporary error";

    private final JournalRecord record;
    private final PublishedPolicy published;
    private final RowFacts row;
    private final Set<Gap> gaps = EnumSet.noneOf(Gap.class);

    private JournaledEvaluation(JournalRecord record) {
        this.record = record;
        this.published = record.facts().policy();
        this.row = record.facts().row();
    }

    /** @param segment where it stands */
    static RecordedMessage of(JournalRecord record, Segment segment) {
        JournaledEvaluation reading = new JournaledEvaluation(record);
        Evaluation evaluation = reading.evaluation(segment.node());
        return new RecordedMessage(segment.path().toString(), evaluation, reading.gaps);
    }

    private Evaluation evaluation(String node) {
        ReportFacts facts = record.facts();
        if (published.standard() == Standard.RFC7489) {
            gaps.add(Gap.TEST_MODE);
        }
        List<DkimSeen> dkim = new ArrayList<>(row.dkim().size());
        for (DkimAuth auth : row.dkim()) {
            DomainName.parse(auth.domain())
                    .ifPresent(domain -> dkim.add(new DkimSeen(
                            domain, true, auth.selector(), "", word(auth.result()), Source.TRUSTED_FIELD)));
        }
        ReversePath sender = ReversePath.parse(row.envelopeFrom().isEmpty() ? "<>" : "<?@" + row.envelopeFrom() + ">");
        return new Evaluation(
                "",
                node,
                record.time(),
                Optional.of(facts.client()),
                row.spf().helo() ? row.spf().domain() : "",
                sender,
                DomainName.parse(row.envelopeTo()),
                published.standard(),
                result(dkim, sender),
                dkim,
                Optional.of(spf(row.spf())),
                has(ReasonType.TRUSTED_FORWARDER) ? new ArcSeen(true, true, List.of()) : ArcSeen.NONE,
                applied(),
                overrides());
    }

    private static ResultWord word(RowFacts.AuthResult result) {
        return ResultWord.of(result.word());
    }

    private static SpfSeen spf(SpfAuth auth) {
        return new SpfSeen(
                DomainName.parse(auth.domain()),
                auth.helo() ? SpfIdentity.Scope.HELO : SpfIdentity.Scope.MAIL_FROM,
                word(auth.result()),
                Source.TRUSTED_FIELD,
                List.of());
    }

    private boolean has(ReasonType type) {
        return row.reasons().stream().anyMatch(reason -> reason.type() == type);
    }

    private Applied applied() {
        return switch (row.disposition()) {
            case REJECT -> Applied.REJECT;
            case QUARANTINE -> Applied.QUARANTINE;
            case NONE, PASS -> Applied.ACCEPT;
        };
    }

    private DmarcResult result(List<DkimSeen> dkim, ReversePath sender) {
        DomainName author = DomainName.parse(row.headerFrom()).orElse(published.domain());
        boolean inherited = !author.equals(published.domain());
        Status status = status();
        Policy asked = inherited ? published.sp() : published.p();
        boolean existenceOpen = inherited && status == Status.FAIL && published.sp() != published.np();
        if (existenceOpen) {
            gaps.add(Gap.EXISTENCE);
        }
        boolean weakened = status == Status.FAIL && (has(ReasonType.SAMPLED_OUT) || has(ReasonType.POLICY_TEST_MODE));
        return new DmarcResult(
                author,
                status,
                new Discovery.Found(
                        policyRecord(),
                        published.domain(),
                        inherited,
                        true,
                        record.facts().mistakes()),
                asked,
                weakened ? oneStepDown(asked) : asked,
                row.dkimAligned() ? Optional.of(alignedDkim(author, dkim)) : Optional.empty(),
                row.spfAligned() ? sender.domain().or(() -> Optional.of(author)) : Optional.empty(),
                "");
    }

    private Status status() {
        if (row.dkimAligned() || row.spfAligned()) {
            return Status.PASS;
        }
        boolean open = row.disposition() == Disposition.NONE
                && row.reasons().stream()
                        .anyMatch(reason -> reason.type() == ReasonType.OTHER
                                && reason.comment().equals(TEMPORARY_ERROR));
        return open ? Status.TEMPERROR : Status.FAIL;
    }

    /** RFC 7489, section 6.6.4; RFC 9989, section 4.7. */
    private static Policy oneStepDown(Policy policy) {
        return policy == Policy.REJECT ? Policy.QUARANTINE : Policy.NONE;
    }

    private static DomainName alignedDkim(DomainName author, List<DkimSeen> dkim) {
        // Signatures that say most about the author domain stand first.
        return dkim.stream()
                .filter(seen -> seen.result().equals(ResultWord.PASS))
                .map(DkimSeen::domain)
                .findFirst()
                .orElse(author);
    }

    private DmarcRecord policyRecord() {
        return new DmarcRecord(
                published.p(),
                Optional.of(published.sp()),
                Optional.of(published.np()),
                published.adkim(),
                published.aspf(),
                published.pct(),
                published.testing(),
                published.psd(),
                published.fo(),
                published.every(),
                List.of(), // whom reports go to decides nothing
                List.of());
    }

    private List<OverrideReason> overrides() {
        List<OverrideReason> reasons = new ArrayList<>(2);
        for (RowFacts.Reason reason : row.reasons()) {
            switch (reason.type()) {
                case SAMPLED_OUT -> reasons.add(OverrideReason.SAMPLED_OUT);
                case POLICY_TEST_MODE -> reasons.add(OverrideReason.POLICY_TEST_MODE);
                case TRUSTED_FORWARDER -> reasons.add(OverrideReason.TRUSTED_FORWARDER);
                case LOCAL_POLICY -> reasons.add(OverrideReason.LOCAL_POLICY);
                case MAILING_LIST, OTHER -> {
                    // No reason of the daemon's.
                }
            }
        }
        return reasons;
    }
}
