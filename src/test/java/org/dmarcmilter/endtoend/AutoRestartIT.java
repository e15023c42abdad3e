package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** AutoRestart with the real daemon: the launcher is OpenDMARC's parent process. */
@Timeout(120)
class AutoRestartIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private Path pidFile;
    private Path configuration;
    private int port;

    @BeforeEach
    void configure() {
        pidFile = directory.resolve("dmarc-milter.pid");
        port = Loopback.freePort();
        configuration = DaemonUnderTest.writeConfiguration(
                directory,
                "Socket inet:" + port + "@127.0.0.1\nPidFile " + pidFile
                        + "\nNameservers 127.0.0.1\nAutoRestart yes\nEnableCoredumps yes\n");
    }

    @Test
    void inTheForeground() throws IOException {
        try (PeerProcess launcher = start()) {
            ProcessHandle first = daemonOf(ProcessHandle.of(launcher.pid()).orElseThrow());
            assertEquals(launcher.pid() + "\n", Files.readString(pidFile), "signals go to the launcher");
            assertTrue(
                    Files.readString(Path.of("/proc", String.valueOf(first.pid()), "limits"))
                            .matches("(?s).*Max core file size +unlimited .*"),
                    "EnableCoredumps");

            launcher.signal("HUP");
            awaitTimes(launcher, "configuration reloaded from", 1);
            launcher.signal("USR1");
            awaitTimes(launcher, "configuration reloaded from", 2);

            first.destroyForcibly();
            awaitTimes(launcher, "listening on", 2);
            assertTrue(launcher.output().contains("terminated with signal 9, restarting"), launcher::output);
            ProcessHandle second = daemonOf(ProcessHandle.of(launcher.pid()).orElseThrow());

            launcher.signal("TERM");
            assertEquals(0, launcher.exitCode(LIMIT));
            assertFalse(second.isAlive(), "the daemon ends first");
            assertFalse(Files.exists(pidFile));
            assertTrue(launcher.output().contains("terminating with status 0"), launcher::output);
        }
    }

    @Test
    void inTheBackground() throws IOException {
        try (PeerProcess front = PeerProcess.start(
                directory.resolve("front.log"), DaemonUnderTest.command("-c", configuration.toString()))) {
            assertEquals(0, front.exitCode(LIMIT), front::output);
        }
        ProcessHandle launcher = ProcessHandle.of(
                        Long.parseLong(Files.readString(pidFile).strip()))
                .orElseThrow();
        try {
            ProcessHandle first = daemonOf(launcher);
            first.destroyForcibly();
            await().atMost(LIMIT).until(() -> !first.isAlive());
            await().atMost(LIMIT).until(() -> Loopback.accepts(port));
        } finally {
            launcher.destroy();
        }
        await().atMost(LIMIT).until(() -> !Loopback.accepts(port));
        await().atMost(LIMIT).until(() -> !Files.exists(pidFile));
    }

    @Test
    void aSocketInUseIsSaidAndNotTriedAgain() {
        try (PeerProcess first = start();
                PeerProcess second = PeerProcess.start(
                        directory.resolve("second.log"), DaemonUnderTest.command("-c", configuration.toString()))) {
            assertEquals(69, second.exitCode(LIMIT), second::output);
            assertTrue(second.output().contains("in use"), second::output);
            assertTrue(first.output().contains("listening on"));
        }
    }

    private PeerProcess start() {
        PeerProcess launcher = PeerProcess.start(
                directory.resolve("launcher.log"), DaemonUnderTest.command("-f", "-c", configuration.toString()));
        awaitTimes(launcher, "listening on", 1);
        return launcher;
    }

    private static void awaitTimes(PeerProcess launcher, String text, int times) {
        launcher.awaitReady(() -> launcher.output().split(text, -1).length > times);
    }

    private static ProcessHandle daemonOf(ProcessHandle launcher) {
        Optional<ProcessHandle> child = await().atMost(LIMIT)
                .until(
                        () -> launcher.children()
                                .filter(process ->
                                        process.info().command().orElse("").endsWith("/java"))
                                .findFirst(),
                        Optional::isPresent);
        return child.orElseThrow();
    }
}
