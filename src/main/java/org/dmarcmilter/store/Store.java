package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.dmarcmilter.store.StoreLog.Event;

/**
 * The store of one host, open. One process has it at a time: {@code run.lock} in the same directory is locked as long.
 *
 * <p>Beside the database lie {@code store.id} (who it is), {@code store.log} (what the journal cannot tell again) and, while it is
 * open, {@code store.dirty}: whoever finds that knows that the last one did not close it. The database is only a cache of journal and
 * log: if it looks wrong it is put aside and built anew, with the same reports of the same identifiers, and nothing that was sent is
 * sent again.
 */
public final class Store implements AutoCloseable {
    /** Above this size a file is looked at for room to give back. */
    private static final long COMPACT_FROM = 64L << 20;

    private final StoreFiles files;
    private final FileChannel lock;
    private final StoreId id;
    private final StoreLog log;
    private final Database database;
    private final Periods periods;
    private final ReportRules rules;
    private final Journals journals;
    private final boolean rebuilt;
    private final boolean lookedOver;
    private final long closings;
    private final String owner;

    private Store(Opening opening, FileChannel lock, Journals journals, ReportRules rules) {
        this.files = opening.files();
        this.lock = lock;
        this.id = opening.id();
        this.log = opening.log();
        this.database = opening.database();
        this.periods = opening.periods();
        this.rebuilt = opening.rebuilt();
        this.lookedOver = opening.lookedOver();
        this.closings = opening.closings();
        this.rules = rules;
        this.journals = journals;
        // Another for each time it is opened: a lease of before is somebody else's.
        this.owner = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    }

    /**
     * Opens the store, or makes it if there is none. After a process was killed, and after the file was damaged or lost, this brings it
     * to where it was, which may take as long as importing the journal of some days.
     *
     * @param directory the state directory; made if it does not exist
     * @param rules for reports that have to be prepared again
     * @throws StoreException.InUse if another process has it
     * @throws StoreException.TooNew if a newer version made it
     */
    public static Store open(Path directory, ReportRules rules, Instant now) throws IOException {
        StoreFiles files = new StoreFiles(directory);
        return open(files, new SegmentFiles(files.directory()), rules, now);
    }

    static Store open(StoreFiles files, Journals journals, ReportRules rules, Instant now) throws IOException {
        return open(files, Database::connect, journals, rules, now);
    }

    static Store open(StoreFiles files, Database.Engine engine, Journals journals, ReportRules rules, Instant now)
            throws IOException {
        FileChannel lock = files.lock();
        try {
            return new Store(Opening.of(files, engine, journals, rules, now), lock, journals, rules);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Reports on their way. */
    public Reports reports() {
        return new Reports(database, log, owner);
    }

    /** What goes to single addresses. */
    public Deliveries deliveries() {
        return new Deliveries(database, log, owner);
    }

    /** Addresses that get nothing for a time. */
    public Suppressions suppressions() {
        return new Suppressions(database, log);
    }

    /** What the operator wants for single policy domains. */
    public Domains domains() {
        return new Domains(database, log);
    }

    /** Which periods are open. */
    public Periods periods() {
        return periods;
    }

    /** From closed periods to reports. */
    public Preparation preparation() {
        return new Preparation(database, log, id.id());
    }

    /** What is in the journals and not here yet. */
    public JournalImport journalImport() {
        return new JournalImport(database, journals, periods, rules);
    }

    /** What is old. */
    public Expiry expiry() {
        return new Expiry(database, log, files.log());
    }

    /** 32 hexadecimal digits that no other store has. */
    public String id() {
        return id.id();
    }

    /** 64 hexadecimal digits, secret: what tokens in envelope senders are signed with. */
    public String tokenKey() {
        return id.tokenKey();
    }

    /** Whether it had to be built anew when it was opened. */
    public boolean wasRebuilt() {
        return rebuilt;
    }

    /** What it holds now. */
    public StoreStatus status(Instant now) throws IOException {
        return StatusQueries.ask(database, now, Files.size(files.database()));
    }

    /**
     * Closes the file and lets others have it.
     *
     * @throws StoreException if not all could be written; it is looked over when it is opened the next time
     */
    @Override
    public void close() throws IOException {
        try (lock;
                log) {
            if (database.isDamaged() || (database.wasOutOfMemory() && lookedOver)) {
                files.markDamaged();
            }
            if (database.isDamaged() || database.wasOutOfMemory()) {
                database.abandon();
                return;
            }
            try {
                closeDatabase();
            } catch (StoreException.Damaged e) {
                files.markDamaged();
                throw e;
            }
            log.append(Event.CLEAN, closings + 1);
            log.force();
            Files.deleteIfExists(files.dirty());
        }
    }

    private void closeDatabase() throws IOException {
        try {
            new Schema(database, files.database().toString()).close(closings + 1);
        } catch (IOException e) {
            database.abandon();
            throw e;
        }
        if (Files.size(files.database()) > COMPACT_FROM && database.isMostlyEmpty()) {
            database.closeCompact();
        } else {
            database.close();
        }
    }
}
