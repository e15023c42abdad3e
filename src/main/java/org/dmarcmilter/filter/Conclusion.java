package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.history.Evaluation;
import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.text.Printable;

/**
 * What follows from a DMARC result, once nothing is asked any more: the decision, the fields, the log lines and the record.
 * A pure function of its parts.
 *
 * @param policy the configuration that holds for the message
 * @param facts the message
 * @param evidence what trusted checkers said
 * @param self the own SPF check, if there was one
 * @param result the DMARC result
 */
record Conclusion(
        LocalPolicy policy, MessageFacts facts, Evidence evidence, Optional<SelfCheck> self, DmarcResult result) {

    /**
     * The judgement.
     *
     * @param authservId under which results are announced
     * @param before log lines from before the result was known
     */
    Judgement judgement(String authservId, List<LogLine> before) {
        Decision decision = Decision.of(result, evidence.arc().overrides(), handling());
        List<LogLine> log = new ArrayList<>(before);
        addLog(log);
        return new Judgement(
                decision.verdict(),
                headers(authservId, decision),
                copyTo(decision),
                log,
                Optional.of(evidence),
                self,
                Optional.of(result),
                isRecorded() ? Optional.of(evaluation(decision)) : Optional.empty());
    }

    private Settings.Handling handling() {
        return policy.settings().handling();
    }

    /** OpenDMARC's lines: what SPF said, what ARC changed, the result; why, for debugging. */
    private void addLog(List<LogLine> log) {
        self.filter(SelfCheck::announced)
                .ifPresent(check ->
                        log.add(LogLine.info(facts.logged("SPF(" + (check.scope() == Scope.HELO ? "helo" : "mailfrom")
                                + "): " + Printable.shortened(check.identity()) + " " + check.word()))));
        arcLine().ifPresent(log::add);
        String reason = Printable.shortened(result.reason());
        // As OpenDMARC: an error line in place of the result line.
        log.add(
                result.status() == Status.PERMERROR
                        ? LogLine.error(facts.logged("DMARC record of " + result.author() + " is unusable: " + flaw()))
                        : LogLine.info(facts.logged(
                                result.author() + " " + result.status().word())));
        log.add(LogLine.debug(facts.logged(reason)));
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
        if (!isUnwanted() || !evidence.arc().pass()) {
            return Optional.empty();
        }
        return Optional.of(LogLine.notice(facts.logged(
                evidence.arc().overrides()
                        ? "ARC pass, policy pass > overriding DMARC fail"
                        : "ARC pass, policy fail > continuing DMARC eval")));
    }

    /** Whether the owner of the author domain asks for something to be done. */
    private boolean isUnwanted() {
        return result.status() == Status.FAIL && result.policy() != Policy.NONE;
    }

    private List<HeaderField> headers(String authservId, Decision decision) {
        List<HeaderField> headers = new ArrayList<>(3);
        if (decision.verdict().delivers()) {
            self.filter(SelfCheck::announced)
                    .ifPresent(check ->
                            headers.add(ResultFields.spf(authservId, check.word(), check.scope(), check.identity())));
            headers.add(ResultFields.dmarc(authservId, result, decision.shown()));
        }
        if (handling().softwareHeader() && result.status() != Status.PERMERROR) {
            headers.add(ResultFields.software(facts, policy.hostName()));
        }
        return headers;
    }

    /** Copies go out for what the owner wants kept away, whatever we do with it, unless nobody gets it anyway. */
    private Optional<String> copyTo(Decision decision) {
        return isUnwanted() && decision.verdict().delivers() ? handling().copyFailuresTo() : Optional.empty();
    }

    private Evaluation evaluation(Decision decision) {
        Optional<Evaluation.Spf> spf = self.map(
                        check -> new Evaluation.Spf(check.word(), check.scope(), check.records()))
                .or(() -> evidence.spf().map(seen -> new Evaluation.Spf(seen.result(), seen.scope())));
        return new Evaluation(
                facts.jobId(),
                facts.mtaName(),
                policy.clock().instant(),
                facts.client().address().orElse("127.0.0.1"),
                facts.sender().domain().map(DomainName::ascii).orElse(""),
                evidence.dkimResults(),
                spf,
                result,
                evidence.arc(),
                decision.action());
    }

    private boolean isRecorded() {
        boolean hasPolicy = result.status() != Status.PERMERROR
                && (result.status() != Status.NONE
                        || policy.settings().history().recordAll());
        return hasPolicy && !isToIgnoredRecipient();
    }

    /** IgnoreMailTo: the addresses of the first To field, as OpenDMARC compares them. */
    private boolean isToIgnoredRecipient() {
        List<String> ignored = policy.settings().exemptions().mailTo();
        return !ignored.isEmpty()
                && facts.headers().first("To").stream()
                        .flatMap(to -> List.of(to.value().split("[,;]")).stream())
                        .map(Conclusion::bareAddress)
                        .anyMatch(address -> ignored.stream().anyMatch(address::equalsIgnoreCase));
    }

    private static String bareAddress(String member) {
        int open = member.lastIndexOf('<');
        int close = member.indexOf('>', open + 1);
        String address = open >= 0 && close > open ? member.substring(open + 1, close) : member;
        return address.strip().toLowerCase(Locale.ROOT);
    }
}
