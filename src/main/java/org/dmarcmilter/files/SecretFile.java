package org.dmarcmilter.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/** A file with a password in its first line, which only its owner and his group may read. */
public final class SecretFile {
    private SecretFile() {}

    /** What is wrong with it and what to do, in a sentence; empty if it can be used. */
    public static Optional<String> problem(Path path) {
        try {
            return isForAll(path)
                    ? Optional.of("everybody can read " + path + ". Write: chmod o= " + path + ".")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot read " + path + ": " + FileProblem.reason(e) + ". Create it.");
        }
    }

    /**
     * The password.
     *
     * @throws IOException if the file cannot be read, or everybody can
     */
    public static String password(Path path) throws IOException {
        if (isForAll(path)) {
            throw new FileSystemException(
                    path.toString(), null, "everybody can read it, so it is not used; write: chmod o= " + path);
        }
        return Files.readString(path, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
    }

    private static boolean isForAll(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
    }
}
