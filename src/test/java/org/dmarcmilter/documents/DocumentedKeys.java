package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The keys of a JSON object as the table of a page has them: rows of a key in back quotes, the words for its type, and what it says. A
 * key below {@code x[]} is that of each element of a list.
 */
public final class DocumentedKeys {
    private final Map<String, String> types = new LinkedHashMap<>();

    private DocumentedKeys(String chapter) {
        for (String line : chapter.split("\n")) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| `") && cells.length == 4) {
                types.put(cells[1].strip().replace("`", ""), cells[2].strip());
            }
        }
        assertTrue(types.size() > 10, types::toString);
    }

    /** Those of the chapter with that heading. */
    public static DocumentedKeys of(Page page, String heading) {
        return new DocumentedKeys(page.chapter(heading));
    }

    /**
     * Fails unless each key of the table is in each object, with each of its types in one of them, and the objects have no other keys.
     */
    public void check(List<JsonNode> samples) {
        eachIsThere(samples);
        noOthers(samples);
    }

    private void eachIsThere(List<JsonNode> samples) {
        for (Map.Entry<String, String> row : types.entrySet()) {
            Set<String> allowed = new TreeSet<>(List.of(row.getValue().split(" or ")));
            Set<String> seen = new TreeSet<>();
            for (JsonNode sample : samples) {
                at(sample, row.getKey())
                        .map(JsonNode::getNodeType)
                        .map(JsonNodeType::name)
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .forEach(seen::add);
            }
            seen.forEach(type -> assertTrue(allowed.contains(type), row + " is " + type));
            seen.remove("null");
            allowed.remove("null");
            assertEquals(allowed, seen, row.getKey() + " is seen with a value");
        }
    }

    private void noOthers(List<JsonNode> samples) {
        for (JsonNode sample : samples) {
            Set<String> used = new TreeSet<>();
            collect(sample, "", used);
            used.removeAll(types.keySet());
            assertEquals(Set.of(), used);
        }
    }

    /** All values that a key stands for; below a list those of each element, below null none. */
    private static Stream<JsonNode> at(JsonNode node, String key) {
        if (key.isEmpty()) {
            return Stream.of(node);
        }
        String[] step = key.split("\\.", 2);
        boolean list = step[0].endsWith("[]");
        String name = list ? step[0].substring(0, step[0].length() - 2) : step[0];
        if (node.isNull()) {
            return Stream.empty();
        }
        JsonNode child = node.get(name);
        assertTrue(child != null, () -> name + " is missing in " + node);
        assertEquals(list, child.isArray(), name);
        Stream<JsonNode> children = list ? elements(child) : Stream.of(child);
        return children.flatMap(next -> at(next, step.length == 1 ? "" : step[1]));
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.elements().forEachRemaining(elements::add);
        return elements.stream();
    }

    private static void collect(JsonNode node, String path, Set<String> keys) {
        node.properties().forEach(field -> {
            String key = path + field.getKey() + (field.getValue().isArray() ? "[]" : "");
            keys.add(key);
            if (field.getValue().isArray()) {
                elements(field.getValue()).forEach(element -> collect(element, key + ".", keys));
            } else {
                collect(field.getValue(), key + ".", keys);
            }
        });
    }
}
