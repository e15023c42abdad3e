package org.dmarcmilter.files;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Modes of files as the option UMask shapes them. */
public final class FileMode {
    /** What a new file gets where nothing is taken away. */
    private static final int FILE = 0666;

    /** What a new socket gets where nothing is taken away. */
    private static final int SOCKET = 0777;

    private static final int OWNER_READ = 0400;

    private FileMode() {}

    /** The permissions of a new file under that mask. */
    public static Set<PosixFilePermission> ofFile(int umask) {
        return permissions(FILE & ~umask);
    }

    /** The permissions of a new unix socket under that mask. */
    public static Set<PosixFilePermission> ofSocket(int umask) {
        return permissions(SOCKET & ~umask);
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = OWNER_READ;
        // They are declared in the order of the bits.
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        return permissions;
    }
}
