package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.StoreLog.Event;

/** What the operator wants for single policy domains. */
public final class Domains {
    private static final int MAX_RUA = 2100;
    private static final int MAX_NOTE = 255;

    private static final String SELECT = "SELECT domain, rua, no_report, note FROM dm_domain";

    private final Database database;
    private final StoreLog log;

    Domains(Database database, StoreLog log) {
        this.database = database;
        this.log = log;
    }

    /** The wish for that policy domain. */
    public Optional<DomainWish> find(DomainName domain) throws IOException {
        return database.transaction(() -> database.first(SELECT + " WHERE domain = ?", Domains::read, domain.ascii()));
    }

    /** All wishes, by name. */
    public List<DomainWish> list() throws IOException {
        return database.transaction(() -> database.list(SELECT + " ORDER BY domain", Domains::read));
    }

    /**
     * Keeps the wish, instead of an earlier one for that domain.
     *
     * @throws IllegalArgumentException if a text is too long
     */
    public void put(DomainWish wish) throws IOException {
        if (joined(wish).length() > MAX_RUA || wish.note().length() > MAX_NOTE) {
            throw new IllegalArgumentException("a text for " + wish.domain() + " is too long");
        }
        database.transaction(() -> {
            log.append(Event.WISH, fields(wish));
            log.force();
            write(wish);
            return true;
        });
    }

    private static String joined(DomainWish wish) {
        return wish.rua().map(uris -> String.join(",", uris)).orElse("");
    }

    static Object[] fields(DomainWish wish) {
        return new Object[] {
            wish.domain().ascii(), (wish.rua().isPresent() ? "+" : "-") + joined(wish), wish.noReport(), wish.note()
        };
    }

    /** What a line of the log says. */
    static DomainWish of(StoreLog.Entry entry) {
        String rua = entry.text(1);
        return new DomainWish(
                new DomainName(entry.text(0)),
                rua.startsWith("+") ? Optional.of(Reports.split(rua.substring(1), ",")) : Optional.empty(),
                Boolean.parseBoolean(entry.text(2)),
                entry.text(3));
    }

    /** Keeps it, within a transaction. */
    void write(DomainWish wish) throws SQLException {
        erase(wish.domain());
        database.update(
                "INSERT INTO dm_domain (domain, rua, no_report, note) VALUES (?, ?, ?, ?)",
                wish.domain().ascii(),
                wish.rua().isPresent() ? joined(wish) : null,
                wish.noReport() ? 1 : 0,
                wish.note());
    }

    /** Forgets it, within a transaction. */
    int erase(DomainName domain) throws SQLException {
        return database.update("DELETE FROM dm_domain WHERE domain = ?", domain.ascii());
    }

    /** Forgets the wish; false if there was none. */
    public boolean remove(DomainName domain) throws IOException {
        return database.transaction(() -> {
            log.append(Event.UNWISH, domain.ascii());
            log.force();
            return erase(domain) > 0;
        });
    }

    private static DomainWish read(ResultSet row) throws SQLException {
        return new DomainWish(
                new DomainName(row.getString(1)),
                Optional.ofNullable(row.getString(2)).map(rua -> Reports.split(rua, ",")),
                row.getInt(3) != 0,
                row.getString(4));
    }
}
