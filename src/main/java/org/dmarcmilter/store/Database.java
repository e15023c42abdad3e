package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The one connection, and what all tables do with it: transactions, statements that are prepared once, and errors in our words.
 *
 * <p>For one thread. Not for two transactions at a time.
 */
final class Database implements AutoCloseable {
    /**
     * Errors of H2 that say nothing about what is in the file: of the disk, of the process, of a statement's values. All others mean
     * damage, as our statements are fixed and were tried: a flipped octet shows as a syntax error of a table's definition, as a value
     * that cannot be converted, as a table that is not there.
     */
    private static final Set<Integer> NO_DAMAGE = Set.of(
            ErrorCode.DATABASE_ALREADY_OPEN_1,
            ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
            ErrorCode.DATABASE_IS_CLOSED,
            ErrorCode.DATABASE_IS_READ_ONLY,
            ErrorCode.OBJECT_CLOSED,
            ErrorCode.CONNECTION_BROKEN_1,
            ErrorCode.STATEMENT_WAS_CANCELED,
            ErrorCode.LOCK_TIMEOUT_1,
            ErrorCode.DEADLOCK_1,
            ErrorCode.IO_EXCEPTION_1,
            ErrorCode.IO_EXCEPTION_2,
            ErrorCode.FILE_CREATION_FAILED_1,
            ErrorCode.FILE_DELETE_FAILED_1,
            ErrorCode.FILE_RENAME_FAILED_2,
            ErrorCode.OUT_OF_MEMORY,
            ErrorCode.VALUE_TOO_LONG_2,
            ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE_1,
            ErrorCode.NULL_NOT_ALLOWED,
            ErrorCode.DUPLICATE_KEY_1);

    /** Percent. */
    private static final int ENOUGH_FILLED = 25;

    /** Opens the engine's file, or makes it; the name is without the engine's ending. */
    interface Engine {
        Connection connect(Path file) throws SQLException;
    }

    /** Work within a transaction. */
    interface Work<T> {
        T run() throws SQLException, IOException;
    }

    /** Makes a value of the row that a result stands on. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Takes the row that a result stands on. */
    interface RowSink {
        void take(ResultSet row) throws SQLException, IOException;
    }

    private final Connection connection;
    private final String name;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private boolean damaged;
    private boolean outOfMemory;

    /**
     * Takes over the connection.
     *
     * @param name of the file, for messages
     */
    Database(Connection connection, String name) throws SQLException {
        this.connection = connection;
        this.name = name;
        connection.setAutoCommit(false);
    }

    /**
     * Opens the file, or makes it.
     *
     * @param file without {@code .mv.db}, which the engine adds
     */
    static Database open(Path file) throws StoreException {
        return open(file, Database::connect);
    }

    static Database open(Path file, Engine engine) throws StoreException {
        String name = file + ".mv.db";
        try {
            return new Database(engine.connect(file), name);
        } catch (SQLException e) {
            throw problem(e, name);
        }
    }

    /** The engine's connection; no driver is looked up by name, as there is one. */
    static Connection connect(Path file) throws SQLException {
        // MySQL's mode has "ON DUPLICATE KEY UPDATE". The journal makes data durable, so WRITE_DELAY stays as it is:
        // with 0 the file is
        // never compacted and grows to the double.
        String options =
                ";MODE=MySQL;DATABASE_TO_LOWER=TRUE;NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0"
                        + ";CACHE_SIZE=8192";
        return new org.h2.Driver().connect("jdbc:h2:file:" + file.toAbsolutePath() + options, new Properties());
    }

    /**
     * Commits what the work did, or nothing of it.
     *
     * @throws StoreException if the engine fails; what else the work throws goes through
     */
    <T> T transaction(Work<T> work) throws IOException {
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException e) {
            rollBack(e);
            throw problem(e);
        } catch (IOException | RuntimeException e) {
            rollBack(e);
            throw e;
        }
    }

    private void rollBack(Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /** Runs one statement and says how many rows it changed. */
    int update(String sql, @Nullable Object... values) throws SQLException {
        return filled(statement(sql), values).executeUpdate();
    }

    /** Runs a statement whose text will hardly be wanted again. */
    int updateOnce(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return filled(statement, values).executeUpdate();
        }
    }

    /** The first row of the answer. */
    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... values) throws SQLException {
        try (ResultSet rows = filled(statement(sql), values).executeQuery()) {
            return rows.next() ? Optional.of(read(rows, reader)) : Optional.empty();
        }
    }

    /** All rows of the answer: for answers that are known to be short. */
    <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... values) throws SQLException {
        List<T> all = new ArrayList<>();
        try (ResultSet rows = filled(statement(sql), values).executeQuery()) {
            while (rows.next()) {
                all.add(read(rows, reader));
            }
        }
        return all;
    }

    /** What was written can be read: a row that cannot holds something else. */
    private static <T> T read(ResultSet row, RowReader<T> reader) throws SQLException {
        try {
            return reader.read(row);
        } catch (RuntimeException e) {
            SQLException damage = damage("it holds a row that is none: " + e.getMessage());
            damage.initCause(e);
            throw damage;
        }
    }

    /** A number that every row of the answer has; 0 without rows or for NULL. */
    long number(String sql, @Nullable Object... values) throws SQLException {
        return first(sql, row -> row.getLong(1), values).orElse(0L);
    }

    /** Inserts a row and says which id it got. */
    long insert(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql, new String[] {"id"});
            prepared.put(sql, statement);
        }
        filled(statement, values).executeUpdate();
        try (ResultSet keys = statement.getGeneratedKeys()) {
            keys.next();
            return keys.getLong(1);
        }
    }

    /** The statement, made when it is first wanted; there are as many as this package has texts. */
    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    /** Sets the values of a statement, in order. */
    static PreparedStatement filled(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** What happened, in our words: a damaged file is told from all else, as it is rebuilt. */
    private StoreException problem(SQLException e) {
        StoreException problem = problem(e, name);
        damaged |= problem instanceof StoreException.Damaged;
        outOfMemory |= problem instanceof StoreException.OutOfMemory;
        return problem;
    }

    /** For a row that holds what nobody has written, as if the engine had seen it. */
    static SQLException damage(String what) {
        return new SQLException(what, "", ErrorCode.FILE_CORRUPTED_1);
    }

    /** Whether it was found to hold what was never written. */
    boolean isDamaged() {
        return damaged;
    }

    /** Whether the engine wanted more memory than there is. */
    boolean wasOutOfMemory() {
        return outOfMemory;
    }

    /** What happened to the file of that name. */
    static StoreException problem(SQLException e, String name) {
        String text = name + ": " + firstLine(e);
        if (e.getErrorCode() == ErrorCode.OUT_OF_MEMORY) {
            return new StoreException.OutOfMemory(text, e);
        }
        return isDamage(e) ? new StoreException.Damaged(text, e) : new StoreException(text, e);
    }

    private static String firstLine(SQLException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        int cut = message.indexOf("; SQL statement:");
        return (cut < 0 ? message : message.substring(0, cut))
                .lines()
                .findFirst()
                .orElse("");
    }

    private static boolean isDamage(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof MVStoreException store) {
                return switch (store.getErrorCode()) {
                    // A full disk, a second process, a file that was closed: what is in the file is as it was.
                    case DataUtils.ERROR_WRITING_FAILED, DataUtils.ERROR_CLOSED, DataUtils.ERROR_FILE_LOCKED -> false;
                    default -> true;
                };
            }
        }
        return !NO_DAMAGE.contains(e.getErrorCode());
    }

    /** Whether three quarters of the file are room that is not used, so that it pays to write it anew. */
    boolean isMostlyEmpty() throws IOException {
        return transaction(() -> number("SELECT CAST(setting_value AS INT) FROM information_schema.settings"
                        + " WHERE setting_name = 'info.FILL_RATE'")
                < ENOUGH_FILLED);
    }

    /** Closes it and writes the file anew, without the room that is not used. */
    void closeCompact() throws IOException {
        try {
            writeOut();
            updateOnce("SHUTDOWN COMPACT");
        } catch (SQLException e) {
            abandon();
            throw problem(e);
        }
    }

    /** The engine says nothing of what it cannot write when it closes the file, as on a full disk. */
    private void writeOut() throws SQLException {
        updateOnce("CHECKPOINT SYNC");
    }

    @Override
    public void close() throws StoreException {
        try {
            writeOut();
            connection.close();
        } catch (SQLException e) {
            abandon();
            throw problem(e);
        }
    }

    /** Closes it after something went wrong, which is told already. */
    void abandon() {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing that was promised is in doubt: the next one to open it looks it over.
        }
    }
}
