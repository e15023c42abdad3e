package org.dmarcmilter.daemon;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.Ignored;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.metrics.Tally;
import org.dmarcmilter.spf.SpfResult;
import org.dmarcmilter.status.Measure;

/** Counts what was judged, on the event loops: all counters are there from the beginning, in arrays, and a message only adds to some. */
@SuppressWarnings("EnumOrdinal") // An array is what costs nothing; no ordinal leaves the program.
final class MessageCounters {
    /** Of a message that was decided without an evaluation. */
    static final String UNEVALUATED = "unevaluated";

    private static final Status[] RESULTS = Status.values();
    /** In the order of the results; the last one is for those without. */
    private static final Measure[] MEASURED_RESULTS = {
        Measure.PASS, Measure.FAIL, Measure.NONE, Measure.TEMPERROR, Measure.PERMERROR, Measure.UNEVALUATED
    };

    private static final Policy[] POLICIES = Policy.values();
    private static final Applied[] DONE = Applied.values();
    private static final Standard[] STANDARDS = Standard.values();
    private static final Source[] SOURCES = Source.values();

    /** Any other word is the last of them. */
    private static final ResultWord[] WORDS = {
        ResultWord.PASS,
        ResultWord.FAIL,
        ResultWord.SOFTFAIL,
        ResultWord.NEUTRAL,
        ResultWord.NONE,
        ResultWord.POLICY,
        ResultWord.TEMPERROR,
        ResultWord.PERMERROR,
        ResultWord.of("other")
    };

    /** What was believed about. */
    enum Method {
        SPF,
        DKIM
    }

    private final LongAdder[] messages = adders((RESULTS.length + 1) * DONE.length);
    private final LongAdder[] verdicts = adders(RESULTS.length * POLICIES.length * DONE.length * STANDARDS.length);
    private final LongAdder[] believed = adders(Method.values().length * SOURCES.length * WORDS.length);
    private final Tally<OverrideReason> overrides = new Tally<>(OverrideReason.class);
    private final Tally<Ignored> ignored = new Tally<>(Ignored.class);
    private final Tally<SpfResult.Code> ownSpf = new Tally<>(SpfResult.Code.class);
    private final LongAdder[] ownDkim = adders(WORDS.length);
    private final LongAdder disbelieved = new LongAdder();

    private static LongAdder[] adders(int number) {
        LongAdder[] adders = new LongAdder[number];
        for (int i = 0; i < number; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    /** Counts one message. */
    void count(Judgement judgement) {
        Optional<Evaluation> evaluation = judgement.evaluation();
        int done = judgement.verdict().applied().ordinal();
        int result = evaluation.isPresent() ? evaluation.get().dmarc().status().ordinal() : RESULTS.length;
        messages[result * DONE.length + done].increment();
        if (evaluation.isPresent()) {
            count(evaluation.get());
        }
        List<Evaluation> others = judgement.others();
        for (int i = 0; i < others.size(); i++) {
            count(others.get(i));
        }
        Optional<Evidence> evidence = judgement.evidence();
        if (evidence.isPresent()) {
            count(evidence.get());
        }
    }

    private void count(Evaluation evaluation) {
        DmarcResult dmarc = evaluation.dmarc();
        verdicts[verdict(dmarc.status(), dmarc.policy(), evaluation.applied(), evaluation.standard())].increment();
        List<OverrideReason> reasons = evaluation.overrides();
        for (int i = 0; i < reasons.size(); i++) {
            overrides.count(reasons.get(i));
        }
    }

    private void count(Evidence evidence) {
        List<DkimSeen> dkim = evidence.dkim();
        for (int i = 0; i < dkim.size(); i++) {
            believed[believed(Method.DKIM, dkim.get(i).source(), dkim.get(i).result())].increment();
        }
        if (evidence.spf().isPresent()) {
            SpfSeen spf = evidence.spf().get();
            believed[believed(Method.SPF, spf.source(), spf.result())].increment();
        }
        if (evidence.own().isPresent()) {
            ownSpf.count(evidence.own().get().result().code());
        }
        if (evidence.ownDkim().isPresent()) {
            // The same list: where we check DKIM, our results are what counts.
            for (int i = 0; i < dkim.size(); i++) {
                ownDkim[word(dkim.get(i).result())].increment();
            }
        }
        List<Ignored> causes = evidence.fields().ignored();
        for (int i = 0; i < causes.size(); i++) {
            ignored.count(causes.get(i));
        }
        if (evidence.fields().disbelieved().isPresent()) {
            disbelieved.increment();
        }
    }

    private static int verdict(Status result, Policy policy, Applied done, Standard standard) {
        return ((result.ordinal() * POLICIES.length + policy.ordinal()) * DONE.length + done.ordinal())
                        * STANDARDS.length
                + standard.ordinal();
    }

    private static int believed(Method method, Source source, ResultWord result) {
        return (method.ordinal() * SOURCES.length + source.ordinal()) * WORDS.length + word(result);
    }

    private static int word(ResultWord result) {
        int word = 0;
        while (word < WORDS.length - 1 && !WORDS[word].equals(result)) {
            word++;
        }
        return word;
    }

    /** Takes one number and what it is about. */
    interface Reader {
        void read(long number, String... words);
    }

    /** Messages by result and by what was done. */
    void messages(Reader to) {
        for (int result = 0; result <= RESULTS.length; result++) {
            for (Applied done : DONE) {
                to.read(
                        messages[result * DONE.length + done.ordinal()].sum(),
                        result < RESULTS.length ? RESULTS[result].word() : UNEVALUATED,
                        done.word());
            }
        }
    }

    /** Puts in how many messages had each result, and with how many what was done. */
    void add(Map<Measure, Long> to) {
        for (int result = 0; result <= RESULTS.length; result++) {
            for (Applied done : DONE) {
                long number = messages[result * DONE.length + done.ordinal()].sum();
                to.merge(MEASURED_RESULTS[result], number, Long::sum);
                measure(done).ifPresent(measure -> to.merge(measure, number, Long::sum));
            }
        }
    }

    private static Optional<Measure> measure(Applied done) {
        return switch (done) {
            case ACCEPT -> Optional.empty();
            case QUARANTINE -> Optional.of(Measure.QUARANTINED);
            case REJECT -> Optional.of(Measure.REJECTED);
            case TEMPFAIL -> Optional.of(Measure.PUT_OFF);
        };
    }

    /** Author domains by result, policy, what was done and standard; those that there were. */
    void verdicts(Reader to) {
        for (Status result : RESULTS) {
            for (Policy policy : POLICIES) {
                for (Applied done : DONE) {
                    for (Standard standard : STANDARDS) {
                        long number = verdicts[verdict(result, policy, done, standard)].sum();
                        if (number > 0) {
                            to.read(number, result.word(), policy.word(), disposition(done), word(standard));
                        }
                    }
                }
            }
        }
    }

    /** The word of aggregate reports (RFC 9990, section 3.1), which have none for a message that comes again. */
    private static String disposition(Applied done) {
        return done == Applied.ACCEPT ? Policy.NONE.word() : done.word();
    }

    /** Results that counted, by method, who said so and result; those that there were. */
    void believed(Reader to) {
        for (Method method : Method.values()) {
            for (Source source : SOURCES) {
                for (ResultWord result : WORDS) {
                    long number = believed[believed(method, source, result)].sum();
                    if (number > 0) {
                        to.read(number, word(method), word(source), result.text());
                    }
                }
            }
        }
    }

    /** Why less was done than asked for. */
    Tally<OverrideReason> overrides() {
        return overrides;
    }

    /** What did not count. */
    Tally<Ignored> ignored() {
        return ignored;
    }

    /** Our own SPF checks, whether or not they counted, and the signatures that we verified, by method and result. */
    void own(Reader to) {
        for (SpfResult.Code code : SpfResult.Code.values()) {
            to.read(ownSpf.of(code), word(Method.SPF), code.word());
        }
        for (int i = 0; i < WORDS.length; i++) {
            to.read(ownDkim[i].sum(), word(Method.DKIM), WORDS[i].text());
        }
    }

    /** Messages whose trusted fields were not believed. */
    long disbelieved() {
        return disbelieved.sum();
    }

    /** A constant as the value of a label. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
