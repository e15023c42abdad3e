package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.files.FileMode;
import org.dmarcmilter.files.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process id in a file, for scripts that want it. Mail does not depend on it: a file that cannot be written is an
 * error in the log, and the daemon goes on.
 */
record PidFile(Path path) {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

    private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");
    private static final int MAX_BYTES = 20;

    /** The system tells the start of a process in hundredths of a second, and counts them from the start of the machine. */
    private static final Duration CLOCK_STEP = Duration.ofSeconds(1);

    /**
     * Writes the file that PidFile names, with the mode that UMask asks for, or that the process's umask gives it.
     *
     * @return empty if there is no such option, the file could not be written, or it is that of another process that runs
     */
    static Optional<PidFile> write(Settings.Service service, String pid) {
        if (service.pidFile().isEmpty()) {
            return Optional.empty();
        }
        Path path = Path.of(service.pidFile().get());
        try {
            Optional<ProcessHandle> other = holder(path, pid);
            if (other.isPresent()) {
                LOG.warn(
                        "{} is the PidFile of process {}, which runs: it stays as it is. Give this daemon another one (-P)",
                        path,
                        other.get().pid());
                return Optional.empty();
            }
            Files.writeString(path, pid + "\n", StandardCharsets.US_ASCII);
            if (service.umask().isPresent()) {
                Files.setPosixFilePermissions(
                        path, FileMode.ofFile(service.umask().get()));
            }
            return Optional.of(new PidFile(path));
        } catch (IOException e) {
            LOG.error("can't write pid to {}: {}", path, FileProblem.reason(e));
            return Optional.empty();
        }
    }

    /**
     * The process that wrote the file and still runs, as OpenDMARC, beside which we are tried with its own configuration. One that began
     * after the file was written has only got the same number.
     */
    private static Optional<ProcessHandle> holder(Path path, String ourPid) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) > MAX_BYTES) {
            return Optional.empty();
        }
        String named = Files.readString(path, StandardCharsets.ISO_8859_1).strip();
        if (!DIGITS.matcher(named).matches() || named.equals(ourPid)) {
            return Optional.empty();
        }
        Instant written = Files.getLastModifiedTime(path).toInstant();
        return ProcessHandle.of(Long.parseLong(named))
                .filter(process -> process.info()
                        .startInstant()
                        .filter(begun -> !begun.isAfter(written.plus(CLOCK_STEP)))
                        .isPresent());
    }

    void remove() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("can't remove {}: {}", path, FileProblem.reason(e));
        }
    }
}
