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

    /** Writes a mail for the command, in pieces if it is a large one. */
    public interface Content {
        /**
         * Writes it.
         *
         * @param in the command's standard input, without a buffer
         * @throws CommandEndedException as {@code in} throws it
         * @throws IOException if the mail cannot be had; the command is killed then, so that it does not take a part for the whole
         */
        void writeTo(OutputStream in) throws IOException;
    }

    /** The command has read as much as it wanted. */
    public static final class CommandEndedException extends IOException {
        private static final long serialVersionUID = 1;

        CommandEndedException(IOException cause) {
            super(cause);
        }
    }

    /** Hands over one mail. Returns what went wrong, in words for the log; empty if the command was content. */
    public Optional<String> run(String mail) {
        byte[] octets = mail.getBytes(StandardCharsets.ISO_8859_1);
        try {
            return run(in -> in.write(octets));
        } catch (IOException e) {
            throw new IllegalStateException(e); // The octets are here.
        }
    }

    /**
     * The same for a mail that need not be in memory.
     *
     * @throws IOException as {@code mail} throws it
     */
    public Optional<String> run(Content mail) throws IOException {
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
        } catch (IOException e) {
            kill(process);
            throw e;
        } finally {
            watch.cancel(false);
        }
    }

    /** Whether it was well that the command has not read to the end, its exit status says. */
    private static void write(Process process, Content mail) throws IOException {
        OutputStream in = new CommandInput(process.getOutputStream());
        try {
            mail.writeTo(in);
            in.close();
        } catch (CommandEndedException e) {
            return;
        }
    }

    /** Tells failures of the command's from those of the mail. */
    private static final class CommandInput extends OutputStream {
        private final OutputStream in;

        CommandInput(OutputStream in) {
            this.in = in;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            try {
                in.write(octets, offset, length);
            } catch (IOException e) {
                throw new CommandEndedException(e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                in.close();
            } catch (IOException e) {
                throw new CommandEndedException(e);
            }
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
