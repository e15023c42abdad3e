package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.dmarcmilter.store.StoreFiles.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a store that can be used: what was found, and what had to be done to it.
 *
 * @param rebuilt whether the database was lost or damaged, and is a new one
 * @param lookedOver whether the last one did not close it
 * @param closings how often it was closed before
 */
record Opening(
        StoreFiles files,
        StoreId id,
        StoreLog log,
        Database database,
        Periods periods,
        boolean rebuilt,
        boolean lookedOver,
        long closings) {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    static Opening of(StoreFiles files, Database.Engine engine, Journals journals, ReportRules rules, Instant now)
            throws IOException {
        StoreId id = StoreId.of(files.id());
        long told = StoreLog.lastClosing(files.log());
        StoreLog log = new StoreLog(files.log());
        try {
            State state = files.markDirty();
            if (Files.exists(files.database())) {
                try {
                    if (state == State.DAMAGED) {
                        throw new StoreException.Damaged(files.database() + ": was found to be damaged in use");
                    }
                    return opened(files, engine, id, log, told, journals, rules, state == State.DIRTY);
                } catch (StoreException.Damaged e) {
                    LOG.warn("{}; put aside as {}", e.getMessage(), files.putAside(now));
                } catch (StoreException.OutOfMemory e) {
                    if (state == State.CLOSED) {
                        throw e;
                    }
                    LOG.warn("{}, again; put aside as {}", e.getMessage(), files.putAside(now));
                }
            }
            return opened(files, engine, id, log, told, journals, rules, false);
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private static Opening opened(
            StoreFiles files,
            Database.Engine engine,
            StoreId id,
            StoreLog log,
            long told,
            Journals journals,
            ReportRules rules,
            boolean dirty)
            throws IOException {
        Database database = Database.open(files.name(), engine);
        try {
            Schema schema = new Schema(database, files.database().toString());
            schema.install(id);
            // Not when the file did not exist: it may have been made by a process that was killed before it had filled
            // it.
            boolean anew = schema.isNew();
            long closings = schema.closings();
            if (!anew) {
                checkClosings(closings, told, files.database());
            }
            if (dirty && !anew) {
                Soundness.check(database, files.database().toString());
            }
            Periods periods = new Periods(database, log);
            boolean rebuilt = false;
            if (dirty || anew) {
                Recovery.Summary done = recovery(files, id, log, journals, rules, database, periods)
                        .run(anew, closings);
                schema.filled();
                rebuilt = anew && done.lines() > 0;
                tell(files, done, rebuilt);
            }
            return new Opening(files, id, log, database, periods, rebuilt, dirty, Math.max(closings, told));
        } catch (IOException | RuntimeException e) {
            database.abandon();
            throw e;
        }
    }

    /**
     * Where the newest of its pages is damaged, the engine goes back to the version before without a word. What was done since stands
     * in the log, but an older database would do it again.
     *
     * @param known to the database
     * @param told by the log
     * @param file in which it was found
     */
    static void checkClosings(long known, long told, Path file) throws StoreException.Damaged {
        if (told > known) {
            throw new StoreException.Damaged(
                    file + ": the log tells that the store was closed " + told + " times, its database of " + known);
        }
    }

    private static void tell(StoreFiles files, Recovery.Summary done, boolean rebuilt) {
        if (rebuilt) {
            LOG.warn(
                    "{} was built anew from the journal and {} lines of {} ({} damaged): {} periods closed again",
                    files.database(),
                    done.lines(),
                    files.log(),
                    done.damaged(),
                    done.periods());
        } else if (done.damaged() > 0) {
            LOG.warn("{}: {} damaged lines", files.log(), done.damaged());
        }
    }

    private static Recovery recovery(
            StoreFiles files,
            StoreId id,
            StoreLog log,
            Journals journals,
            ReportRules rules,
            Database database,
            Periods periods) {
        return new Recovery(
                database,
                files.log(),
                log,
                new JournalImport(database, journals, periods, rules),
                periods,
                new Preparation(database, log, id.id()),
                rules);
    }
}
