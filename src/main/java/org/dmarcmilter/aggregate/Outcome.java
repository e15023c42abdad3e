package org.dmarcmilter.aggregate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;

/**
 * What was done with a message, and why that is not what its author domain asks for (RFC 7489, section 7.2; RFC 9990, sections 3.1.1.8
 * and 3.1.1.6).
 */
record Outcome(Disposition disposition, List<Reason> reasons) {
    /** A chain can have fifty; a comment has room for some. */
    private static final int MAX_ARC_SETS = 3;

    /** The outcome of a message that does not come again. */
    static Outcome of(Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        List<Reason> reasons = new ArrayList<>();
        if (result.status() == Status.TEMPERROR && result.policy() != Policy.NONE) {
            reasons.add(new Reason(ReasonType.OTHER, "temporary error"));
        }
        for (int i = 0; i < evaluation.overrides().size(); i++) {
            switch (evaluation.overrides().get(i)) {
                case SAMPLED_OUT -> reasons.add(new Reason(ReasonType.SAMPLED_OUT, "sampled out, pct=" + pct(result)));
                case POLICY_TEST_MODE -> reasons.add(new Reason(ReasonType.POLICY_TEST_MODE, "t=y"));
                case TRUSTED_FORWARDER ->
                    reasons.add(new Reason(ReasonType.TRUSTED_FORWARDER, arcComment(evaluation.arc())));
                case LOCAL_POLICY -> {
                    // Said below, from what was done in the end, be it for the sake of another author domain.
                }
            }
        }
        Optional<String> local = localPolicy(evaluation);
        if (local.isPresent()) {
            reasons.add(new Reason(ReasonType.LOCAL_POLICY, local.get()));
        }
        return new Outcome(disposition(evaluation), reasons);
    }

    private static int pct(DmarcResult result) {
        return result.discovery() instanceof Discovery.Found found
                ? found.record().pct()
                : 100;
    }

    private static Disposition disposition(Evaluation evaluation) {
        boolean passes =
                evaluation.dmarc().status() == Status.PASS && evaluation.dmarc().policy() != Policy.NONE;
        return switch (evaluation.applied()) {
            case REJECT -> Disposition.REJECT;
            case QUARANTINE -> Disposition.QUARANTINE;
            case ACCEPT, TEMPFAIL -> passes ? Disposition.PASS : Disposition.NONE;
        };
    }

    /** Where less or more was done than the policy says, once sampling, test mode and ARC are told. */
    private static Optional<String> localPolicy(Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        Policy asked = result.status() == Status.FAIL ? result.toApply() : Policy.NONE;
        Policy done = switch (evaluation.applied()) {
            case REJECT -> Policy.REJECT;
            case QUARANTINE -> Policy.QUARANTINE;
            case ACCEPT, TEMPFAIL -> Policy.NONE;
        };
        if (done == asked) {
            return Optional.empty();
        }
        if (done.compareTo(asked) > 0) {
            return Optional.of("policy of another author domain");
        }
        if (done == Policy.QUARANTINE) {
            return Optional.of("reject treated as quarantine");
        }
        return evaluation.overrides().contains(OverrideReason.TRUSTED_FORWARDER)
                ? Optional.empty()
                : Optional.of(asked.word() + " not enforced");
    }

    /** In OpenDMARC's words, which readers of its reports know: the last sealer first. */
    private static String arcComment(ArcSeen arc) {
        List<String> seals = arc.sets().stream()
                .sorted(Comparator.comparingInt(ArcSet::instance).reversed())
                .limit(MAX_ARC_SETS)
                .map(set -> " as[" + set.instance() + "].d=" + HarmlessText.domain(set.sealer()) + " as["
                        + set.instance() + "].s=" + HarmlessText.nameOrNothing(set.selector()))
                .toList();
        String client = arc.sets().stream()
                .filter(set -> set.instance() == 1)
                .findFirst()
                .flatMap(set -> IpAddress.parse(set.clientIp()))
                .map(address -> " client-ip[1]=" + address.text())
                .orElse("");
        String begin = "arc=pass";
        int room = HarmlessText.MAX_COMMENT - begin.length() - client.length();
        return begin + String.join("", HarmlessText.whole(seals, MAX_ARC_SETS, room)) + client;
    }
}
