package org.dmarcmilter.cli.report;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.text.Printable;

/** Columns for people: a line of titles, and each column as wide as its widest text. Numbers stand on the right, but for the first column, which has names. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    public Table(String... titles) {
        rows.add(titles);
    }

    /** Adds a row of as many texts as there are titles. */
    public void row(String... texts) {
        String[] shown = new String[texts.length];
        for (int i = 0; i < texts.length; i++) {
            shown[i] = Printable.of(texts[i]);
        }
        rows.add(shown);
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /** All of it, lines without white space at their ends. */
    public String text() {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        boolean[] right = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            right[column] = rows.size() > 1 && column > 0;
            for (int i = 0; i < rows.size(); i++) {
                String text = rows.get(i)[column];
                widths[column] = Math.max(widths[column], text.length());
                right[column] &= i == 0 || text.matches("<?[0-9][0-9.,]*(M|%| [kMG]?B)?|-|");
            }
        }
        StringBuilder out = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String space = " ".repeat(widths[column] - row[column].length());
                line.append(column == 0 ? "" : GAP).append(right[column] ? space + row[column] : row[column] + space);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
