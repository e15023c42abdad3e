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
    private static final DnsAnswer LATE = new DnsAnswer.Unavailable("no answer within the evaluation time");
    private static final DnsAnswer UNWANTED = new DnsAnswer.Unavailable("nobody waits for the result any more");

    private final DnsClient shared;
    private final Duration limit;
    private final ScheduledExecutorService loop;
    private final LongPredicate memory;
    private final Map<DnsQuestion, CompletableFuture<DnsAnswer>> answers = new LinkedHashMap<>();

    /** Who gets the answers that are still open. */
    private final Waiting waiting = new Waiting(this);

    private boolean clockRuns;
    private Optional<Future<?>> timer = Optional.empty();
    /** What further questions are answered, once nothing is asked any more. */
    private Optional<DnsAnswer> closed = Optional.empty();

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
     * @param limit how long all questions together may take once the clock runs (MaxEvaluationTime)
     * @param loop the message's thread: asks, and gets the answers
     */
    public MessageDns(DnsClient shared, Duration limit, ScheduledExecutorService loop) {
        this(shared, limit, loop, octets -> true);
    }

    /**
     * The same where memory is shared.
     *
     * @param memory asked for the octets of each answer, which the message holds from then on; if it says no, the answer never
     *     comes, as the message will be taken back
     */
    public MessageDns(DnsClient shared, Duration limit, ScheduledExecutorService loop, LongPredicate memory) {
        this.memory = memory;
        this.shared = shared;
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
            return CompletableFuture.completedFuture(closed.get());
        }
        CompletableFuture<DnsAnswer> answer =
                onLoop(question, shared.query(question).toCompletableFuture());
        answers.put(question, answer);
        if (clockRuns && !answer.isDone()) {
            startTimer();
        }
        return answer;
    }

    /** Never touches a stage that other messages share. */
    private CompletableFuture<DnsAnswer> onLoop(DnsQuestion question, CompletableFuture<DnsAnswer> everybodys) {
        if (everybodys.isDone()) {
            return mayHold(everybodys.join()) ? everybodys : new CompletableFuture<>();
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
            ours.complete(answer);
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
        Future<?> end = loop.schedule(() -> inTime.complete(IMPATIENT), patience.toNanos(), TimeUnit.NANOSECONDS);
        var unused = answer.thenAccept(first -> {
            end.cancel(false);
            inTime.complete(first);
        });
        return inTime;
    }

    /** The whole message is there, and somebody waits: from now on the limit counts, from the first question that is open. */
    public void startClock() {
        clockRuns = true;
        if (answers.values().stream().anyMatch(answer -> !answer.isDone())) {
            startTimer();
        }
    }

    private void startTimer() {
        if (timer.isEmpty()) {
            timer = Optional.of(loop.schedule(this::expire, limit.toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    private void expire() {
        if (closed.isEmpty()) {
            closed = Optional.of(LATE);
            // A copy: what depends on an answer may ask for more.
            List.copyOf(answers.values()).forEach(answer -> answer.complete(LATE));
        }
    }

    /** The message is judged, or taken back: nothing is asked any more, and what is still open stays so. */
    public void abandon() {
        closed = Optional.of(UNWANTED);
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
