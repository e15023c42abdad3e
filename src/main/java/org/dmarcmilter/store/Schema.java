package org.dmarcmilter.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.regex.Pattern;

/** The tables: which version a store has, and how it gets to ours. Each version is a file of statements beside this class. */
final class Schema {
    /** What this program writes. */
    static final int VERSION = 1;

    private static final Pattern COMMENT = Pattern.compile("--[^\n]*");

    private final Database database;
    private final String name;

    Schema(Database database, String name) {
        this.database = database;
        this.name = name;
    }

    /**
     * Brings the tables to our version; a new store gets them all.
     *
     * @throws StoreException.TooNew if they are of a later version
     * @throws StoreException.Damaged if there are some, but not those that say which
     */
    void install(StoreId id) throws IOException {
        int version = version();
        if (version > VERSION) {
            throw new StoreException.TooNew(name + ": tables of version " + version + ", and this program knows "
                    + VERSION + "; use the version of dmarc-milter that wrote it");
        }
        for (int next = version + 1; next <= VERSION; next++) {
            upgrade(next, id);
        }
    }

    /** Whether the tables were made and not filled yet with what the log tells. */
    boolean isNew() throws IOException {
        return database.transaction(() -> database.number("SELECT COUNT(*) FROM dm_meta WHERE name = 'new'")) > 0;
    }

    /** The tables hold what the log tells. */
    void filled() throws IOException {
        database.transaction(() -> database.update("DELETE FROM dm_meta WHERE name = 'new'"));
    }

    /** How often the store was closed before. */
    long closings() throws IOException {
        return database.transaction(() -> numberOf("closings"));
    }

    /** The store is about to be closed for the time of that number. */
    void close(long closing) throws IOException {
        database.transaction(() -> {
            database.update("DELETE FROM dm_meta WHERE name = 'closings'");
            return database.update("INSERT INTO dm_meta (name, value) VALUES ('closings', ?)", Long.toString(closing));
        });
    }

    private int version() throws IOException {
        return database.transaction(() -> {
            boolean hasMeta =
                    database.number("SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'dm_meta'") > 0;
            return hasMeta ? (int) numberOf("schema") : 0;
        });
    }

    private long numberOf(String name) throws SQLException {
        return database.first("SELECT value FROM dm_meta WHERE name = ?", row -> Long.parseLong(row.getString(1)), name)
                .orElse(0L);
    }

    /** H2 commits each statement about a table; so the version comes last, and what a killed process left is dropped first. */
    private void upgrade(int version, StoreId id) throws IOException {
        database.transaction(() -> {
            if (version == 1) {
                database.updateOnce("DROP ALL OBJECTS");
            }
            for (String statement : statements(version)) {
                database.updateOnce(statement);
            }
            database.update("DELETE FROM dm_meta WHERE name IN ('schema', 'store')");
            if (version == 1) {
                database.update("INSERT INTO dm_meta (name, value) VALUES ('new', 'yes')");
            }
            database.update("INSERT INTO dm_meta (name, value) VALUES ('schema', ?)", Integer.toString(version));
            return database.update("INSERT INTO dm_meta (name, value) VALUES ('store', ?)", id.id());
        });
    }

    private static String[] statements(int version) throws IOException {
        String file = "schema-" + version + ".sql";
        try (InputStream in = Schema.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the program");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return COMMENT.matcher(text).replaceAll("").strip().split(";\\s*");
        }
    }
}
