package org.dmarcmilter.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the system log through one child {@code logger(1)}: Java has no unix datagram sockets, and system loggers do
 * not listen on UDP. Runs on the log queue's thread. If the child dies it is started again, at most once a second;
 * without {@code logger} lines go to standard error.
 */
final class SyslogAppender extends AppenderBase<ILoggingEvent> {
    private static final long RETRY_MILLIS = 1_000;
    private static final Map<String, Integer> FACILITY_CODES = Map.ofEntries(
            Map.entry("kern", 0),
            Map.entry("user", 1),
            Map.entry("mail", 2),
            Map.entry("daemon", 3),
            Map.entry("auth", 4),
            Map.entry("syslog", 5),
            Map.entry("lpr", 6),
            Map.entry("news", 7),
            Map.entry("uucp", 8),
            Map.entry("cron", 9),
            Map.entry("authpriv", 10),
            Map.entry("ftp", 11));

    private final String identity;
    private final int facility;
    private @Nullable Process child;
    private long lastStart;

    SyslogAppender(String identity, String facility) {
        this.identity = identity;
        this.facility = facility.startsWith("local")
                ? 16 + (facility.charAt(5) - '0')
                : FACILITY_CODES.getOrDefault(facility, 2);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String line = "<" + (facility * 8 + LogSetup.syslogLevel(event)) + ">" + event.getFormattedMessage() + "\n";
        Process logger = running(event.getTimeStamp());
        if (logger == null || !write(logger, line)) {
            System.err.print(event.getFormattedMessage() + "\n");
        }
    }

    private static boolean write(Process logger, String line) {
        try {
            OutputStream pipe = logger.getOutputStream();
            pipe.write(line.getBytes(StandardCharsets.UTF_8));
            pipe.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable Process running(long now) {
        if (child != null && child.isAlive()) {
            return child;
        }
        if (now - lastStart < RETRY_MILLIS) {
            return null;
        }
        lastStart = now;
        try {
            child = new ProcessBuilder(
                            "logger",
                            "--prio-prefix",
                            "--tag",
                            identity,
                            "--id=" + ProcessHandle.current().pid())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            child = null;
        }
        return child;
    }

    @Override
    public void stop() {
        super.stop();
        if (child != null) {
            try {
                child.getOutputStream().close();
                child.waitFor();
            } catch (IOException e) {
                child.destroy();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
