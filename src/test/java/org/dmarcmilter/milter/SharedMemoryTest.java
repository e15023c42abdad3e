package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.dmarcmilter.milter.SharedMemory.Holding;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedMemoryTest {
    private static final int ORDINARY = 10;
    private static final int POOL = 100;

    private final SharedMemory memory = new SharedMemory(SharedMemory.Use.HEADER_FIELDS, ORDINARY, POOL);
    private final Map<String, Holding> messages = new LinkedHashMap<>();
    private final List<String> refused = new ArrayList<>();

    /** Each message has its first ten octets for itself, so that 60 are 50 of the pool if they come as 10 and 50. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # client/message octets...                        | refused | why
            a/1 10 50, b/1 10 50                              | -       | it fits
            a/1 10 50, b/1 10 50, c/1 10, c/2 10, d/1 10      | -       | ordinary messages fit always
            a/1 10 90, b/1 10 20                              | a/1     | not the newcomer: the one that holds most
            a/1 10 20, b/1 10 90                              | b/1     | the newcomer, where it holds most
            a/1 10 41, a/2 10 40, b/1 10 30                   | a/1     | whose client holds most
            a/1 31, a/2 30, a/3 30, b/1 40                    | a/1     | many of one client before a larger one of another
            a/1 60, b/1 10, b/2 10, b/3 10, b/4 10, b/5 10    | -       | many small ones of one client
            a/1 60, b/1 20, b/2 20, b/3 20                    | a/1     | and where they are more than a share the largest goes
            a/1 50, a/2 50, b/1 90                            | b/1     | one may not take all
            a/1 50, b/1 50, c/1 90                            | c/1     | nor in one step what two have
            a/1 101                                           | a/1     | more than there is
            a/1 50, a/1 -, b/1 60, c/1 40                     | -       | what has ended is free
            """)
    void refuses(String steps, String expected, String why) {
        for (String step : steps.split(", ")) {
            String[] words = step.split(" ");
            for (int i = 1; i < words.length; i++) {
                step(words[0], words[i]);
            }
        }
        assertEquals(expected == null ? "" : expected, String.join(" ", refused), why);
        assertTrue(memory.taken() <= POOL);
        messages.values().forEach(Holding::release);
        assertEquals(0, memory.taken());
    }

    private void step(String name, String octets) {
        Holding message = messages.computeIfAbsent(
                name, key -> memory.open(key.substring(0, key.indexOf('/')), () -> refused.add(key)));
        if (octets.equals("-")) {
            message.release();
        } else if (!message.take(Integer.parseInt(octets))) {
            refused.add(name);
        }
    }

    @Test
    void whoIsRefusedGetsNothingMore() {
        Holding large = memory.open("a", () -> refused.add("a/1"));
        assertTrue(large.take(90));
        assertTrue(memory.open("b", () -> refused.add("b/1")).take(20));
        assertEquals(List.of("a/1"), refused);
        assertFalse(large.take(90), "its own event loop may not know yet");
        large.release();
        assertEquals(20, memory.taken());
        assertEquals(List.of("a/1"), refused, "and is told once");
    }

    /** Whatever the others do: no message is refused as long as its client holds no more than an equal share. */
    @Test
    void nobodyIsRefusedWithinAnEqualShare() {
        Random random = new Random(16);
        for (int round = 0; round < 300; round++) {
            SharedMemory some = new SharedMemory(SharedMemory.Use.HEADER_FIELDS, ORDINARY, POOL);
            Map<Holding, Integer> open = new HashMap<>();
            Map<Holding, String> clients = new HashMap<>();
            List<Holding> gone = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                Map<Holding, Integer> before = new HashMap<>(open);
                gone.clear();
                int octets = 1 + random.nextInt(40);
                Holding message;
                if (open.isEmpty() || random.nextInt(3) == 0) {
                    Holding[] self = new Holding[1];
                    String client = "client" + random.nextInt(6);
                    self[0] = some.open(client, () -> gone.add(self[0]));
                    message = self[0];
                    clients.put(message, client);
                } else {
                    message = List.copyOf(open.keySet()).get(random.nextInt(open.size()));
                }
                // More than the ordinary octets at once is the pool's.
                octets += ORDINARY;
                before.merge(message, octets, Integer::sum);
                if (!message.take(octets)) {
                    gone.add(message);
                }
                open.putAll(before);
                open.keySet().removeAll(gone);
                assertTrue(some.taken() <= POOL);
                assertEquals(open.values().stream().mapToInt(Integer::intValue).sum(), some.taken());
                Map<String, Integer> held = before.entrySet().stream()
                        .collect(Collectors.groupingBy(
                                entry -> clients.get(entry.getKey()), Collectors.summingInt(Map.Entry::getValue)));
                for (Holding one : gone) {
                    assertTrue(held.get(clients.get(one)) > POOL / held.size(), "refused within its share");
                }
            }
        }
    }

    @Test
    void saysOnceThatMemoryIsShortAndOnceThatItIsNot() {
        try (CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG)) {
            Holding fits = memory.open("a", () -> {});
            assertTrue(fits.take(60));
            for (int i = 0; i < 3; i++) {
                assertFalse(memory.open("b", () -> {}).take(70));
            }
            assertEquals(1, log.above(Level.DEBUG).size(), "short");
            fits.release();
            assertEquals(2, log.above(Level.DEBUG).size(), "and no longer");
        }
    }
}
