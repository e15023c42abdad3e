package org.dmarcmilter.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd what we are doing (sd_notify(3)), through {@code systemd-notify}: Java has no unix datagram sockets. The
 * unit needs {@code NotifyAccess=all}. Without a service manager every call does nothing.
 */
final class ServiceManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final boolean present;
    private final Optional<Duration> watchdog;
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "service-manager");
        thread.setDaemon(true);
        return thread;
    });

    ServiceManager(Map<String, String> environment) {
        present = environment.containsKey("NOTIFY_SOCKET");
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
        send("READY=1");
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

    /** A reload began. */
    void reloading() {
        send("RELOADING=1", "MONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** A reload ended. */
    void reloaded() {
        send("READY=1");
    }

    /** Shutting down. */
    void stopping() {
        send("STOPPING=1");
    }

    private void send(String... assignments) {
        if (!present) {
            return;
        }
        String[] command = new String[assignments.length + 1];
        command[0] = "systemd-notify";
        System.arraycopy(assignments, 0, command, 1, assignments.length);
        try {
            Process child = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!child.waitFor(5, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.warn("systemd-notify cannot be run: {}; install systemd's tools or use Type=exec", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        beat.shutdownNow();
    }
}
