package org.dmarcmilter.filter;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The time that one message may take (MaxEvaluationTime): one clock for all its questions, which runs from the first that is
 * not answered at once.
 */
final class Deadline {
    private final Duration limit;
    private final CompletableFuture<Boolean> timeIsUp = new CompletableFuture<>();
    private final AtomicBoolean runs = new AtomicBoolean();

    Deadline(Duration limit) {
        this.limit = limit;
    }

    /** The same answer, or the given one when the time is over. Never touches a stage that others share. */
    <T> CompletionStage<T> inTime(CompletionStage<T> stage, T late) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (future.isDone()) {
            return stage;
        }
        if (!runs.getAndSet(true)) {
            timeIsUp.completeOnTimeout(true, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        CompletableFuture<T> inTime = future.copy();
        var unused = timeIsUp.thenRun(() -> inTime.complete(late));
        return inTime;
    }

    /** Whether nothing is waited for any more. */
    boolean isOver() {
        return timeIsUp.isDone();
    }

    /** Nothing is waited for any more; stops the clock. */
    void over() {
        timeIsUp.complete(false);
    }
}
