package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A fresh minimal Debian in a container, booted by systemd. */
final class BootedSystem implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final String container;

    /** What a command left. */
    record Outcome(int code, String output) {}

    private BootedSystem(String container) {
        this.container = container;
    }

    /**
     * Boots one. Where no Docker engine answers, or the image is not there, the calling test is skipped with the reason, or
     * fails when the environment variable {@code CI} is {@code true}: a test starts no engine, nor fills somebody's.
     */
    static BootedSystem boot(String suite) {
        String image = "dmarc-milter-base:" + suite;
        boolean ready = answers("docker", "image", "inspect", image);
        String reason = "no Docker engine answers that has " + image + " (src/test/peers/docker-engine " + suite
                + " sees to it on Debian)";
        assertFalse(!ready && System.getenv().getOrDefault("CI", "false").equals("true"), reason);
        Assumptions.assumeTrue(ready, reason);
        String container = mustRun(List.of(
                        "docker",
                        "run",
                        "--detach",
                        "--rm",
                        "--hostname=mx.example.org",
                        "--cap-add=SYS_ADMIN",
                        "--security-opt=seccomp=unconfined",
                        "--security-opt=apparmor=unconfined",
                        "--cgroupns=host",
                        "--tmpfs=/run",
                        "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
                        image))
                .strip();
        BootedSystem system = new BootedSystem(container);
        await("systemd has booted")
                .atMost(Duration.ofMinutes(1))
                .until(() -> List.of("running", "degraded")
                        .contains(system.run("systemctl is-system-running || true")
                                .output()
                                .strip()));
        return system;
    }

    private static boolean answers(String... command) {
        try {
            return run(List.of(command)).code() == 0;
        } catch (UncheckedIOException noSuchProgram) {
            return false;
        }
    }

    /** Its address in the engine's network, which can be reached from here. */
    String address() {
        return mustRun("hostname -i").strip();
    }

    /** Runs a line of shell as root. */
    Outcome run(String script) {
        return run(List.of("docker", "exec", container, "sh", "-c", script));
    }

    /** The same, and it must succeed; returns what it printed. */
    String mustRun(String script) {
        return mustRun(List.of("docker", "exec", container, "sh", "-c", script));
    }

    /** Copies a file or the contents of a folder to a folder of the system. */
    void copy(Path from, String to) {
        mustRun("mkdir -p " + to);
        mustRun(List.of("docker", "cp", from + (Files.isDirectory(from) ? "/." : ""), container + ":" + to));
    }

    /** Adds lines to a file. */
    void append(String file, String lines) {
        mustRun("cat >>" + file + " <<'END'\n" + lines + "END");
    }

    /** Installs packages of Debian, and nothing they only recommend. */
    void installFromDebian(String packages) {
        mustRun("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "
                + packages);
    }

    static String mustRun(List<String> command) {
        Outcome outcome = run(command);
        assertEquals(0, outcome.code(), () -> String.join(" ", command) + "\n" + outcome.output());
        return outcome.output();
    }

    private static Outcome run(List<String> command) {
        try {
            Path output = Files.createTempFile("outcome", ".txt");
            try {
                Process process = new ProcessBuilder(new ArrayList<>(command))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("still running after " + PATIENCE + ": " + String.join(" ", command));
                }
                return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        run(List.of("docker", "rm", "--force", container));
    }
}
