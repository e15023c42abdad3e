package org.dmarcmilter.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between the threads that log and the one that writes, so that a slow log never delays mail. What waits is
 * written in one go. When the queue is full lines are lost, and their number is logged as soon as there is room.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final int BOUND = 8_192;
    private static final int BATCH = 1_024;

    /** How long a line waits for others to be written with: on a busy machine, waking up for each costs more than writing it. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int MOST_FRAMES = 10;

    private final LogSink sink;
    private final BlockingQueue<LogSink.Line> queue = new ArrayBlockingQueue<>(BOUND);
    private final AtomicLong lost = new AtomicLong();
    private final LongAdder lostInAll;
    private final Thread writer = new Thread(this::write, "log");
    private volatile boolean stopping;

    /** @param lost counts the lines that are lost here */
    LogQueue(LogSink sink, LongAdder lost) {
        this.sink = sink;
        this.lostInAll = lost;
    }

    /** Lines that wait now. */
    int waiting() {
        return queue.size();
    }

    @Override
    public void start() {
        writer.setDaemon(true);
        writer.start();
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        String text = event.getFormattedMessage();
        IThrowableProxy bug = event.getThrowableProxy();
        if (bug != null) {
            text += ": " + trace(bug);
        }
        if (!queue.offer(new LogSink.Line(event.getTimeStamp(), severity(event), oneLine(text)))) {
            lost.incrementAndGet();
            lostInAll.increment();
        }
    }

    /** Whatever stands in a message: one line, and nothing that moves a cursor. */
    private static String oneLine(String text) {
        int clean = 0;
        while (clean < text.length() && !isControl(text.charAt(clean))) {
            clean++;
        }
        if (clean == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> shown.append(isControl(c) ? String.format("\\x%02x", c) : String.valueOf((char) c)));
        return shown.toString();
    }

    private static boolean isControl(int c) {
        return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
    }

    /** Where a bug is, as far as it helps us to find it. */
    private static String trace(IThrowableProxy bug) {
        StringBuilder text = new StringBuilder(bug.getClassName() + ": " + bug.getMessage());
        StackTraceElementProxy[] frames = bug.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            text.append(' ').append(frames[i].getSTEAsString());
        }
        return bug.getCause() == null ? text.toString() : text + "; caused by " + trace(bug.getCause());
    }

    /** The number of syslog.h; a notice is an info line with a marker. */
    private static int severity(ILoggingEvent event) {
        Level level = event.getLevel();
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return 3;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return 4;
        }
        if (level.isGreaterOrEqual(Level.INFO)) {
            List<org.slf4j.Marker> markers = event.getMarkerList();
            return markers == null || markers.isEmpty() ? 6 : 5;
        }
        return 7;
    }

    private void write() {
        List<LogSink.Line> batch = new ArrayList<>(BATCH);
        while (!stopping || !queue.isEmpty()) {
            try {
                LogSink.Line first = queue.poll(1, TimeUnit.SECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                if (!stopping && queue.size() < BATCH) {
                    // Returns at once when stop() interrupts.
                    LockSupport.parkNanos(GATHER_NANOS);
                }
                queue.drainTo(batch, BATCH - 1);
                long gone = lost.getAndSet(0);
                if (gone > 0) {
                    batch.add(
                            new LogSink.Line(first.millis(), 4, gone + " log lines were lost: the log cannot keep up"));
                }
                sink.write(batch);
            } catch (IOException e) {
                // Where would we log that? The lines are gone; those that come may find the log working again.
                lost.addAndGet(batch.size());
            } catch (InterruptedException e) {
                // stop() wakes us; what waits is still written.
                continue;
            }
            batch.clear();
        }
        // Or it would not wait for what it has to wait for.
        Thread.interrupted();
        sink.close();
    }

    /** Writes what waits, for a few seconds at most. */
    @Override
    public void stop() {
        if (isStarted()) {
            super.stop();
            stopping = true;
            writer.interrupt();
            try {
                writer.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
