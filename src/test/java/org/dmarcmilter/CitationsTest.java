package org.dmarcmilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests cite edge cases by number, such as E045: each number must have its row, and each row a test. */
class CitationsTest {
    private static final Path EDGE_CASES = Path.of("src/test/resources/edge-cases/edge-cases.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (E[0-9]{3}) \\|");
    private static final Pattern CITATION = Pattern.compile("\\bE[0-9]{3}\\b");

    @Test
    void eachNumberHasItsRowAndEachRowItsTest() throws IOException {
        List<String> rows = ROW.matcher(text(EDGE_CASES))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertEquals(List.copyOf(new TreeSet<>(rows)), rows, "in order, and no number twice");

        TreeMap<String, Path> cited = citations();
        Set<String> missing = new TreeSet<>(cited.keySet());
        rows.forEach(missing::remove);
        assertEquals(
                "",
                missing.stream().map(id -> id + " in " + cited.get(id)).collect(Collectors.joining(", ")),
                "cited without a row");
        Set<String> untested = new TreeSet<>(rows);
        untested.removeAll(cited.keySet());
        assertEquals(Set.of(), untested, "rows that no test cites");
    }

    /** Each number with one of the files that cite it. */
    private static TreeMap<String, Path> citations() throws IOException {
        TreeMap<String, Path> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                // E045 above is an example.
                if (!file.equals(EDGE_CASES) && !file.endsWith("CitationsTest.java")) {
                    CITATION.matcher(text(file)).results().forEach(match -> found.put(match.group(), file));
                }
            }
        }
        return found;
    }

    /** Not every file of the tests is UTF-8. */
    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
