package org.dmarcmilter.feedback;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.text.Printable;

/** What was found so far, bounded: of a million bad records the first few tell enough. */
final class Findings {
    private static final int MAX_OF_A_KIND = 20;
    private static final int MAX_TEXT = 400;

    private final List<Finding> listed = new ArrayList<>();
    private final Map<Finding.Kind, Integer> ofKind = new EnumMap<>(Finding.Kind.class);
    private long unlisted;

    /** @param text may hold what the file holds */
    void add(Finding.Kind kind, int line, String text) {
        if (ofKind.merge(kind, 1, Findings::add) > MAX_OF_A_KIND) {
            unlisted++;
            return;
        }
        listed.add(new Finding(kind, Math.max(line, 0), Printable.named(text, MAX_TEXT)));
    }

    private static int add(int a, int b) {
        return Math.min(a + b, MAX_OF_A_KIND + 1);
    }

    boolean has(Finding.Kind kind) {
        return ofKind.containsKey(kind);
    }

    List<Finding> listed() {
        return List.copyOf(listed);
    }

    long unlisted() {
        return unlisted;
    }
}
