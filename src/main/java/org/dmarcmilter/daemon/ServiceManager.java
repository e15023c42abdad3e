package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd what we are doing (sd_notify(3)), through {@code systemd-notify}: Java has no unix datagram sockets. The
 * unit needs {@code NotifyAccess=all}. Without a service manager every call does nothing.
 */
final class ServiceManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    /**
     * The first systemd-notify that stays until systemd has read its message. An older one may be gone before that, and
     * systemd then cannot tell whose message it is (systemd issue 2739). Rocky Linux 8 has 239.
     */
    private static final int FIRST_THAT_WAITS = 246;

    /** About one message in ten was lost where nothing waits. Each may come more than once, so it is sent this often. */
    private static final int REPETITIONS = 5;

    /**
     * On a busy machine all of them were lost at times, and systemd ended a daemon that worked, as it was never ready. So there nobody
     * stops saying it before TimeoutStartSec=60 is over.
     */
    private static final int LATER_REPETITIONS = 28;

    private static final long PAUSE_SECONDS = 2;

    private static final long PATIENCE_SECONDS = 5;

    private final String program;
    private final boolean present;
    private final int repetitions;
    private final Optional<Duration> watchdog;
    /** How often it is still to be said that we are ready. */
    private final AtomicInteger later = new AtomicInteger();

    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "service-manager");
        thread.setDaemon(true);
        return thread;
    });

    ServiceManager(Map<String, String> environment) {
        this(environment, "systemd-notify");
    }

    ServiceManager(Map<String, String> environment, String program) {
        this.program = program;
        present = environment.containsKey("NOTIFY_SOCKET");
        repetitions = present && isOld() ? REPETITIONS : 1;
        watchdog = Optional.ofNullable(environment.get("WATCHDOG_USEC"))
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(text -> Duration.ofNanos(Math.multiplyExact(Long.parseLong(text), 1_000L)));
    }

    /**
     * Ready to serve; from now on the watchdog is fed.
     *
     * @param alive whether the daemon still works; while it does not, the watchdog is left to bite
     */
    void ready(BooleanSupplier alive) {
        sayReady();
        if (repetitions > 1) {
            var unused =
                    beat.scheduleWithFixedDelay(this::sayReadyAgain, PAUSE_SECONDS, PAUSE_SECONDS, TimeUnit.SECONDS);
        }
        if (present && watchdog.isPresent()) {
            long millis = Math.max(watchdog.get().toMillis() / 3, 100);
            var unused = beat.scheduleAtFixedRate(
                    () -> {
                        if (alive.getAsBoolean()) {
                            send("WATCHDOG=1");
                        }
                    },
                    millis,
                    millis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void sayReady() {
        later.set(LATER_REPETITIONS);
        send("READY=1");
    }

    private void sayReadyAgain() {
        if (later.getAndUpdate(left -> Math.max(left - 1, 0)) > 0) {
            sendOnce(List.of(program, "READY=1"));
        }
    }

    /** A reload began. */
    void reloading() {
        later.set(0);
        send("RELOADING=1", "MONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** A reload ended. */
    void reloaded() {
        sayReady();
    }

    /** Shutting down. */
    void stopping() {
        later.set(0);
        send("STOPPING=1");
    }

    private void send(String... assignments) {
        List<String> command =
                Stream.concat(Stream.of(program), Stream.of(assignments)).toList();
        for (int i = 0; present && i < repetitions; i++) {
            sendOnce(command);
        }
    }

    private void sendOnce(List<String> command) {
        try {
            Process child = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.warn("systemd-notify cannot be run: {}; install systemd's tools or use Type=exec", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its first line is {@code systemd VERSION (...)}. What does not tell is taken for a new one. */
    private boolean isOld() {
        try {
            Process child = new ProcessBuilder(program, "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher version = Pattern.compile("^systemd ([0-9]{1,9})").matcher(output);
            return version.find() && Integer.parseInt(version.group(1)) < FIRST_THAT_WAITS;
        } catch (IOException e) {
            return false; // whoever sends will say that it is missing
        }
    }

    @Override
    public void close() {
        beat.shutdownNow();
    }
}
