package org.dmarcmilter.filter;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.milter.MilterFilter;

/**
 * DMARC as a milter. Each connection works under the configuration that held when it began.
 */
public final class DmarcFilter implements MilterFilter {
    private final Supplier<Rules> current;
    private final Consumer<JudgedMessage> recorder;
    private final AtomicBoolean queueIdMissed = new AtomicBoolean();
    private final AtomicBoolean spaceMissed = new AtomicBoolean();

    /**
     * @param current gives the configuration that holds now
     * @param recorder hears of every message whose verdict the MTA got, on the connection's loop; must not block
     */
    public DmarcFilter(Supplier<Rules> current, Consumer<JudgedMessage> recorder) {
        this.current = current;
        this.recorder = recorder;
    }

    @Override
    public Session open(long connectionId, ScheduledExecutorService loop) {
        return new DmarcSession(current.get(), recorder, loop, queueIdMissed, spaceMissed);
    }
}
