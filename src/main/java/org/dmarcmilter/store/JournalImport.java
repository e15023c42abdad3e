package org.dmarcmilter.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts.Weight;

/**
 * From the journals into the counters: some thousand records at a time, or fewer large ones, are counted in memory and written together
 * with the place that was reached, in one transaction. Memory is bounded by that, neither by the day nor by what senders make.
 */
public final class JournalImport {
    /** Records of one transaction. */
    static final int MAX_RECORDS = 10_000;

    /**
     * What was imported.
     *
     * @param messages that were counted
     * @param late of these, those whose own period was closed
     * @param skipped lines that are damaged, and messages that came too late to be counted, or were told by others
     * @param merged kinds of rows that were counted under a common one, as there were too many
     * @param complete whether everything that is there was read
     */
    public record Summary(long messages, long late, long skipped, long merged, boolean complete) {}

    /** Hears after each transaction how far it is. */
    public interface Watch {
        /** So many octets of the journals were read, of about so many that waited. */
        void at(long octets, long all);
    }

    private final Database database;
    private final Journals journals;
    private final Periods periods;
    private final Counters counters;
    private final Duration lateLimit;
    private long messages;
    private long late;
    private long skipped;
    private Watch watch = (done, waiting) -> {};
    private long octets;
    private long all;

    JournalImport(Database database, Journals journals, Periods periods, ReportRules rules) {
        this.database = database;
        this.journals = journals;
        this.periods = periods;
        this.counters = new Counters(database, rules.maxFacts());
        this.lateLimit = rules.lateLimit();
    }

    /**
     * Imports what is there, the oldest first.
     *
     * @param goOn asked between two transactions
     */
    public Summary run(Instant now, BooleanSupplier goOn) throws IOException {
        return run(now, goOn, (octets, all) -> {});
    }

    /** The same while somebody watches. */
    public Summary run(Instant now, BooleanSupplier goOn, Watch watcher) throws IOException {
        watch = watcher;
        all = journals.waitingOctets();
        boolean complete = true;
        for (Journals.Segment segment : journals.segments()) {
            complete &= read(segment, Long.MAX_VALUE, now, goOn);
        }
        return new Summary(messages, late, skipped, counters.merged(), complete);
    }

    /**
     * Packs segments of which everything is in the store, and deletes those that were finished long ago.
     *
     * @param keep for how long, for a store that has to be built anew
     */
    public void tidy(Instant now, Duration keep) throws IOException {
        record Finished(String node, String segment, long at) {}
        List<Finished> finished = database.transaction(() -> database.list(
                "SELECT node, segment, finished FROM dm_segment WHERE finished IS NOT NULL ORDER BY node, segment",
                row -> new Finished(row.getString(1), row.getString(2), row.getLong(3))));
        Set<String> kept = new HashSet<>();
        Set<String> old = new HashSet<>();
        for (Finished segment : finished) {
            (segment.at() < now.minus(keep).getEpochSecond() ? old : kept).add(segment.segment());
        }
        // First the files: one without its row would be counted a second time.
        journals.tidy(kept, old);
        database.transaction(() -> {
            for (Finished segment : finished) {
                if (old.contains(segment.segment())) {
                    database.update(
                            "DELETE FROM dm_segment WHERE node = ? AND segment = ?", segment.node(), segment.segment());
                }
            }
            return old.size();
        });
    }

    /** Imports up to these places and not beyond them: journals that are not named are not read. */
    void upTo(List<JournalPlace> places, Instant now) throws IOException {
        for (Journals.Segment segment : journals.segments()) {
            for (JournalPlace place : places) {
                if (place.node().equals(segment.node()) && place.isAfter(segment.name(), 0)) {
                    boolean whole = place.segment().compareTo(segment.name()) > 0;
                    read(segment, whole ? Long.MAX_VALUE : place.position(), now, () -> true);
                }
            }
        }
    }

    /** Where to go on in a segment, or that all of it is in the store. */
    private record Reached(long position, boolean finished) {}

    private boolean read(Journals.Segment segment, long until, Instant now, BooleanSupplier goOn) throws IOException {
        Reached reached = database.transaction(() -> database.first(
                        "SELECT pos, finished FROM dm_segment WHERE node = ? AND segment = ?",
                        row -> new Reached(row.getLong(1), row.getObject(2) != null),
                        segment.node(),
                        segment.name()))
                .orElse(new Reached(0, false));
        while (!reached.finished() && reached.position() < until) {
            if (!goOn.getAsBoolean()) {
                return false;
            }
            Batch batch = new Batch();
            long[] lost = {0};
            long from = reached.position();
            Journals.Read read = journals.read(
                    segment, from, until, MAX_RECORDS, (time, record) -> lost[0] += count(batch, time, record, now));
            if (read.position() == from && !read.finished()) {
                return true;
            }
            counters.write(batch, progress(segment, read, lost[0]), now);
            messages += batch.messages();
            late += batch.tallies().values().stream()
                    .mapToLong(Batch.Tally::late)
                    .sum();
            skipped += read.skipped() + lost[0];
            octets += read.position() - from;
            watch.at(octets, all);
            reached = new Reached(read.position(), read.finished());
        }
        return true;
    }

    /** How many records were not counted: 0 or 1. */
    private int count(Batch batch, Instant time, ReportFacts record, Instant now) {
        Optional<Periods.Place> place = periods.of(time, record.policy().every(), now, lateLimit)
                // Whoever recorded it has told of it; the next report of ours would tell it again.
                .filter(found -> !found.late() || record.row().weight() != Weight.PAST);
        place.ifPresent(p -> batch.add(time, record, p.period(), p.late()));
        return place.isPresent() ? 0 : 1;
    }

    private static Progress progress(Journals.Segment segment, Journals.Read read, long lost) {
        return new Progress(
                segment.node(),
                read.instance(),
                read.version(),
                segment.name(),
                read.position(),
                read.skipped() + lost,
                read.watermark(),
                read.finished(),
                read.finished() && segment.newest());
    }
}
