package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One program that runs in the foreground for a test, its output in a file, stopped by its process and by nothing else. */
public final class PeerProcess implements AutoCloseable {
    /** Generous: the machine may be busy with another build. */
    public static final Duration START_LIMIT = Duration.ofSeconds(30);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    /** A build under nohup ignores SIGHUP, and so would all that it starts: daemons that are asked to reload among them. */
    private static final List<String> HEARING_SIGHUP =
            List.of("perl", "-e", "$SIG{HUP} = 'DEFAULT'; exec { $ARGV[0] } @ARGV or die \"$ARGV[0]: $!\\n\"");

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        // Where the build is told to stop in the middle of a test, nothing of it goes on.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy)));
    }

    private final String name;
    private final Process process;
    private final Path output;

    private PeerProcess(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
        RUNNING.add(process);
        var unused = process.onExit().thenAccept(RUNNING::remove);
    }

    /** Starts {@code command}; both its outputs go to {@code output}. */
    public static PeerProcess start(Path output, List<String> command) {
        return start(output, command, Map.of());
    }

    /** The same with more variables in its environment. */
    public static PeerProcess start(Path output, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(HEARING_SIGHUP.stream(), command.stream()).toList())
                .directory(output.toAbsolutePath().getParent().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()));
        builder.environment().putAll(environment);
        try {
            return new PeerProcess(Path.of(command.get(0)).getFileName().toString(), builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code command} to its end and returns what it printed; a failure is the test's failure. */
    public static String run(Path output, List<String> command) {
        try (PeerProcess process = start(output, command)) {
            int status = process.exitCode(START_LIMIT);
            if (status != 0) {
                fail(String.join(" ", command) + " ended with " + status + ":\n" + process.output());
            }
            return process.output();
        }
    }

    /** Waits until {@code ready} holds; ends early, with the program's output, if the program ends. */
    public void awaitReady(Callable<Boolean> ready) {
        awaitReady(START_LIMIT, ready);
    }

    /** The same with a limit of its own. */
    public void awaitReady(Duration limit, Callable<Boolean> ready) {
        await(name)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> {
                    if (!process.isAlive()) {
                        fail(name + " ended with " + process.exitValue() + ":\n" + output());
                    }
                })
                .until(ready);
    }

    /** Everything printed so far. */
    public String output() {
        try {
            return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Sends a signal, for example {@code TERM}, and does not wait. */
    public void signal(String name) {
        run(
                output.resolveSibling(output.getFileName() + ".kill"),
                List.of("/bin/sh", "-c", "kill -" + name + " " + process.pid()));
    }

    /** Waits for the end and returns the exit code. */
    public int exitCode(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                fail(name + " still runs after " + limit + ":\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
