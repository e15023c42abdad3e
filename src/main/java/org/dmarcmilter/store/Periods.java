package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.aggregate.Period;
import org.dmarcmilter.store.StoreLog.Event;

/**
 * Which periods are open. A message counts in the period in which it came, or, if that is closed, in the next one that is open; so each
 * is in exactly one, and nothing is ever added to a period that is closed.
 *
 * <p>Where a late message counts does not depend on when it was imported, only on which periods were closed before: so a store that is
 * built anew counts as the old one did.
 */
public final class Periods {
    /** Further ahead of our clock than this, a record's time is a mistake. */
    private static final Duration AHEAD = Duration.ofMinutes(10);

    /** Where a message counts. */
    record Place(Period period, boolean late) {}

    /**
     * A period that was closed.
     *
     * @param messages how many are counted in it
     * @param silent journals that may hold more of it, and whose messages will count as late
     */
    public record Closed(Period period, long messages, List<String> silent) {
        public Closed {
            silent = List.copyOf(silent);
        }
    }

    private final Database database;
    private final StoreLog log;
    private final Set<Period> closed = new HashSet<>();

    Periods(Database database, StoreLog log) throws IOException {
        this.database = database;
        this.log = log;
        closed.addAll(database.transaction(() -> periods("closed', 'prepared")));
    }

    private List<Period> periods(String states) throws SQLException {
        return database.list(
                "SELECT begin_at, seconds FROM dm_period WHERE state IN ('" + states + "') ORDER BY begin_at, seconds",
                row -> new Period(Instant.ofEpochSecond(row.getLong(1)), row.getInt(2)));
    }

    /**
     * Where a message counts; empty if nowhere: it comes too late, or there is no period of that length.
     *
     * @param time when it came
     * @param seconds the length of its period
     */
    Optional<Place> of(Instant time, int seconds, Instant now, Duration lateLimit) {
        if (seconds < 1 || Period.DAY % seconds != 0) {
            return Optional.empty();
        }
        Period own = Period.at(time.isAfter(now.plus(AHEAD)) ? now : time, seconds);
        Period place = own;
        while (closed.contains(place)) {
            place = new Period(place.next(), seconds);
            if (Duration.between(time, place.begin()).compareTo(lateLimit) > 0) {
                return Optional.empty();
            }
        }
        return Optional.of(new Place(place, !place.equals(own)));
    }

    /** Whether that period is closed. */
    boolean isClosed(Period period) {
        return closed.contains(period);
    }

    /**
     * Closes the periods that are over: when every journal was read beyond their end, or at the end of the grace. A journal that wrote
     * nothing since before the period began is not waited for, nor one whose writer was stopped.
     */
    public List<Closed> close(Instant now, Duration grace) throws IOException {
        List<Closed> done = new ArrayList<>();
        for (Period period : database.transaction(() -> periods("open"))) {
            if (now.isBefore(period.next())) {
                continue;
            }
            List<String> silent = database.transaction(() -> database.list(
                    "SELECT node FROM dm_node WHERE state = 'active' AND watermark < ? AND watermark >= ? ORDER BY node",
                    row -> row.getString(1),
                    period.next().getEpochSecond(),
                    period.begin().getEpochSecond()));
            if (silent.isEmpty() || !now.isBefore(period.closesAtTheLatest(grace))) {
                log.append(Event.CLOSE, closing(period, now));
                log.force();
                done.add(new Closed(period, close(period, now), silent));
            }
        }
        return done;
    }

    /** The line of the log: what was read of each journal so far is in the period or before it, and the rest is late. */
    private Object[] closing(Period period, Instant now) throws IOException {
        List<Object> fields = new ArrayList<>();
        fields.add(period.begin().getEpochSecond());
        fields.add(period.seconds());
        fields.add(now.getEpochSecond());
        for (JournalPlace place : places()) {
            fields.add(place.node());
            fields.add(place.segment());
            fields.add(place.position());
        }
        return fields.toArray();
    }

    /** How far each journal was read: the last segment that was begun. */
    List<JournalPlace> places() throws IOException {
        return database.transaction(() -> database.list(
                "SELECT s.node, s.segment, s.pos FROM dm_segment s WHERE s.segment ="
                        + " (SELECT MAX(l.segment) FROM dm_segment l WHERE l.node = s.node) ORDER BY s.node",
                row -> new JournalPlace(row.getString(1), row.getString(2), row.getLong(3))));
    }

    /** Closes one period, and says how many messages it has. */
    long close(Period period, Instant now) throws IOException {
        long begin = period.begin().getEpochSecond();
        long messages = database.transaction(() -> {
            // A period without messages has no row yet when a lost store is built anew.
            database.update(
                    "INSERT INTO dm_period (begin_at, seconds, state, closed_at) VALUES (?, ?, 'closed', ?)"
                            + " ON DUPLICATE KEY UPDATE closed_at = CASE WHEN state = 'open' THEN VALUES(closed_at) ELSE closed_at END,"
                            + " state = CASE WHEN state = 'open' THEN 'closed' ELSE state END",
                    begin,
                    period.seconds(),
                    now.getEpochSecond());
            return database.number(
                    "SELECT SUM(messages) FROM dm_tally WHERE begin_at = ? AND seconds = ?", begin, period.seconds());
        });
        closed.add(period);
        return messages;
    }
}
