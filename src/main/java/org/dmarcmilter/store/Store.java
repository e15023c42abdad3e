package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.dmarcmilter.files.FileProblem;

/**
 * The store of one host, open. One process has it at a time: {@code run.lock} in the same directory is locked as long.
 *
 * <p>Beside the database lie {@code store.id} (who it is) and, while it is open, {@code store.dirty}: whoever finds that knows that
 * the last one did not close it.
 */
public final class Store implements AutoCloseable {
    private static final String FILE_MODE = "rw-r-----";

    private final Path directory;
    private final StoreId id;
    private final FileChannel lock;
    private final Database database;
    private final Reports reports;
    private final Deliveries deliveries;

    private Store(Path directory, StoreId id, FileChannel lock, Database database) {
        this.directory = directory;
        this.id = id;
        this.lock = lock;
        this.database = database;
        // Another for each time it is opened: a lease of before is somebody else's.
        String owner = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        this.reports = new Reports(database, owner);
        this.deliveries = new Deliveries(database, owner);
    }

    /**
     * Opens the store, or makes it if there is none.
     *
     * @param directory the state directory; made if it does not exist
     * @throws StoreException.InUse if another process has it
     * @throws StoreException.TooNew if a newer version made it
     * @throws StoreException.Damaged if it cannot be read
     */
    public static Store open(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        FileChannel lock = lock(directory.resolve("run.lock"));
        try {
            StoreId id = StoreId.of(directory.resolve("store.id"));
            mark(directory.resolve("store.dirty"));
            return new Store(directory, id, lock, connect(directory.resolve("store"), id));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel;
        try {
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

    private static void mark(Path dirty) throws IOException {
        if (!Files.exists(dirty)) {
            Files.createFile(dirty, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FILE_MODE)));
        }
    }

    private static Database connect(Path file, StoreId id) throws IOException {
        Database database = Database.open(file);
        try {
            new Schema(database, file + ".mv.db").install(id);
            return database;
        } catch (IOException | RuntimeException e) {
            database.abandon();
            throw e;
        }
    }

    /** Reports on their way. */
    public Reports reports() {
        return reports;
    }

    /** What goes to single addresses. */
    public Deliveries deliveries() {
        return deliveries;
    }

    /** Addresses that get nothing for a time. */
    public Suppressions suppressions() {
        return new Suppressions(database);
    }

    /** What the operator wants for single policy domains. */
    public Domains domains() {
        return new Domains(database);
    }

    /** 32 hexadecimal digits that no other store has. */
    public String id() {
        return id.id();
    }

    /** 64 hexadecimal digits, secret: what tokens in envelope senders are signed with. */
    public String tokenKey() {
        return id.tokenKey();
    }

    /** What it holds now. */
    public StoreStatus status(Instant now) throws IOException {
        return StatusQueries.ask(database, now, Files.size(directory.resolve("store.mv.db")));
    }

    /**
     * Closes the file and lets others have it.
     *
     * @throws StoreException if not all could be written; it is looked over when it is opened the next time
     */
    @Override
    public void close() throws IOException {
        try (lock) {
            database.close();
            Files.deleteIfExists(directory.resolve("store.dirty"));
        }
    }
}
