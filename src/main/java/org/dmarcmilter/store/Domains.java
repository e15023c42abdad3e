package org.dmarcmilter.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/** What the operator wants for single policy domains. */
public final class Domains {
    private static final int MAX_RUA = 2100;
    private static final int MAX_NOTE = 255;

    private static final String SELECT = "SELECT domain, rua, no_report, note FROM dm_domain";

    private final Database database;

    Domains(Database database) {
        this.database = database;
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
        String rua = wish.rua().map(uris -> String.join(",", uris)).orElse(null);
        if ((rua != null && rua.length() > MAX_RUA) || wish.note().length() > MAX_NOTE) {
            throw new IllegalArgumentException("a text for " + wish.domain() + " is too long");
        }
        database.transaction(() -> {
            database.update(
                    "DELETE FROM dm_domain WHERE domain = ?", wish.domain().ascii());
            return database.update(
                    "INSERT INTO dm_domain (domain, rua, no_report, note) VALUES (?, ?, ?, ?)",
                    wish.domain().ascii(),
                    rua,
                    wish.noReport() ? 1 : 0,
                    wish.note());
        });
    }

    /** Forgets the wish; false if there was none. */
    public boolean remove(DomainName domain) throws IOException {
        return database.transaction(
                () -> database.update("DELETE FROM dm_domain WHERE domain = ?", domain.ascii()) > 0);
    }

    private static DomainWish read(ResultSet row) throws SQLException {
        return new DomainWish(
                new DomainName(row.getString(1)),
                Optional.ofNullable(row.getString(2)).map(rua -> List.of(rua.split(","))),
                row.getInt(3) != 0,
                row.getString(4));
    }
}
