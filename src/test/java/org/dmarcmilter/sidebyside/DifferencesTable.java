package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The table for administrators, which is the one of the README. */
final class DifferencesTable {
    /** After the id of a row that a comparison message by message cannot show. */
    static final String NOT_COMPARED = " (not compared here)";

    private static final String HEAD = "| id | What | OpenDMARC | dmarc-milter | Why |";
    private static final int LINES_OF_HEAD = 2;
    private static final int COLUMNS = 5;

    private DifferencesTable() {}

    /** Its lines, with the two of the head. */
    static List<String> lines() {
        try (InputStream in = DifferencesTable.class.getResourceAsStream("/sidebyside/differences.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ids, with {@link #NOT_COMPARED} where it stands. */
    static List<String> ids() {
        List<String> lines = lines();
        if (!lines.get(0).equals(HEAD)) {
            throw new IllegalStateException("the table begins with " + HEAD);
        }
        return lines.stream().skip(LINES_OF_HEAD).map(DifferencesTable::id).toList();
    }

    private static String id(String row) {
        String[] cells = row.split("\\|", -1);
        if (cells.length != COLUMNS + 2) {
            throw new IllegalStateException("a row has " + COLUMNS + " cells: " + row);
        }
        for (int i = 1; i <= COLUMNS; i++) {
            if (cells[i].isBlank()) {
                throw new IllegalStateException("an empty cell: " + row);
            }
        }
        return cells[1].strip();
    }
}
