package org.dmarcmilter.logging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The system log, through one child {@code logger(1)}: Java has no unix datagram sockets, and system loggers do not listen
 * on UDP. If the child dies it is started again, once a second in the long run; while there is none, lines go to standard
 * error.
 *
 * <p>The child ignores the signals that a terminal or a service manager sends to all processes of a group: it ends when we
 * do, after our last line. It sends each line to whatever listens at {@code /dev/log} at that moment; while nothing does,
 * lines are lost, as they are with syslog(3).
 */
final class SystemLog implements LogSink {
    private static final String LOGGER = "logger";
    private static final String DEVICE = "/dev/log";
    private static final String IGNORING_SIGNALS = "trap '' TERM INT HUP; exec \"$0\" \"$@\"";

    /** As much as system loggers take. logger(1) makes a new message of the rest, and would read a priority from its front. */
    private static final int MAX_OCTETS = 8_000;

    private static final String MAX_LOGGER_OCTETS = "16384";
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

    /** When the next start is due. It may come up to one interval early, so a child that soon dies is replaced at once. */
    private long due = System.nanoTime();

    SystemLog(String identity, String facility) {
        this.identity = identity;
        this.facility = facility.startsWith("local")
                ? LOCAL0 + (facility.charAt(facility.length() - 1) - '0')
                : FACILITY_CODES.getOrDefault(facility, 2);
    }

    /** What keeps lines from the system log now, for the operator who starts the daemon. */
    static Optional<String> obstacle(Map<String, String> environment) {
        boolean found = Arrays.stream(environment.getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, LOGGER)));
        if (!found) {
            return Optional.of("Syslog is on, but there is no program " + LOGGER
                    + ": lines go to standard error, and in the background nowhere; install bsdutils or util-linux");
        }
        return Files.exists(Path.of(DEVICE))
                ? Optional.empty()
                : Optional.of("Syslog is on, but nothing listens at " + DEVICE
                        + ": lines are lost until a system logger does; start one, or set Syslog false");
    }

    @Override
    public void write(List<Line> lines) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(lines.size() * 100);
        for (Line line : lines) {
            text.writeBytes(("<" + (facility * 8 + line.severity()) + ">").getBytes(StandardCharsets.US_ASCII));
            byte[] octets = line.text().getBytes(StandardCharsets.UTF_8);
            text.write(octets, 0, Math.min(octets.length, MAX_OCTETS));
            text.write('\n');
        }
        // Twice: a child that has just died is found out by writing to it.
        boolean sent = send(text);
        if (!sent) {
            sent = send(text);
        }
        if (!sent) {
            lines.forEach(line -> System.err.println(line.text()));
        }
    }

    private boolean send(ByteArrayOutputStream text) {
        Process logger = running();
        if (logger == null) {
            return false;
        }
        try {
            text.writeTo(logger.getOutputStream());
            logger.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            logger.destroyForcibly();
            child = null;
            return false;
        }
    }

    private @Nullable Process running() {
        if (child != null && child.isAlive()) {
            return child;
        }
        long now = System.nanoTime();
        if (due - now > RETRY_NANOS) {
            return null;
        }
        due = Math.max(due, now) + RETRY_NANOS;
        try {
            child = new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            IGNORING_SIGNALS,
                            LOGGER,
                            "--prio-prefix",
                            "--socket-errors=off",
                            "--size",
                            MAX_LOGGER_OCTETS,
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
                child.destroyForcibly();
            }
        } catch (IOException e) {
            child.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
