package org.dmarcmilter.cli.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far long work is, on one line of a terminal that is written anew a few times a second: rows, percent, rate, time left. Where
 * nobody looks, as in a service or a pipe, nothing is written.
 */
public final class Progress implements AutoCloseable {
    private static final long NANOS = 1_000_000_000L;
    private static final long EVERY = NANOS / 4;

    private final PrintStream out;
    private final boolean visible;
    private final LongSupplier nanoTime;
    private final long begin;
    private long shownAt;
    private int width;

    /** @param visible whether a person looks at that stream */
    Progress(PrintStream out, boolean visible, LongSupplier nanoTime) {
        this.out = out;
        this.visible = visible;
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
        // The first line only when it takes long enough to be read.
        this.shownAt = begin;
    }

    /** For standard error, if that is a terminal: the launcher script knows. */
    public static Progress on(PrintStream err) {
        return new Progress(err, Boolean.getBoolean("dmarcmilter.terminal"), System::nanoTime);
    }

    /**
     * So much is done.
     *
     * @param what is counted, for example {@code records}
     * @param all how much there is; 0 if nobody knows
     */
    public void at(String what, long done, long all) {
        long now = nanoTime.getAsLong();
        if (visible && now - shownAt >= EVERY) {
            shownAt = now;
            write(line(what, done, all, now - begin));
        }
    }

    /** What the line says. */
    static String line(String what, long done, long all, long nanos) {
        double seconds = Math.max(nanos, 1) / (double) NANOS;
        double rate = done / seconds;
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%,d %s", done, what));
        if (all > 0) {
            line.append(String.format(Locale.ROOT, " of %,d (%d %%)", all, Math.min(100, done * 100 / all)));
        }
        line.append(String.format(Locale.ROOT, ", %,.0f/s", rate));
        if (all > done && done > 0) {
            line.append(", ")
                    .append(words((long) Math.ceil((all - done) / rate)))
                    .append(" left");
        }
        return line.toString();
    }

    private static String words(long seconds) {
        Duration left = Duration.ofSeconds(seconds);
        return left.toHours() > 0
                ? left.toHours() + " h " + left.toMinutesPart() + " min"
                : left.toMinutes() > 0
                        ? left.toMinutes() + " min " + left.toSecondsPart() + " s"
                        : left.toSeconds() + " s";
    }

    private void write(String line) {
        String padded = line + " ".repeat(Math.max(0, width - line.length()));
        width = line.length();
        out.print("\r" + padded);
        out.flush();
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
            width = 0;
        }
    }
}
