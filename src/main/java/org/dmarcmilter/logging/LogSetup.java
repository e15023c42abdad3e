package org.dmarcmilter.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.logging.StandardStream.Format;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: in the foreground to standard output, and with {@code Syslog} to the system log. Under systemd
 * standard output is the system log already, so it is not written twice.
 */
public final class LogSetup {
    /** Lines that may wait for one destination. */
    public static final int MOST_WAITING = LogQueue.BOUND;

    private static final LongAdder LOST = new LongAdder();
    private static volatile List<LogQueue> queues = List.of();

    private LogSetup() {}

    /** Lines that wait now, for the destination that is furthest behind. */
    public static int waiting() {
        return queues.stream().mapToInt(LogQueue::waiting).max().orElse(0);
    }

    /** Lines that were lost, as a destination could not keep up. */
    public static long lost() {
        return LOST.sum();
    }

    /** For the daemon: replaces all logging; what waits in the old one is written. */
    public static void apply(Settings.Logging settings, boolean foreground, Map<String, String> environment) {
        boolean journal = foreground && environment.containsKey("JOURNAL_STREAM");
        replace(settings.debug() ? Level.DEBUG : Level.INFO, sinks(settings, foreground, journal));
        if (settings.syslog() && !journal) {
            SystemLog.obstacle(environment).ifPresent(words -> System.err.println("dmarc-milter: " + words));
        }
    }

    /** For commands: warnings go to standard error. */
    public static void forCommand() {
        replace(Level.WARN, List.of(new StandardStream(FileDescriptor.err, Format.COMMAND)));
    }

    private static void replace(Level ours, List<LogSink> sinks) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("org.dmarcmilter").setLevel(ours);
        List<LogQueue> started = new ArrayList<>();
        for (LogSink sink : sinks) {
            LogQueue queue = new LogQueue(sink, LOST);
            started.add(queue);
            queue.setContext(context);
            queue.start();
            root.addAppender(queue);
        }
        queues = List.copyOf(started);
    }

    private static List<LogSink> sinks(Settings.Logging settings, boolean foreground, boolean journal) {
        List<LogSink> sinks = new ArrayList<>();
        if (foreground) {
            sinks.add(new StandardStream(FileDescriptor.out, journal ? Format.JOURNAL : Format.TIME));
        }
        if (settings.syslog() && !journal) {
            sinks.add(new SystemLog(settings.identity(), settings.facility()));
        }
        return sinks;
    }

    /** Writes out what is queued; nothing is logged after that. */
    public static void flush() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }
}
