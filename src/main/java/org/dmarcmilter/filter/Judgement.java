package org.dmarcmilter.filter;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.history.Evaluation;
import org.dmarcmilter.message.HeaderField;

/**
 * All that follows from one message: what to do with it, what to write into it, and what to write down about it.
 *
 * @param verdict what to do
 * @param headers fields to insert at the top, each above the one before
 * @param copyTo a further envelope recipient
 * @param log lines for the log, in order
 * @param evidence what trusted checkers said; empty if the message was not evaluated
 * @param self our own SPF check, if there was one
 * @param result the DMARC result; empty if there is no author domain to evaluate
 * @param evaluation what goes into history and reports; empty if the message is not recorded
 */
public record Judgement(
        Verdict verdict,
        List<HeaderField> headers,
        Optional<String> copyTo,
        List<LogLine> log,
        Optional<Evidence> evidence,
        Optional<SelfCheck> self,
        Optional<DmarcResult> result,
        Optional<Evaluation> evaluation) {
    public Judgement {
        headers = List.copyOf(headers);
        log = List.copyOf(log);
    }

    /** A message that is decided without an evaluation. */
    static Judgement of(Verdict verdict, List<HeaderField> headers, List<LogLine> log) {
        return new Judgement(
                verdict,
                headers,
                Optional.empty(),
                log,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
