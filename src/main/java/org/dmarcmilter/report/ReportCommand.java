package org.dmarcmilter.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmarcmilter.text.Printable;

/** Runs the option ReportCommand: a shell command that gets a mail on standard input. Blocks until it has ended. */
public final class ReportCommand {
    /** So much of what the command says is worth a log line. */
    private static final int MAX_OUTPUT = 500;

    private final String command;
    private final Duration deadline;

    /** @param deadline after which the command and what it started are killed */
    public ReportCommand(String command, Duration deadline) {
        this.command = command;
        this.deadline = deadline;
    }

    /** Hands over one mail. Returns what went wrong, in words for the log; empty if the command was content. */
    public Optional<String> run(String mail) {
        Process process;
        try {
            process = new ProcessBuilder("/bin/sh", "-c", command)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            return Optional.of(
                    "ReportCommand cannot be started: " + Printable.of(String.valueOf(e.getMessage()), MAX_OUTPUT));
        }
        AtomicBoolean late = new AtomicBoolean();
        // Also ends a write to a command that does not read.
        CompletableFuture<Void> watch = CompletableFuture.runAsync(
                () -> {
                    late.set(true);
                    kill(process);
                },
                CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS));
        try {
            write(process, mail);
            int status = process.waitFor();
            if (late.get()) {
                return Optional.of("ReportCommand did not end within " + deadline.toSeconds() + " s and was killed");
            }
            return status == 0
                    ? Optional.empty()
                    : Optional.of("ReportCommand exited with status " + status + said(process));
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            return Optional.of("ReportCommand was killed, as the daemon ends");
        } finally {
            watch.cancel(false);
        }
    }

    private static void write(Process process, String mail) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(mail.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The command has read as much as it wanted. Whether that was well, its exit status says.
            return;
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** What the command has said, without waiting for a child of it that may still hold the pipe. */
    private static String said(Process process) {
        try {
            InputStream output = process.getInputStream();
            byte[] octets = output.readNBytes(Math.min(output.available(), MAX_OUTPUT));
            String text = new String(octets, StandardCharsets.ISO_8859_1).strip();
            return text.isEmpty() ? "" : ": " + Printable.of(text, MAX_OUTPUT);
        } catch (IOException e) {
            return "";
        }
    }
}
