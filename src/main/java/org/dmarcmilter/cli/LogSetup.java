package org.dmarcmilter.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.config.Settings;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: to standard output (for journald with the level in front, otherwise with the time), and with
 * {@code Syslog} to the system log. Writing happens on one thread behind a bounded queue: a log that cannot keep up
 * loses lines, never delays mail.
 */
final class LogSetup {
    private static final int QUEUE = 8_192;

    private LogSetup() {}

    /** Replaces all logging. */
    static void apply(Settings.Logging settings, boolean foreground, Map<String, String> environment) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        boolean journal = environment.containsKey("JOURNAL_STREAM");
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setQueueSize(QUEUE);
        queue.setNeverBlock(true);
        queue.addAppender(foreground ? console(context, journal) : syslog(context, settings));
        queue.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("org.dmarcmilter").setLevel(settings.debug() ? Level.DEBUG : Level.INFO);
        root.addAppender(queue);
        if (foreground && settings.syslog() && !journal) {
            AsyncAppender second = new AsyncAppender();
            second.setContext(context);
            second.setQueueSize(QUEUE);
            second.setNeverBlock(true);
            second.addAppender(syslog(context, settings));
            second.start();
            root.addAppender(second);
        }
    }

    /** Writes out what is queued. */
    static void flush() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, boolean journal) {
        LayoutBase<ILoggingEvent> layout = journal ? new JournalLayout() : new TimeLayout();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setEncoder(encoder);
        console.start();
        return console;
    }

    private static Appender<ILoggingEvent> syslog(LoggerContext context, Settings.Logging settings) {
        SyslogAppender appender = new SyslogAppender(settings.identity(), settings.facility());
        appender.setContext(context);
        appender.start();
        return appender;
    }

    /** The number of syslog.h for an event; a notice is an info line with a marker. */
    static int syslogLevel(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            return 3;
        }
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            return 4;
        }
        if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
            List<org.slf4j.Marker> markers = event.getMarkerList();
            return markers != null && !markers.isEmpty() ? 5 : 6;
        }
        return 7;
    }

    /** {@code <6>TEXT}: journald takes the level from the front. */
    private static final class JournalLayout extends LayoutBase<ILoggingEvent> {
        @Override
        public String doLayout(ILoggingEvent event) {
            return "<" + syslogLevel(event) + ">" + event.getFormattedMessage() + "\n";
        }
    }

    /** {@code 2026-11-24T07:00:00.000Z INFO TEXT}. */
    private static final class TimeLayout extends LayoutBase<ILoggingEvent> {
        @Override
        public String doLayout(ILoggingEvent event) {
            Instant time = Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS);
            return time + " " + event.getLevel() + " " + event.getFormattedMessage() + "\n";
        }
    }
}
