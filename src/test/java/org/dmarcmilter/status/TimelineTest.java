package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineTest {
    private static final long STEP = Duration.ofMinutes(1).toNanos();

    /** Six steps of a minute that begin at an odd moment; {@code 1.5=10} is a total of ten after a minute and a half. */
    private static Timeline timeline(String totals) {
        long begin = Long.MAX_VALUE - 5;
        Timeline timeline = new Timeline(Duration.ofMinutes(1), 6, begin);
        for (String word : totals.split(" ")) {
            String[] parts = word.split("=");
            long at = begin + (long) (Double.parseDouble(parts[0]) * STEP);
            timeline.add(at, new Amounts(Map.of(Measure.PASS, Long.parseLong(parts[1]))));
        }
        return timeline;
    }

    private static String passes(List<Amounts> groups) {
        return groups.stream()
                .map(group -> String.valueOf(group.of(Measure.PASS)))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # minutes=total           | minute by minute | why
        0=0                       | 0 0 0 0 0 0      | nothing yet
        0.1=3 0.9=5               | 0 0 0 0 0 5      | all of this minute
        0.5=3 1.5=5 2.5=5         | 0 0 0 3 2 0      | each to its minute
        0.5=3 4.5=9               | 0 3 0 0 0 6      | what nobody looked at is of the minute in which somebody did
        0.5=3 5.5=4 6.5=10        | 0 0 0 0 1 6      | the ring has turned
        0.5=3 100.5=4             | 0 0 0 0 0 1      | and turned
        0.5=9 1.5=2 2.5=5         | 0 0 0 9 0 3      | a total that went back
        0.5=5000000000 1.5=5000000001 | 0 0 0 0 2147483647 1 | as much as a place holds
        """)
    void keepsWhatThereWas(String totals, String expected, String why) {
        assertEquals(expected, passes(timeline(totals).groups(1)), why);
    }

    @Test
    void addsUp() {
        Timeline timeline = timeline("0.5=1 1.5=3 2.5=6 3.5=10 4.5=15 5.5=21");
        assertEquals("6 15", passes(timeline.groups(3)));
        assertEquals("21", passes(List.of(timeline.sum())));
        assertEquals(21, timeline.sum().messages());
        assertEquals("21", passes(List.of(Amounts.sum(timeline.groups(2)))));
    }

    @Test
    void theResultsAddUpToTheMessages() {
        Amounts amounts =
                new Amounts(Stream.of(Measure.values()).collect(Collectors.toMap(measure -> measure, measure -> 1L)));
        assertEquals(6, amounts.messages());
        assertEquals(0, new Amounts(Map.of()).messages());
    }
}
