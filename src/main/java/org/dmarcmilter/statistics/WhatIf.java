package org.dmarcmilter.statistics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.Alignment;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.recorded.Gap;
import org.dmarcmilter.recorded.RecordedMessage;

/**
 * What two configurations do with a recorded message, by the daemon's own rules: {@link DmarcEvaluator#decide} and {@link Verdict#of}.
 *
 * <p>Where the record does not say what a rule asks for, each answer that is possible is tried. If all come to the same, that is what
 * would happen; if not, it is not known, and nothing is guessed.
 */
public final class WhatIf {
    /** Why it is not known. */
    public enum Cause {
        /** Results under other authserv-ids are not recorded. */
        OTHER_RESULTS("results under other authserv-ids are not recorded"),
        /** The other text finds records and organizational domains by other questions, and has other tags. */
        OTHER_STANDARD("records at other names, and tags that only the other standard has, are not recorded"),
        /** No policy, or no answer. */
        ANSWER("the record has one number for no policy and no answer of the DNS"),
        /** pct. */
        SAMPLING("whether pct= left the message out is not recorded"),
        /** sp or np. */
        EXISTENCE("whether the author domain exists (sp= or np=) is not recorded"),
        /** OnMissingResults. */
        SILENCE("whether any checker said something is not recorded");

        private final String words;

        Cause(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /**
     * What becomes of one message.
     *
     * @param change what is done; where several things are possible, what was done, twice
     * @param notKnown why it is not known whether, or what, is changed; empty if it is known
     */
    public record Fate(Change change, Optional<Cause> notKnown) {}

    /** What is done by the one configuration and by the other. */
    public record Change(Applied now, Applied then) {}

    private final Settings now;
    private final Settings then;
    private final boolean otherTrust;

    /** From one configuration to another. Only handling, trusted authserv-ids and the standard are looked at. */
    public WhatIf(Settings now, Settings then) {
        this.now = now;
        this.then = then;
        this.otherTrust = !now.identity().trusted().equals(then.identity().trusted());
    }

    /** What becomes of a message. */
    public Fate of(RecordedMessage message) {
        Evaluation evaluation = message.evaluation();
        Set<Change> changes = new HashSet<>(4);
        for (DmarcResult recorded : possible(message)) {
            List<DmarcResult> before = under(standard(now), recorded, message);
            List<DmarcResult> after =
                    standard(now) == standard(then) ? before : under(standard(then), recorded, message);
            boolean same = after == before && !otherTrust;
            for (int i = 0; i < before.size(); i++) {
                DmarcResult one = before.get(i);
                List<DmarcResult> others = same ? List.of(one) : otherTrust ? anyOf(after) : after;
                for (DmarcResult other : others) {
                    changes.add(change(one, other, false, evaluation));
                    if (maySilent(evaluation)) {
                        changes.add(change(one, other, true, evaluation));
                    }
                }
            }
        }
        if (changes.size() == 1) {
            return new Fate(changes.iterator().next(), Optional.empty());
        }
        boolean nothing = changes.stream().allMatch(change -> change.now() == change.then());
        return new Fate(
                new Change(evaluation.applied(), evaluation.applied()),
                nothing ? Optional.empty() : Optional.of(cause(message)));
    }

    private Change change(DmarcResult before, DmarcResult after, boolean silent, Evaluation evaluation) {
        return new Change(applied(before, silent, evaluation, now), applied(after, silent, evaluation, then));
    }

    private static Standard standard(Settings settings) {
        return settings.dns().treeWalk() ? Standard.RFC9989 : Standard.RFC7489;
    }

    private static Applied applied(DmarcResult result, boolean silent, Evaluation evaluation, Settings settings) {
        return Verdict.of(result, silent, false, evaluation.arc().overrides(), settings.handling())
                .applied();
    }

    /** Whether perhaps no checker said anything; where the configurations do not care it is no question. */
    private boolean maySilent(Evaluation evaluation) {
        return (now.handling().onMissingResults() != Settings.OnMissingResults.FAIL
                        || then.handling().onMissingResults() != Settings.OnMissingResults.FAIL)
                && evaluation.dkim().isEmpty()
                && evaluation
                        .spf()
                        .filter(spf -> !spf.result().equals(ResultWord.NONE))
                        .isEmpty();
    }

    /** The results that the record may stand for. */
    private static List<DmarcResult> possible(RecordedMessage message) {
        DmarcResult result = message.evaluation().dmarc();
        List<DmarcResult> results = new ArrayList<>(4);
        if (message.leavesOpen(Gap.ANSWER)) {
            if (message.evaluation().applied() != Applied.TEMPFAIL) {
                results.add(result);
            }
            results.add(with(result, Status.TEMPERROR, Policy.REJECT, Policy.REJECT));
            results.add(with(result, Status.TEMPERROR, Policy.QUARANTINE, Policy.QUARANTINE));
            return results;
        }
        // OpenDMARC delivers what pct=0 leaves out, and so a history file says; by the rule it is one step less.
        results.add(
                result.sampledOut()
                        ? with(result, Status.FAIL, result.policy(), oneStepDown(result.policy()))
                        : result);
        if (result.status() == Status.FAIL && message.leavesOpen(Gap.EXISTENCE)) {
            policyRecord(result)
                    .flatMap(DmarcRecord::np)
                    .ifPresent(np ->
                            results.add(with(result, Status.FAIL, np, result.sampledOut() ? oneStepDown(np) : np)));
        }
        if (result.status() == Status.FAIL && message.leavesOpen(Gap.SAMPLING)) {
            results.add(with(result, Status.FAIL, result.policy(), oneStepDown(result.policy())));
        }
        return results;
    }

    /** RFC 7489, section 6.6.4; RFC 9989, section 4.7. */
    private static Policy oneStepDown(Policy policy) {
        return policy == Policy.REJECT ? Policy.QUARANTINE : Policy.NONE;
    }

    private static DmarcResult with(DmarcResult result, Status status, Policy policy, Policy toApply) {
        return new DmarcResult(
                result.author(),
                status,
                result.discovery(),
                policy,
                toApply,
                result.alignedDkim(),
                result.alignedSpf(),
                result.why());
    }

    private static Optional<DmarcRecord> policyRecord(DmarcResult result) {
        return result.discovery() instanceof Discovery.Found found ? Optional.of(found.record()) : Optional.empty();
    }

    /** Whatever other fields may say: each result under the same policy. Without a policy there is nothing that they could change. */
    private static List<DmarcResult> anyOf(List<DmarcResult> results) {
        List<DmarcResult> all = new ArrayList<>();
        for (DmarcResult result : results) {
            if (result.status() == Status.NONE || result.status() == Status.PERMERROR) {
                all.add(result);
                continue;
            }
            all.add(with(result, Status.PASS, result.policy(), result.toApply()));
            all.add(with(result, Status.FAIL, result.policy(), result.toApply()));
            all.add(with(result, Status.TEMPERROR, result.policy(), result.toApply()));
            if (policyRecord(result).filter(record -> record.pct() < 100).isPresent()) {
                Policy less = oneStepDown(result.policy());
                all.add(with(result, Status.FAIL, result.policy(), less));
                all.add(with(result, Status.TEMPERROR, result.policy(), less));
            }
        }
        return all;
    }

    /**
     * What a result is under a standard, as far as the record tells it. The other standard asks at other names: only a record at the
     * author domain itself is found by both, and only an identifier that is the author domain, or shares nothing with it, is aligned, or
     * not, by both.
     */
    private List<DmarcResult> under(Standard standard, DmarcResult recorded, RecordedMessage message) {
        Standard judgedBy = message.leavesOpen(Gap.STANDARD)
                ? standard(now)
                : message.evaluation().standard();
        if (judgedBy == standard) {
            return List.of(recorded);
        }
        List<AuthenticatedIdentifier> identifiers = identifiers(message.evaluation());
        if (recorded.discovery() instanceof Discovery.Found found && !found.inherited()) {
            List<DmarcResult> results = new ArrayList<>();
            for (DmarcRecord record : readBy(standard, found.record(), message)) {
                Discovery.Found same = new Discovery.Found(record, found.domain(), false, true, List.of());
                for (Map<DomainName, DomainName> organizations : alignments(recorded.author(), identifiers)) {
                    for (int sample : record.pct() == 100 ? new int[] {0} : new int[] {0, 99}) {
                        results.add(DmarcEvaluator.decide(
                                recorded.author(), same, identifiers, organizations, () -> sample, standard));
                    }
                }
            }
            return results;
        }
        boolean passesAnyway = identifiers.stream()
                .anyMatch(identifier -> identifier.outcome() == Outcome.PASS
                        && !identifier.relaxedOnly()
                        && identifier.domain().equals(recorded.author()));
        DmarcResult none = with(recorded, Status.NONE, Policy.NONE, Policy.NONE);
        return passesAnyway
                ? List.of(none)
                : List.of(
                        none,
                        with(recorded, Status.FAIL, Policy.REJECT, Policy.REJECT),
                        with(recorded, Status.FAIL, Policy.QUARANTINE, Policy.QUARANTINE),
                        with(recorded, Status.TEMPERROR, Policy.REJECT, Policy.REJECT));
    }

    /** The record with the tags that the standard has: t, which may be recorded, or pct. */
    private static List<DmarcRecord> readBy(Standard standard, DmarcRecord record, RecordedMessage message) {
        if (standard == Standard.RFC7489) {
            return List.of(tags(record, 100, false), tags(record, 50, false));
        }
        return message.leavesOpen(Gap.TEST_MODE)
                ? List.of(tags(record, 100, false), tags(record, 100, true))
                : List.of(tags(record, 100, record.testing()));
    }

    private static DmarcRecord tags(DmarcRecord record, int pct, boolean testing) {
        return new DmarcRecord(
                record.p(),
                record.sp(),
                record.np(),
                record.adkim(),
                record.aspf(),
                pct,
                testing,
                record.psd(),
                record.fo(),
                record.reportInterval(),
                record.rua(),
                record.ruf());
    }

    /**
     * The organizational domains that may come out: none that is the author's, all of them, and only those of identifiers with a
     * temporary error, so that each result that is possible is among those that follow.
     */
    private static List<Map<DomainName, DomainName>> alignments(
            DomainName author, List<AuthenticatedIdentifier> identifiers) {
        Map<DomainName, DomainName> none = new HashMap<>();
        Map<DomainName, DomainName> all = new HashMap<>();
        Map<DomainName, DomainName> open = new HashMap<>();
        List.of(none, all, open).forEach(organizations -> organizations.put(author, author));
        for (AuthenticatedIdentifier identifier : identifiers) {
            DomainName domain = identifier.domain();
            if (Alignment.shareTopLevel(author, domain) && !domain.equals(author)) {
                none.put(domain, domain);
                all.put(domain, author);
                open.put(domain, identifier.outcome() == Outcome.TEMPORARY_ERROR ? author : domain);
            }
        }
        return all.equals(none) ? List.of(none) : List.of(none, all, open);
    }

    private static List<AuthenticatedIdentifier> identifiers(Evaluation evaluation) {
        List<AuthenticatedIdentifier> identifiers =
                new ArrayList<>(evaluation.dkim().size() + 1);
        for (DkimSeen dkim : evaluation.dkim()) {
            identifiers.add(dkim.identifier());
        }
        evaluation.spf().flatMap(SpfSeen::identifier).ifPresent(identifiers::add);
        return identifiers;
    }

    /** What made it unknown, the most first. */
    private Cause cause(RecordedMessage message) {
        if (otherTrust) {
            return Cause.OTHER_RESULTS;
        }
        boolean otherwise =
                !message.leavesOpen(Gap.STANDARD) && message.evaluation().standard() != standard(now);
        if (standard(now) != standard(then) || otherwise) {
            return Cause.OTHER_STANDARD;
        }
        if (message.leavesOpen(Gap.ANSWER)) {
            return Cause.ANSWER;
        }
        if (message.leavesOpen(Gap.SAMPLING)) {
            return Cause.SAMPLING;
        }
        return message.leavesOpen(Gap.EXISTENCE) ? Cause.EXISTENCE : Cause.SILENCE;
    }
}
