package org.dmarcmilter.judge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
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

    private static final Pattern BETWEEN_ADDRESSES = Pattern.compile("[,;]");

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
        if (addresses.isEmpty()) {
            return false;
        }
        Optional<HeaderField> field = facts.headers().first(RECIPIENTS);
        // Most fields hold none of them, and need not be taken apart.
        return field.isPresent()
                && mayHoldOne(field.get().value(), addresses)
                && BETWEEN_ADDRESSES
                        .splitAsStream(field.get().value())
                        .map(JudgedMessage::bareAddress)
                        .anyMatch(address -> isOne(address, addresses));
    }

    private static boolean mayHoldOne(String value, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            if (mayHold(value, addresses.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Compares where the value has the character that addresses have and other text seldom; another word may stand anywhere. */
    private static boolean mayHold(String value, String address) {
        int mark = address.indexOf('@');
        if (mark < 0) {
            return true;
        }
        for (int i = value.indexOf('@'); i >= 0; i = value.indexOf('@', i + 1)) {
            if (value.regionMatches(true, i - mark, address, 0, address.length())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the envelope sender is one of these addresses; nothing proves it. */
    public boolean isFrom(List<String> addresses) {
        return isOne(facts.sender().address(), addresses);
    }

    private static boolean isOne(String address, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i).equalsIgnoreCase(address)) {
                return true;
            }
        }
        return false;
    }

    private static String bareAddress(String member) {
        int open = member.lastIndexOf('<');
        int close = member.indexOf('>', open + 1);
        String address = open >= 0 && close > open ? member.substring(open + 1, close) : member;
        return address.strip().toLowerCase(Locale.ROOT);
    }
}
