package org.dmarcmilter.judge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.message.HeaderField;

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
        return judgement
                .evaluation()
                .filter(this::isWanted)
                .filter(evaluation -> !isTo(rules.settings().exemptions().mailTo()));
    }

    private boolean isWanted(Evaluation evaluation) {
        Status status = evaluation.dmarc().status();
        return status != Status.PERMERROR
                && (status != Status.NONE || rules.settings().history().recordAll());
    }

    /** Whether one of these addresses stands in the first To field, as OpenDMARC compares them. */
    public boolean isTo(List<String> addresses) {
        Optional<String> field = addresses.isEmpty()
                ? Optional.empty()
                : facts.headers().first(RECIPIENTS).map(HeaderField::value);
        // Most fields hold none of them, and need not be taken apart.
        return field.filter(value -> addresses.stream().anyMatch(address -> holds(value, address)))
                .filter(value -> Stream.of(value.split("[,;]"))
                        .map(JudgedMessage::bareAddress)
                        .anyMatch(address -> addresses.stream().anyMatch(address::equalsIgnoreCase)))
                .isPresent();
    }

    private static boolean holds(String value, String address) {
        for (int i = 0; i + address.length() <= value.length(); i++) {
            if (value.regionMatches(true, i, address, 0, address.length())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the envelope sender is one of these addresses; nothing proves it. */
    public boolean isFrom(List<String> addresses) {
        return addresses.stream().anyMatch(facts.sender().address()::equalsIgnoreCase);
    }

    private static String bareAddress(String member) {
        int open = member.lastIndexOf('<');
        int close = member.indexOf('>', open + 1);
        String address = open >= 0 && close > open ? member.substring(open + 1, close) : member;
        return address.strip().toLowerCase(Locale.ROOT);
    }
}
