package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import org.dmarcmilter.store.StoreFiles.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a store that can be used: what was found, and what had to be done to it.
 *
 * @param rebuilt whether the database was lost or damaged, and is a new one
 */
record Opening(StoreFiles files, StoreId id, StoreLog log, Database database, Periods periods, boolean rebuilt) {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    static Opening of(StoreFiles files, Database.Engine engine, Journals journals, ReportRules rules, Instant now)
            throws IOException {
        StoreId id = StoreId.of(files.id());
        StoreLog log = new StoreLog(files.log());
        try {
            State state = files.markDirty();
            if (Files.exists(files.database())) {
                try {
                    if (state == State.DAMAGED) {
                        throw new StoreException.Damaged(files.database() + ": was found to be damaged in use");
                    }
                    return opened(files, engine, id, log, journals, rules, state == State.DIRTY);
                } catch (StoreException.Damaged e) {
                    LOG.warn("{}; put aside as {}", e.getMessage(), files.putAside(now));
                }
            }
            return opened(files, engine, id, log, journals, rules, false);
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
            if (dirty && !anew) {
                Soundness.check(database, files.database().toString());
            }
            Periods periods = new Periods(database, log);
            boolean rebuilt = false;
            if (dirty || anew) {
                Recovery.Summary done = recovery(files, id, log, journals, rules, database, periods)
                        .run(anew);
                schema.filled();
                rebuilt = anew && done.lines() > 0;
                tell(files, done, rebuilt);
            }
            return new Opening(files, id, log, database, periods, rebuilt);
        } catch (IOException | RuntimeException e) {
            database.abandon();
            throw e;
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
