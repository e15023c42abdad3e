package org.dmarcmilter.filter;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmarcmilter.milter.MilterFilter;

/**
 * DMARC as a milter. Each connection works under the configuration that held when it began.
 */
public final class DmarcFilter implements MilterFilter {
    /** What the product writes down about messages; must not block. */
    @FunctionalInterface
    public interface Recorder extends Consumer<JudgedMessage> {}

    /** A message and what was decided. */
    public record JudgedMessage(LocalPolicy policy, MessageFacts facts, Judgement judgement) {}

    private final Supplier<LocalPolicy> current;
    private final Recorder recorder;
    private final AtomicBoolean jobIdMissed = new AtomicBoolean();

    /**
     * @param current gives the configuration that holds now
     * @param recorder hears of every message that was judged, on the connection's loop
     */
    public DmarcFilter(Supplier<LocalPolicy> current, Recorder recorder) {
        this.current = current;
        this.recorder = recorder;
    }

    @Override
    public Session open(long connectionId, Executor loop) {
        return new DmarcSession(current.get(), recorder, loop, jobIdMissed);
    }
}
