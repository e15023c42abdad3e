package org.dmarcmilter.judge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.MessageFacts;

/**
 * A message and what was decided.
 *
 * @param rules by which it was decided
 * @param facts the message
 * @param judgement the decision
 */
public record JudgedMessage(Rules rules, MessageFacts facts, Judgement judgement) {
    /** The field that IgnoreMailTo looks at. */
    public static final String RECIPIENTS = "To";

    /**
     * What OpenDMARC's history takes of it: a message that has a usable policy, with RecordAllMessages one that has none too, unless
     * IgnoreMailTo names a recipient. Nothing else that is written down depends on these options.
     */
    public Optional<Evaluation> forHistory() {
        return judgement.evaluation().filter(this::isWanted).filter(evaluation -> !isToIgnoredRecipient());
    }

    private boolean isWanted(Evaluation evaluation) {
        Status status = evaluation.dmarc().status();
        return status != Status.PERMERROR
                && (status != Status.NONE || rules.settings().history().recordAll());
    }

    /** The addresses of the first To field, as OpenDMARC compares them. */
    private boolean isToIgnoredRecipient() {
        List<String> ignored = rules.settings().exemptions().mailTo();
        return !ignored.isEmpty()
                && facts.headers().first(RECIPIENTS).stream()
                        .flatMap(to -> List.of(to.value().split("[,;]")).stream())
                        .map(JudgedMessage::bareAddress)
                        .anyMatch(address -> ignored.stream().anyMatch(address::equalsIgnoreCase));
    }

    private static String bareAddress(String member) {
        int open = member.lastIndexOf('<');
        int close = member.indexOf('>', open + 1);
        String address = open >= 0 && close > open ? member.substring(open + 1, close) : member;
        return address.strip().toLowerCase(Locale.ROOT);
    }
}
