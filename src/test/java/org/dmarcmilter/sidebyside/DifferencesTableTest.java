package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of differences in README.md and the differences that the comparison allows are the same. */
class DifferencesTableTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| (.+) \\|$");

    private static String chapter() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf("\n## Differences from OpenDMARC\n");
        return readme.substring(begin, readme.indexOf("\n## ", begin + 1));
    }

    @Test
    void everyDifferenceIsARowAndEveryRowADifference() throws IOException {
        List<String> rows =
                ROW.matcher(chapter()).results().map(row -> row.group(1)).toList();
        TreeSet<String> differences =
                Arrays.stream(Difference.values()).map(Difference::id).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(differences, new TreeSet<>(rows));
        assertEquals(differences.size(), rows.size(), "each once");
    }

    @Test
    void everyRowSaysWhatBothDoAndWhy() throws IOException {
        ROW.matcher(chapter())
                .results()
                .forEach(row -> assertEquals(4, row.group(2).split(" \\| ").length, row.group(1)));
    }
}
