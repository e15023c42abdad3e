package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What came out of all comparisons. */
final class Report {
    private static final int MOST_SHOWN = 15;

    private final List<String> unexplained = new ArrayList<>();
    private final Map<Difference, Integer> messages = new TreeMap<>();
    private int compared;
    private int fields;

    /** Compares one message. */
    void add(Comparison comparison) {
        compared++;
        EnumSet<Difference> found = EnumSet.noneOf(Difference.class);
        Map<String, String> expected = new LinkedHashMap<>(comparison.theirs().fields());
        for (Difference difference : Difference.values()) {
            if (difference.reword(comparison, expected)) {
                found.add(difference);
            }
        }
        StringBuilder open = new StringBuilder();
        Set<String> names = new LinkedHashSet<>(expected.keySet());
        names.addAll(comparison.ours().fields().keySet());
        names.addAll(comparison.theirs().fields().keySet());
        fields += names.size();
        for (String name : names) {
            if (!expected.getOrDefault(name, "").equals(comparison.ours().get(name))) {
                Set<Difference> causes = causes(comparison, name);
                found.addAll(causes);
                if (causes.isEmpty()) {
                    open.append("    %s%n      opendmarc    %s%n      dmarc-milter %s%n"
                            .formatted(
                                    name,
                                    comparison.theirs().get(name),
                                    comparison.ours().get(name)));
                }
            }
        }
        Coherence.problems(comparison.ours())
                .forEach(problem -> open.append(
                        "    dmarc-milter contradicts itself: %s%n%s".formatted(problem, comparison.ours())));
        found.forEach(difference -> messages.merge(difference, 1, Integer::sum));
        if (open.length() > 0) {
            unexplained.add(comparison.set() + " " + comparison.mail() + "\n" + open);
        }
    }

    private static Set<Difference> causes(Comparison comparison, String field) {
        Set<Difference> causes = EnumSet.noneOf(Difference.class);
        for (Difference difference : Difference.values()) {
            if (difference.causes(comparison, field)) {
                causes.add(difference);
            }
        }
        return causes;
    }

    /** How many messages were compared. */
    int messages() {
        return compared;
    }

    /** Leaves the figures and everything unexplained in a file. */
    void write(Path file) throws IOException {
        Files.writeString(file, summary() + "\n" + String.join("\n", unexplained));
    }

    /** Fails if there is a difference that is not in the table, or one in the table that there is not. */
    void check() {
        if (!unexplained.isEmpty()) {
            fail(unexplained.size() + " messages with differences that the table does not have; all of them are in"
                    + " target/side-by-side.txt:\n"
                    + unexplained.stream().limit(MOST_SHOWN).collect(Collectors.joining("\n")));
        }
        EnumSet<Difference> absent = EnumSet.allOf(Difference.class);
        absent.removeAll(messages.keySet());
        assertEquals(
                EnumSet.noneOf(Difference.class),
                absent,
                "differences that the table has and no message shows: take them out, or play such a message");
    }

    private String summary() {
        return compared + " messages, " + fields + " fields compared; messages by difference:\n"
                + messages.entrySet().stream()
                        .map(entry -> "  %4d %s%n"
                                .formatted(entry.getValue(), entry.getKey().id()))
                        .collect(Collectors.joining());
    }
}
