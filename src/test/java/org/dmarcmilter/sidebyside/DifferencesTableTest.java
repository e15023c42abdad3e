package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dmarcmilter.sidebyside.DifferencesTable.Row;
import org.junit.jupiter.api.Test;

/** The page of differences and {@link SideBySideIT} say the same, row by row. */
class DifferencesTableTest {
    @Test
    void hasOneRowForEachDifferenceThatIsCompared() {
        Set<String> compared = DifferencesTable.rows().stream()
                .filter(Row::compared)
                .map(Row::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known =
                Arrays.stream(Difference.values()).map(Difference::id).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(known, compared);
    }

    @Test
    void hasEachIdOnce() {
        List<String> ids = DifferencesTable.rows().stream().map(Row::id).toList();
        assertEquals(ids.size(), new HashSet<>(ids).size(), () -> "an id stands twice in " + ids);
    }

    @Test
    void saysOfEachCauseOfAnotherReplyThatItCanChangeAVerdict() {
        Set<String> saidNot = DifferencesTable.rows().stream()
                .filter(row -> !row.changesVerdict())
                .map(Row::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> explainReplies = Arrays.stream(Difference.values())
                .filter(Difference::changesVerdict)
                .map(Difference::id)
                .collect(Collectors.toCollection(TreeSet::new));
        saidNot.retainAll(explainReplies);
        assertEquals(Set.of(), saidNot, "the page says that these change no verdict");
    }
}
