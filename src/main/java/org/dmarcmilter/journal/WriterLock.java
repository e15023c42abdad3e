package org.dmarcmilter.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Keeps two writers from one journal. The system gives it back when the process ends, however it ends. */
final class WriterLock implements Closeable {
    private static final String NAME = "writer.lock";

    private final FileChannel channel;

    private WriterLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws JournalInUseException if another process has it
     */
    static WriterLock take(JournalDirectory directory) throws IOException {
        Path file = directory.path().resolve(NAME);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new WriterLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // This process itself has it, and closing another channel on the file would give it back.
            throw new JournalInUseException(file);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new JournalInUseException(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
