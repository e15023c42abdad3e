package org.dmarcmilter.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnSpf;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * What follows from a DMARC result, once nothing is asked any more: the verdict, the fields, the log lines and the evaluation.
 * A pure function of its parts.
 *
 * @param rules the configuration that holds for the message
 * @param facts the message
 * @param evidence what counts about its authentication
 * @param result the DMARC result
 * @param limitMet whether a limit of ours kept a DNS answer from the message
 */
record Conclusion(Rules rules, MessageFacts facts, Evidence evidence, DmarcResult result, boolean limitMet) {

    /**
     * The judgement.
     *
     * @param authservId under which results are announced
     * @param before log lines from before the result was known
     */
    Judgement judgement(String authservId, List<LogLine> before) {
        Verdict verdict = Verdict.of(result, evidence.isSilent(), limitMet, arc().overrides(), handling());
        List<LogLine> log = new ArrayList<>(before.size() + 3);
        log.addAll(before);
        addLog(log);
        if (limitMet && verdict.applied() == Applied.TEMPFAIL) {
            log.add(LogLine.warning(
                    facts.logged("put off with 451: a limit of ours kept DNS questions from being asked")));
        }
        return new Judgement(
                verdict,
                headers(authservId, verdict),
                List.of(),
                copyTo(verdict),
                log,
                Optional.of(evidence),
                Optional.of(evaluation(verdict)),
                List.of());
    }

    private Settings.Handling handling() {
        return rules.settings().handling();
    }

    private ArcSeen arc() {
        return evidence.arc();
    }

    /** Our own SPF check, where the configuration asks for it; one that proves a claim is nobody else's business. */
    private Optional<OwnSpf> announced() {
        return rules.settings().spf().selfValidate() ? evidence.countingOwn() : Optional.empty();
    }

    /** OpenDMARC's lines: what SPF said, what ARC changed, the result; why, for debugging. */
    private void addLog(List<LogLine> log) {
        announced()
                .ifPresent(own -> log.add(LogLine.info(
                        facts.logged("SPF(" + (own.identity().scope() == SpfIdentity.Scope.HELO ? "helo" : "mailfrom")
                                + "): " + Printable.shortened(own.identity().domain()) + " " + own.word()))));
        arcLine().ifPresent(log::add);
        // As OpenDMARC: an error line in place of the result line.
        log.add(
                result.status() == Status.PERMERROR
                        ? LogLine.error(facts.logged("DMARC record of " + result.author() + " is unusable: " + flaw()))
                        : LogLine.info(facts.logged(
                                result.author().ascii(), result.status().word())));
        log.add(LogLine.debug(() -> facts.logged(Printable.shortened(result.reason()))));
    }

    /** What is wrong with the record, and where it is, if not at the author domain. */
    private String flaw() {
        if (!(result.discovery() instanceof Discovery.BadRecord bad)) {
            return Printable.shortened(result.reason());
        }
        String place = bad.domain().equals(result.author()) ? "" : " (at _dmarc." + bad.domain() + ")";
        return Printable.shortened(bad.reason()) + place;
    }

    private Optional<LogLine> arcLine() {
        if (!isUnwanted() || !arc().pass()) {
            return Optional.empty();
        }
        return Optional.of(LogLine.notice(facts.logged(
                arc().overrides()
                        ? "ARC pass, policy pass > overriding DMARC fail"
                        : "ARC pass, policy fail > continuing DMARC eval")));
    }

    /** Whether the owner of the author domain asks for something to be done. */
    private boolean isUnwanted() {
        return result.status() == Status.FAIL && result.policy() != Policy.NONE;
    }

    private List<HeaderField> headers(String authservId, Verdict verdict) {
        boolean signs = handling().softwareHeader() && result.status() != Status.PERMERROR;
        Optional<OwnSpf> own = announced();
        if (verdict.delivers() && !signs && own.isEmpty()) {
            return List.of(ResultFields.dmarc(authservId, result, verdict.shown()));
        }
        List<HeaderField> headers = new ArrayList<>(3);
        if (verdict.delivers()) {
            own.ifPresent(found -> headers.add(ResultFields.spf(authservId, found)));
            headers.add(ResultFields.dmarc(authservId, result, verdict.shown()));
        }
        if (signs) {
            headers.add(ResultFields.software(facts, rules.hostName()));
        }
        return headers;
    }

    /** Copies go out for what the owner wants kept away, whatever we do with it, unless nobody gets it anyway. */
    private List<String> copyTo(Verdict verdict) {
        return isUnwanted() && verdict.delivers() ? handling().copyFailuresTo() : List.of();
    }

    private Evaluation evaluation(Verdict verdict) {
        return new Evaluation(
                facts.queueId(),
                facts.mtaName(),
                rules.clock().instant(),
                facts.client().address(),
                facts.client().helo(),
                facts.sender(),
                facts.recipientDomain(),
                rules.dmarc().standard(),
                result,
                evidence.dkim(),
                evidence.spf(),
                arc(),
                verdict.applied(),
                overrides(verdict));
    }

    /** Why less is done than the owner asks for (RFC 7489, section 7.2, and appendix C). */
    private List<OverrideReason> overrides(Verdict verdict) {
        if (!isUnwanted()) {
            return List.of();
        }
        List<OverrideReason> reasons = new ArrayList<>(2);
        if (result.sampledOut()) {
            boolean testing = result.discovery() instanceof Discovery.Found found
                    && found.record().testing();
            reasons.add(testing ? OverrideReason.POLICY_TEST_MODE : OverrideReason.SAMPLED_OUT);
        }
        if (arc().overrides()) {
            reasons.add(OverrideReason.TRUSTED_FORWARDER);
        } else if (result.disposition() != Policy.NONE && verdict.applied() == Applied.ACCEPT) {
            reasons.add(OverrideReason.LOCAL_POLICY);
        }
        return reasons;
    }
}
