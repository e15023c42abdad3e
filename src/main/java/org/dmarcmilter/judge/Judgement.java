package org.dmarcmilter.judge;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.message.HeaderField;

/**
 * All that follows from one message: what to do with it, what to write into it, and what to write down about it.
 *
 * @param verdict what to do
 * @param headers fields to insert at the top, each above the one before
 * @param removed places of the Authentication-Results fields to delete, counted from 1 among themselves
 * @param copyTo further envelope recipients
 * @param log lines for the log, in order
 * @param evidence what counts about its authentication; empty if the message was not evaluated
 * @param evaluation of the author domain that decided; empty if none did
 * @param others of further author domains
 */
public record Judgement(
        Verdict verdict,
        List<HeaderField> headers,
        List<Integer> removed,
        List<String> copyTo,
        List<LogLine> log,
        Optional<Evidence> evidence,
        Optional<Evaluation> evaluation,
        List<Evaluation> others) {

    public Judgement {
        headers = List.copyOf(headers);
        removed = List.copyOf(removed);
        log = List.copyOf(log);
        others = List.copyOf(others);
    }

    /** A message that is decided without an evaluation. */
    static Judgement of(Verdict verdict, List<HeaderField> headers, List<LogLine> log) {
        return new Judgement(
                verdict, headers, List.of(), List.of(), log, Optional.empty(), Optional.empty(), List.of());
    }

    /** All evaluations, one for each author domain, that of the one that decided first. */
    public List<Evaluation> evaluations() {
        if (others.isEmpty()) {
            return evaluation.map(List::of).orElse(List.of());
        }
        return Stream.concat(evaluation.stream(), others.stream()).toList();
    }

    /** The DMARC result; empty if there is no author domain that decided. */
    public Optional<DmarcResult> result() {
        return evaluation.map(Evaluation::dmarc);
    }

    /** The same judgement with more to log. */
    Judgement logging(List<LogLine> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<LogLine> all = Stream.concat(log.stream(), more.stream()).toList();
        return new Judgement(verdict, headers, removed, copyTo, all, evidence, evaluation, others);
    }

    /** The same judgement with one more field, below the others. */
    Judgement announcing(HeaderField field) {
        List<HeaderField> all =
                Stream.concat(Stream.of(field), headers.stream()).toList();
        return new Judgement(verdict, all, removed, copyTo, log, evidence, evaluation, others);
    }

    /** Whether it fails, and the owner of the author domain asks for something to be done. */
    public boolean fails() {
        return result().filter(result -> result.status() == DmarcResult.Status.FAIL && result.policy() != Policy.NONE)
                .isPresent();
    }

    /** The same judgement beside the evaluations of other author domains, for each of which the same was done. */
    Judgement beside(List<Evaluation> others) {
        return new Judgement(verdict, headers, removed, copyTo, log, evidence, evaluation, others);
    }

    /** The same judgement with fields to delete, if anybody gets the message. */
    Judgement removing(List<Integer> places) {
        return verdict.delivers() && !places.isEmpty()
                ? new Judgement(verdict, headers, places, copyTo, log, evidence, evaluation, others)
                : this;
    }
}
