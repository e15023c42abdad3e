package org.dmarcmilter.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Small files of the daemon's own, with the mode that UMask asks for, or that the process's umask gives them. */
final class OwnFiles {
    private static final int FILE_MODE = 0666;

    private OwnFiles() {}

    static void write(Path path, String text, Optional<Integer> umask) throws IOException {
        Files.writeString(path, text, StandardCharsets.US_ASCII);
        if (umask.isPresent()) {
            Files.setPosixFilePermissions(path, permissions(FILE_MODE & ~umask.get()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromOwnerReadOn = PosixFilePermission.values();
        for (int bit = 0; bit < fromOwnerReadOn.length; bit++) {
            if ((mode >> (fromOwnerReadOn.length - 1 - bit) & 1) == 1) {
                permissions.add(fromOwnerReadOn[bit]);
            }
        }
        return permissions;
    }
}
