package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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

    /**
     * Writes the file that PidFile names, with the mode that UMask asks for, or that the process's umask gives it.
     *
     * @return empty if there is no such option, or the file could not be written
     */
    static Optional<PidFile> write(Settings.Service service, String pid) {
        if (service.pidFile().isEmpty()) {
            return Optional.empty();
        }
        Path path = Path.of(service.pidFile().get());
        try {
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

    void remove() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("can't remove {}: {}", path, FileProblem.reason(e));
        }
    }
}
