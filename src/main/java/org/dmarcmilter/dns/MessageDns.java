package org.dmarcmilter.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * The DNS as one message sees it: each question is asked once, one deadline holds for all of them, and each answer comes on the
 * message's own thread. So whoever asks needs no lock, no clock and no value for "too late": after the deadline the answer is an
 * ordinary {@link DnsAnswer.Unavailable}, and a temporary error follows from it by the rules of SPF and DMARC.
 *
 * <p>Not safe for other threads than that one.
 */
public final class MessageDns implements DnsClient {
    /** The DNS was asked, but not for long enough, as a question had to wait for a place; or it was not asked at all. */
    private static final DnsAnswer NOT_ASKED =
            new DnsAnswer.Unavailable("not asked, or not for long enough, within the evaluation time", true);

    private static final DnsAnswer LATE = new DnsAnswer.Unavailable("no answer within the evaluation time");
    private static final Optional<DnsAnswer> UNWANTED =
            Optional.of(new DnsAnswer.Unavailable("nobody waits for the result any more"));

    private final DnsClient shared;
    private final Asker asker;
    private final Duration limit;
    private final ScheduledExecutorService loop;
    private final LongPredicate memory;
    private final Map<DnsQuestion, CompletableFuture<DnsAnswer>> answers = new LinkedHashMap<>(2);

    /** Who gets the answers that are still open. */
    private final Waiting waiting = new Waiting(this);

    private boolean clockRuns;
    private Optional<Future<?>> timer = Optional.empty();
    /** What further questions are answered, once nothing is asked any more. */
    private Optional<DnsAnswer> closed = Optional.empty();

    private boolean limitMet;

    /** What is shared outlives a message, and must not hold it and its answers once it is abandoned: it holds this. */
    private static final class Waiting {
        Optional<MessageDns> message;

        Waiting(MessageDns message) {
            this.message = Optional.of(message);
        }
    }

    /**
     * One question and its answer, for those who want to see what was asked.
     *
     * @param question what was asked
     * @param answer what came
     */
    public record Asked(DnsQuestion question, DnsAnswer answer) {}

    /**
     * @param shared the DNS of all messages
     * @param asker whose share of it this message takes
     * @param limit how long all questions together may take once the clock runs (MaxEvaluationTime)
     * @param loop the message's thread: asks, and gets the answers
     */
    public MessageDns(DnsClient shared, Asker asker, Duration limit, ScheduledExecutorService loop) {
        this(shared, asker, limit, loop, octets -> true);
    }

    /**
     * The same where memory is shared.
     *
     * @param memory asked for the octets of each answer, which the message holds from then on; if it says no, the answer never
     *     comes, as the message will be taken back
     */
    public MessageDns(
            DnsClient shared, Asker asker, Duration limit, ScheduledExecutorService loop, LongPredicate memory) {
        this.memory = memory;
        this.shared = shared;
        this.asker = asker;
        this.limit = limit;
        this.loop = loop;
    }

    /** Asks, unless this message has asked it before. On the message's thread; there comes the answer too. */
    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        CompletableFuture<DnsAnswer> known = answers.get(question);
        if (known != null) {
            return known;
        }
        if (closed.isPresent()) {
            return CompletableFuture.completedFuture(seen(closed.get()));
        }
        CompletableFuture<DnsAnswer> answer =
                onLoop(question, shared.query(question, asker).toCompletableFuture());
        answers.put(question, answer);
        if (clockRuns && !answer.isDone()) {
            startTimer();
        }
        return answer;
    }

    /** Never touches a stage that other messages share. */
    private CompletableFuture<DnsAnswer> onLoop(DnsQuestion question, CompletableFuture<DnsAnswer> everybodys) {
        if (everybodys.isDone()) {
            return mayHold(seen(everybodys.join())) ? everybodys : new CompletableFuture<>();
        }
        bring(everybodys, question, waiting, loop);
        return new CompletableFuture<>();
    }

    private static void bring(
            CompletableFuture<DnsAnswer> everybodys, DnsQuestion question, Waiting waiting, Executor loop) {
        var unused = everybodys.thenAccept(
                answer -> loop.execute(() -> waiting.message.ifPresent(message -> message.answered(question, answer))));
    }

    private void answered(DnsQuestion question, DnsAnswer answer) {
        CompletableFuture<DnsAnswer> ours = answers.get(question);
        if (ours != null && !ours.isDone() && mayHold(answer)) {
            ours.complete(seen(answer));
        }
    }

    private boolean mayHold(DnsAnswer answer) {
        return !(answer instanceof DnsAnswer.Found found) || memory.test(found.octets());
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question, Duration patience) {
        CompletableFuture<DnsAnswer> answer = query(question).toCompletableFuture();
        if (answer.isDone()) {
            return answer;
        }
        CompletableFuture<DnsAnswer> inTime = new CompletableFuture<>();
        Runnable giveUp = () -> {
            limitMet |= asker.hasWaited();
            inTime.complete(IMPATIENT);
        };
        Future<?> end = loop.schedule(giveUp, patience.toNanos(), TimeUnit.NANOSECONDS);
        var unused = answer.thenAccept(first -> {
            end.cancel(false);
            inTime.complete(first);
        });
        return inTime;
    }

    /** The whole message is there, and somebody waits: from now on the limit counts, from the first question that is open. */
    public void startClock() {
        clockRuns = true;
        for (CompletableFuture<DnsAnswer> answer : answers.values()) {
            if (!answer.isDone()) {
                startTimer();
            }
        }
    }

    private void startTimer() {
        if (timer.isEmpty()) {
            timer = Optional.of(loop.schedule(this::expire, limit.toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    private void expire() {
        if (closed.isEmpty()) {
            asker.leave();
            closed = Optional.of(NOT_ASKED);
            DnsAnswer late = asker.hasWaited() ? NOT_ASKED : LATE;
            // A copy: what depends on an answer may ask for more.
            for (CompletableFuture<DnsAnswer> answer : List.copyOf(answers.values())) {
                if (!answer.isDone()) {
                    answer.complete(seen(late));
                }
            }
        }
    }

    private DnsAnswer seen(DnsAnswer answer) {
        limitMet |= answer instanceof DnsAnswer.Unavailable unavailable && unavailable.ours();
        return answer;
    }

    /**
     * Whether a limit or a failure of ours kept an answer from this message, be it that the time for all was over before the question was
     * asked: then no answer says nothing about the DNS.
     */
    public boolean limitMet() {
        return limitMet;
    }

    /** The message is judged, or taken back: nothing is asked any more, and what is still open stays so. */
    public void abandon() {
        closed = UNWANTED;
        asker.leave();
        waiting.message = Optional.empty();
        timer.ifPresent(running -> running.cancel(false));
    }

    /** What was asked and answered so far, in the order of the questions. */
    public List<Asked> asked() {
        List<Asked> asked = new ArrayList<>();
        answers.forEach((question, answer) -> {
            if (answer.isDone()) {
                asked.add(new Asked(question, answer.join()));
            }
        });
        return asked;
    }
}
