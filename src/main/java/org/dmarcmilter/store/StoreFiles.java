package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.dmarcmilter.files.FileProblem;

/**
 * The files of a store.
 *
 * @param directory the state directory
 */
record StoreFiles(Path directory) {
    /** What the engine adds to the name. */
    private static final String ENDING = ".mv.db";

    /** Without the engine's ending. */
    Path name() {
        return directory.resolve("store");
    }

    Path database() {
        return directory.resolve("store" + ENDING);
    }

    Path id() {
        return directory.resolve("store.id");
    }

    Path log() {
        return directory.resolve("store.log");
    }

    Path dirty() {
        return directory.resolve("store.dirty");
    }

    Path journal() {
        return directory.resolve("journal");
    }

    /** Makes the directory if need be and locks it, for this process alone. */
    FileChannel lock() throws IOException {
        Path file = directory.resolve("run.lock");
        FileChannel channel;
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Another Store of this process: the same answer as for another process.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new StoreException.InUse(file + ": another run has the store open");
    }

    /** How the last one who opened the store left it. */
    enum State {
        CLOSED,
        /** It was killed. */
        DIRTY,
        /** It found the database damaged. */
        DAMAGED
    }

    private static final String DAMAGED = "damaged\n";

    /** How the last one who opened the store left it; from now on it looks as if we had been killed. */
    State markDirty() throws IOException {
        try {
            Files.createFile(
                    dirty(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
            return State.CLOSED;
        } catch (FileAlreadyExistsException e) {
            return Files.size(dirty()) == DAMAGED.length() ? State.DAMAGED : State.DIRTY;
        } catch (IOException e) {
            throw new StoreException(dirty() + ": " + FileProblem.reason(e), e);
        }
    }

    /** Lets the next one who opens the store build the database anew. */
    void markDamaged() throws IOException {
        Files.writeString(dirty(), DAMAGED);
    }

    /** Puts the database aside, for somebody to look at, instead of the one before. */
    Path putAside(Instant now) throws IOException {
        try (DirectoryStream<Path> before = Files.newDirectoryStream(directory, "store.bad-*" + ENDING)) {
            for (Path old : before) {
                Files.delete(old);
            }
        }
        Path aside = directory.resolve("store.bad-" + now.getEpochSecond() + ENDING);
        Files.move(database(), aside);
        // It is aside; only what may be in the new one is in doubt now.
        Files.writeString(dirty(), "");
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(directory, "store" + ENDING + ".*")) {
            for (Path unfinished : rest) {
                Files.delete(unfinished);
            }
        }
        return aside;
    }
}
