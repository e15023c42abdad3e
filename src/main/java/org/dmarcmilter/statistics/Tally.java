package org.dmarcmilter.statistics;

import java.util.Optional;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.Evaluation;
import org.jspecify.annotations.Nullable;

/** The counts of one name. */
public final class Tally {
    private final long[] counts = new long[Count.values().length];
    private @Nullable Policy lastPolicy;

    /** How many. */
    public long get(Count count) {
        return counts[count.place()];
    }

    /** What was asked for about the message that came last and for which there was a policy; empty if there was none. */
    public Optional<Policy> lastPolicy() {
        return Optional.ofNullable(lastPolicy);
    }

    void add(Evaluation evaluation) {
        DmarcResult result = evaluation.dmarc();
        count(Count.MESSAGES);
        count(
                switch (result.status()) {
                    case PASS -> Count.PASS;
                    case FAIL -> Count.FAIL;
                    case NONE, TEMPERROR, PERMERROR -> Count.NO_RESULT;
                });
        if (result.status() == DmarcResult.Status.PASS) {
            boolean dkim = result.alignedDkim().isPresent();
            boolean spf = result.alignedSpf().isPresent();
            count(dkim && spf ? Count.ALIGNED_BOTH : dkim ? Count.ALIGNED_DKIM : Count.ALIGNED_SPF);
        }
        if (result.discovery() instanceof Discovery.Found) {
            lastPolicy = result.policy();
            count(
                    switch (result.policy()) {
                        case NONE -> Count.POLICY_NONE;
                        case QUARANTINE -> Count.POLICY_QUARANTINE;
                        case REJECT -> Count.POLICY_REJECT;
                    });
        }
        count(of(evaluation.applied()));
    }

    private static Count of(Applied applied) {
        return switch (applied) {
            case ACCEPT -> Count.DELIVERED;
            case QUARANTINE -> Count.QUARANTINED;
            case REJECT -> Count.REJECTED;
            case TEMPFAIL -> Count.PUT_OFF;
        };
    }

    private void count(Count count) {
        counts[count.place()]++;
    }
}
