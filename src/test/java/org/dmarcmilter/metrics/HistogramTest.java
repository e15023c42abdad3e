package org.dmarcmilter.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistogramTest {
    private static Histogram histogram(String micros) {
        Histogram histogram = Histogram.ofMicros(100, 1_000, 10_000);
        Stream.of(micros.split(" "))
                .filter(word -> !word.isEmpty())
                .forEach(word -> histogram.count(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(word))));
        return histogram;
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # durations, us     | counts  | median | 95 of 100 | why
        ''                  | 0 0 0 0 | 0      | 0         | nothing yet
        100                 | 1 0 0 0 | 0.0001 | 0.0001    | a bound belongs to its class
        101                 | 0 1 0 0 | 0.001  | 0.001     | and what is longer to the next
        1 1 1 5000          | 3 0 1 0 | 0.0001 | 0.01      | a few are long
        20000               | 0 0 0 1 | 0.01   | 0.01      | longer than all bounds
        """)
    void countsByClass(String micros, String counts, double median, double high, String why) {
        Histogram.Counted counted = histogram(micros).counted();
        assertEquals(
                counts,
                String.join(" ", counted.counts().stream().map(String::valueOf).toList()),
                why);
        assertEquals(median, counted.quantile(0.5), why);
        assertEquals(high, counted.quantile(0.95), why);
    }

    @Test
    void addsUp() {
        Histogram.Counted counted = histogram("100 200 700").counted();
        assertEquals(0.001, counted.sum(), 1e-12);
        assertEquals(3, counted.number());
        assertEquals(List.of(0.0001, 0.001, 0.01), counted.bounds());
    }

    @Test
    void talliesEachThing() {
        Tally<TimeUnit> tally = new Tally<>(TimeUnit.class);
        tally.count(TimeUnit.DAYS);
        tally.count(TimeUnit.DAYS);
        tally.count(TimeUnit.HOURS);
        assertEquals(
                List.of(2L, 1L, 0L),
                Stream.of(TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.SECONDS)
                        .map(tally::of)
                        .toList());
        assertEquals(3, tally.sum());
    }
}
