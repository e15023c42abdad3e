package org.dmarcmilter.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dmarcmilter.files.FileMode;

/**
 * The file behind {@link HistoryWriter}, opened for each batch, so that whoever renames it (logrotate, the importer's
 * scripts) gets no more than the batch that is just being written.
 *
 * <p><b>Locks.</b> OpenDMARC and its importer use {@code flock(2)}, which Java does not have; Java's file locks are those of
 * {@code fcntl(2)}, which the importer would not see. So none is taken. Instead each batch is one {@code write(2)} in append
 * mode, which the kernel never mixes with another writer's, and the file is open for some microseconds only. That is safe
 * with the importer's habit (rename, lock, read to the end, remove), as between its rename and its first read Perl has to
 * start. OpenDMARC itself is not: it waits for the importer's lock and then writes to the file that is about to be removed.
 */
final class HistoryFile {
    private final Path path;
    private final OptionalInt umask;

    /**
     * @param umask takes permissions away from 0666 when the file is created, whatever the process's own mask is; the
     *     process's own mask rules if empty
     */
    HistoryFile(Path path, OptionalInt umask) {
        this.path = path;
        this.umask = umask;
    }

    /**
     * Appends all bytes, or none if the file system allows: what a full disk left of them is taken back.
     *
     * @throws IOException if they are not all written; the caller keeps them, and calls {@link #mend} before it tries again
     */
    void append(ByteBuffer records) throws IOException {
        try (FileChannel channel = open()) {
            long sizeBefore = channel.size();
            int first = records.position();
            try {
                while (records.hasRemaining()) {
                    channel.write(records);
                }
            } catch (IOException e) {
                takeBack(channel, sizeBefore, records.position() - first, e);
                throw e;
            }
        }
    }

    private static void takeBack(FileChannel channel, long sizeBefore, int written, IOException cause) {
        try {
            // Another size means another writer, whose records are not ours to cut.
            if (written > 0 && channel.size() == sizeBefore + written) {
                channel.truncate(sizeBefore);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Makes sure that the next record begins on a line of its own, after whole records.
     *
     * @return what had to be done, in words; empty if nothing
     * @see TornTail
     */
    Optional<String> mend() throws IOException {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            int length = (int) Math.min(size, TornTail.MAX_RECORD);
            String end = read(channel, size - length, length);
            TornTail tail = TornTail.of(end, size == length);
            if (tail.isSound(end) || channel.size() != size) {
                return Optional.empty();
            }
            if (tail.addLineFeed()) {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}), size);
                return Optional.of("ended the last line, which had no line feed");
            }
            channel.truncate(size - length + tail.keep());
            return Optional.of("cut off " + (length - tail.keep()) + " octets of a last record that had no end");
        }
    }

    private static String read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // The next part, until all is there or the file turns out to be shorter.
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    private FileChannel open() throws IOException {
        try {
            return openOrCreate();
        } catch (NoSuchFileException e) {
            throw new FileSystemException(path.toString(), null, "its directory does not exist");
        }
    }

    private FileChannel openOrCreate() throws IOException {
        if (umask.isEmpty()) {
            return FileChannel.open(
                    path, StandardOpenOption.WRITE, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
        }
        try {
            return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (NoSuchFileException e) {
            create(FileMode.ofFile(umask.getAsInt()));
            return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        }
    }

    private void create(Set<PosixFilePermission> permissions) throws IOException {
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(permissions));
        } catch (FileAlreadyExistsException e) {
            return;
        }
        // The process's own mask may have taken more away.
        Files.setPosixFilePermissions(path, permissions);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
