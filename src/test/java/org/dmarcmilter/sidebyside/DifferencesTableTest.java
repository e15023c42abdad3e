package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of differences is that of {@link SideBySideIT} and that of the README, row by row. */
class DifferencesTableTest {
    private static final String CHAPTER = "## Differences from OpenDMARC";

    @Test
    void hasOneRowForEachDifferenceThatIsCompared() {
        Set<String> compared = DifferencesTable.ids().stream()
                .filter(id -> !id.endsWith(DifferencesTable.NOT_COMPARED))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known =
                Arrays.stream(Difference.values()).map(Difference::id).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(known, compared);
    }

    @Test
    void hasEachIdOnce() {
        List<String> ids = DifferencesTable.ids().stream()
                .map(id -> id.replace(DifferencesTable.NOT_COMPARED, ""))
                .toList();
        assertEquals(ids.size(), new HashSet<>(ids).size(), () -> "an id stands twice in " + ids);
    }

    @Test
    void isTheTableOfTheReadme() throws IOException {
        Path readme = Path.of("README.md");
        assumeTrue(Files.exists(readme), "there is no README.md yet");
        List<String> lines = Files.readAllLines(readme);
        int chapter = lines.indexOf(CHAPTER);
        assumeTrue(chapter >= 0, "README.md has no chapter \"" + CHAPTER + "\" yet");
        List<String> rows = lines.stream()
                .skip(chapter + 1L)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("|"))
                .toList();
        assertEquals(
                String.join("\n", DifferencesTable.lines()),
                String.join("\n", rows),
                "README.md and src/test/resources/sidebyside/differences.md have the same rows");
    }
}
