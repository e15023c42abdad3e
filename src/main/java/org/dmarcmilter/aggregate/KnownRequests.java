package org.dmarcmilter.aggregate;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Evaluation;

/**
 * What was made of an owner's policy, addresses and mistakes, remembered for as long as his DNS record is the same object: that is as
 * long as the DNS cache has it. At a bound everything is forgotten. For one thread at a time.
 *
 * @param <T> what is made of them
 */
public final class KnownRequests<T> {
    private static final int MAX_DOMAINS = 500;

    private record Known<T>(DmarcRecord record, RecordingRules rules, Standard standard, Optional<T> made) {
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(DmarcRecord record, RecordingRules rules, Standard standard) {
            return this.record == record && this.rules == rules && this.standard == standard;
        }
    }

    private final Function<ReportFacts, T> maker;
    private final Map<DomainName, Known<T>> known = new HashMap<>();

    /** @param maker to which client and row mean nothing */
    public KnownRequests(Function<ReportFacts, T> maker) {
        this.maker = maker;
    }

    /** What is made for a message that the rules concern; empty if there is nobody to report to. */
    public Optional<T> of(Evaluation evaluation, RecordingRules rules) {
        if (!(evaluation.dmarc().discovery() instanceof Discovery.Found found)) {
            return Optional.empty();
        }
        Known<T> before = known.get(found.domain());
        if (before != null && before.isOf(found.record(), rules, evaluation.standard())) {
            return before.made();
        }
        if (known.size() >= MAX_DOMAINS) {
            known.clear();
        }
        Optional<T> made = rules.facts(evaluation, false).map(maker);
        known.put(found.domain(), new Known<>(found.record(), rules, evaluation.standard(), made));
        return made;
    }
}
