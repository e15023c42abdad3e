package org.dmarcmilter.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The system log, through one child {@code logger(1)}: Java has no unix datagram sockets, and system loggers do not listen
 * on UDP. If the child dies it is started again, at most once a second; while there is none, lines go to standard error.
 */
final class SystemLog implements LogSink {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
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
    private static final int LOCAL0 = 16;

    private final String identity;
    private final int facility;
    private @Nullable Process child;
    private long lastStart = System.nanoTime() - RETRY_NANOS;

    SystemLog(String identity, String facility) {
        this.identity = identity;
        this.facility = facility.startsWith("local")
                ? LOCAL0 + (facility.charAt(facility.length() - 1) - '0')
                : FACILITY_CODES.getOrDefault(facility, 2);
    }

    @Override
    public void write(List<Line> lines) {
        StringBuilder text = new StringBuilder(lines.size() * 100);
        for (Line line : lines) {
            text.append('<').append(facility * 8 + line.severity()).append('>');
            text.append(line.text()).append('\n');
        }
        Process logger = running();
        if (logger == null || !write(logger, text.toString())) {
            lines.forEach(line -> System.err.println(line.text()));
        }
    }

    private static boolean write(Process logger, String text) {
        try {
            logger.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            logger.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable Process running() {
        if (child != null && child.isAlive()) {
            return child;
        }
        long now = System.nanoTime();
        if (now - lastStart < RETRY_NANOS) {
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
    public void close() {
        if (child == null) {
            return;
        }
        try {
            child.getOutputStream().close();
            if (!child.waitFor(2, TimeUnit.SECONDS)) {
                child.destroy();
            }
        } catch (IOException e) {
            child.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
