package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.store.StoreLog.Event;
import org.dmarcmilter.store.Suppression.Source;

/** Addresses that get no reports for a time, because mail to them came back, or because the operator says so. */
public final class Suppressions {
    /** The first strike's; each further one doubles it. */
    private static final Duration FIRST = Duration.ofDays(7);

    private static final Duration LONGEST = Duration.ofDays(90);

    private static final int MAX_ADDRESS = 320;
    private static final int MAX_REASON = 255;

    private static final String SELECT = "SELECT address, source, reason, strikes, since, until_at FROM dm_suppression";

    private final Database database;
    private final StoreLog log;

    Suppressions(Database database, StoreLog log) {
        this.database = database;
        this.log = log;
    }

    /**
     * Why nothing goes to that address now: by itself, by its host in either form.
     *
     * @param address {@code user@domain}
     */
    public Optional<Suppression> find(String address, Instant now) throws IOException {
        String exact = key(address);
        String host = exact.substring(exact.lastIndexOf('@') + 1);
        return database.transaction(() ->
                database
                        .list(SELECT + " WHERE address IN (?, ?, ?)", Suppressions::read, exact, "@" + host, host)
                        .stream()
                        .filter(suppression -> suppression.holds(now))
                        .findFirst());
    }

    /** All that are kept, also those that have run out, by address. */
    public List<Suppression> list() throws IOException {
        return database.transaction(() -> database.list(SELECT + " ORDER BY address", Suppressions::read));
    }

    /** Keeps the suppression, instead of an earlier one for that address. */
    public void put(Suppression suppression) throws IOException {
        database.transaction(() -> {
            write(suppression);
            note(suppression);
            return true;
        });
    }

    /** Lets the address have reports again; false if it was not suppressed. */
    public boolean remove(String address) throws IOException {
        return database.transaction(() -> {
            log.append(Event.UNSUPPRESS, key(address));
            log.force();
            return erase(address) > 0;
        });
    }

    /**
     * Mail to the address came back or was refused for good: nothing for 7 days, and each time twice as long, 90 days at most. What
     * the operator said stays.
     *
     * @return what holds now
     */
    public Suppression strike(String address, Source source, String reason, Instant now) throws IOException {
        return database.transaction(() -> {
            Optional<Suppression> before = exactly(address);
            if (before.isPresent() && before.get().until().isEmpty()) {
                return before.get();
            }
            int strikes = before.map(Suppression::strikes).orElse(0) + 1;
            Instant until = now.plus(lengthOf(strikes));
            Suppression after = new Suppression(key(address), source, reason, strikes, now, Optional.of(until));
            write(after);
            note(after);
            return after;
        });
    }

    private static Duration lengthOf(int strikes) {
        // A longer shift says no more than "longest".
        Duration length = FIRST.multipliedBy(1L << Math.min(strikes - 1, 8));
        return length.compareTo(LONGEST) < 0 ? length : LONGEST;
    }

    private Optional<Suppression> exactly(String address) throws SQLException {
        return database.first(SELECT + " WHERE address = ?", Suppressions::read, key(address));
    }

    private void note(Suppression suppression) throws IOException {
        log.append(Event.SUPPRESS, fields(suppression));
        log.force();
    }

    static Object[] fields(Suppression suppression) {
        return new Object[] {
            key(suppression.address()),
            suppression.source().word(),
            suppression.reason(),
            suppression.strikes(),
            suppression.since().getEpochSecond(),
            suppression.until().map(Instant::getEpochSecond).orElse(0L)
        };
    }

    /** What a line of the log says. */
    static Suppression of(StoreLog.Entry entry) {
        return new Suppression(
                entry.text(0),
                Source.of(entry.text(1)),
                entry.text(2),
                (int) entry.number(3),
                Instant.ofEpochSecond(entry.number(4)),
                entry.number(5) == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(entry.number(5))));
    }

    /** Forgets it, within a transaction. */
    int erase(String address) throws SQLException {
        return database.update("DELETE FROM dm_suppression WHERE address = ?", key(address));
    }

    /** Keeps it, within a transaction. */
    void write(Suppression suppression) throws SQLException {
        String address = key(suppression.address());
        if (address.isEmpty() || address.length() > MAX_ADDRESS) {
            throw new IllegalArgumentException("no address: " + address.length() + " characters");
        }
        String reason = suppression.reason();
        erase(address);
        database.update(
                "INSERT INTO dm_suppression (address, source, reason, strikes, since, until_at) VALUES (?, ?, ?, ?, ?, ?)",
                address,
                suppression.source().word(),
                reason.substring(0, Math.min(reason.length(), MAX_REASON)),
                suppression.strikes(),
                suppression.since().getEpochSecond(),
                suppression.until().map(Instant::getEpochSecond).orElse(0L));
    }

    /** Hosts do not tell upper from lower case; a local part may, but two addresses that differ in nothing else are one person's. */
    private static String key(String address) {
        return address.toLowerCase(Locale.ROOT);
    }

    private static Suppression read(ResultSet row) throws SQLException {
        long until = row.getLong(6);
        return new Suppression(
                row.getString(1),
                Source.of(row.getString(2)),
                row.getString(3),
                row.getInt(4),
                Instant.ofEpochSecond(row.getLong(5)),
                until == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(until)));
    }
}
