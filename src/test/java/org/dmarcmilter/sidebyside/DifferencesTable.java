package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The tables for administrators, one for each topic, as they stand in {@code src/site/markdown/differences.md}. */
final class DifferencesTable {
    private static final Path PAGE = Path.of("src/site/markdown/differences.md");
    /** After the id of a row that a comparison message by message cannot show. */
    private static final String NOT_COMPARED = " (not compared here)";

    private static final String HEAD = "| id | What | OpenDMARC | dmarc-milter | Can change a verdict | Why |";
    private static final String BELOW_HEAD = "|--";
    private static final int COLUMNS = 6;

    private DifferencesTable() {}

    /**
     * One difference.
     *
     * @param compared whether a comparison message by message shows it
     * @param changesVerdict whether a message may get another result, or something else may be done with it
     */
    record Row(String id, boolean compared, boolean changesVerdict) {
        private static Row parse(String line) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != COLUMNS + 2) {
                throw new IllegalStateException("a row has " + COLUMNS + " cells: " + line);
            }
            for (int i = 1; i <= COLUMNS; i++) {
                if (cells[i].isBlank()) {
                    throw new IllegalStateException("an empty cell: " + line);
                }
            }
            String id = cells[1].strip();
            return new Row(id.replace(NOT_COMPARED, ""), !id.endsWith(NOT_COMPARED), isYes(cells[5].strip(), line));
        }

        private static boolean isYes(String word, String line) {
            return switch (word) {
                case "yes" -> true;
                case "no" -> false;
                default -> throw new IllegalStateException("neither yes nor no: " + line);
            };
        }
    }

    /** The rows of all topics, in their order. */
    static List<Row> rows() {
        try (var lines = Files.lines(PAGE)) {
            return lines.filter(line -> line.startsWith("|"))
                    .filter(line -> !line.equals(HEAD) && !line.startsWith(BELOW_HEAD))
                    .map(Row::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
