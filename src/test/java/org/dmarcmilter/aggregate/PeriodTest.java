package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.dmarcmilter.dmarc.Standard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodTest {
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
            # moment               | seconds | begin                | last                 | why
            2026-11-27T00:00:00Z   | 86400   | 2026-11-27T00:00:00Z | 2026-11-27T23:59:59Z | the first second
            2026-11-27T23:59:59Z   | 86400   | 2026-11-27T00:00:00Z | 2026-11-27T23:59:59Z | the last second
            2026-11-27T23:59:59.9Z | 86400   | 2026-11-27T00:00:00Z | 2026-11-27T23:59:59Z | and what is left of it
            2026-11-28T00:00:00Z   | 86400   | 2026-11-28T00:00:00Z | 2026-11-28T23:59:59Z | the next day
            2026-12-31T23:59:59Z   | 86400   | 2026-12-31T00:00:00Z | 2026-12-31T23:59:59Z | the end of a year
            2028-02-29T12:00:00Z   | 86400   | 2028-02-29T00:00:00Z | 2028-02-29T23:59:59Z | a leap day
            2026-03-29T01:30:00Z   | 86400   | 2026-03-29T00:00:00Z | 2026-03-29T23:59:59Z | summer time begins somewhere
            2026-11-27T00:59:59Z   | 3600    | 2026-11-27T00:00:00Z | 2026-11-27T00:59:59Z | an hour
            2026-11-27T01:00:00Z   | 3600    | 2026-11-27T01:00:00Z | 2026-11-27T01:59:59Z | the next hour
            2026-11-27T23:30:00Z   | 7200    | 2026-11-27T22:00:00Z | 2026-11-27T23:59:59Z | two hours
            2026-11-27T23:30:00Z   | 10800   | 2026-11-27T21:00:00Z | 2026-11-27T23:59:59Z | three
            2026-11-27T23:30:00Z   | 14400   | 2026-11-27T20:00:00Z | 2026-11-27T23:59:59Z | four
            2026-11-27T23:30:00Z   | 21600   | 2026-11-27T18:00:00Z | 2026-11-27T23:59:59Z | six
            2026-11-27T23:30:00Z   | 28800   | 2026-11-27T16:00:00Z | 2026-11-27T23:59:59Z | eight
            2026-11-27T12:00:00Z   | 43200   | 2026-11-27T12:00:00Z | 2026-11-27T23:59:59Z | twelve
            1969-12-31T23:59:59Z   | 86400   | 1969-12-31T00:00:00Z | 1969-12-31T23:59:59Z | a clock that was never set
            """)
    void holdsTheMoment(Instant moment, int seconds, Instant begin, Instant last, String why) {
        Period period = Period.at(moment, seconds);
        assertEquals(begin, period.begin(), why);
        assertEquals(last, period.last(), why);
        assertEquals(last.plusSeconds(1), period.next(), why);
    }

    @ParameterizedTest(name = "ri={1}, minimum {2}, {0}: {3}")
    @CsvSource({
        "RFC7489, 86400, 86400, 86400",
        "RFC7489, 3600, 86400, 86400",
        "RFC7489, 3600, 3600, 3600",
        "RFC7489, 1, 3600, 3600",
        "RFC7489, 0, 3600, 3600",
        "RFC7489, 7199, 3600, 3600",
        "RFC7489, 7200, 3600, 7200",
        "RFC7489, 18000, 3600, 14400",
        "RFC7489, 25200, 3600, 21600",
        "RFC7489, 36000, 3600, 28800",
        "RFC7489, 43200, 3600, 43200",
        "RFC7489, 86399, 3600, 43200",
        "RFC7489, 4294967295, 3600, 86400",
        "RFC7489, 3600, 10000, 7200",
        "RFC7489, 86400, 3600, 86400",
        "RFC9989, 3600, 3600, 86400",
    })
    void isAsLongAsTheOwnerWants(Standard standard, long interval, int minimum, int seconds) {
        assertEquals(seconds, Period.length(standard, interval, minimum));
    }

    @Test
    void closes() {
        Period day = Period.at(Instant.parse("2026-11-27T10:00:00Z"), Period.DAY);
        assertEquals(Instant.parse("2026-11-28T02:00:00Z"), day.closesAtTheLatest(Duration.ofHours(2)));
        assertEquals(Instant.parse("2026-12-01T00:00:00Z"), day.givenUpAt(Duration.ofHours(72)));
    }

    @ParameterizedTest(name = "{0}, {1} s")
    @CsvSource({
        "2026-11-27T00:00:01Z, 86400",
        "2026-11-27T01:00:00Z, 86400",
        "2026-11-27T00:00:00Z, 86401",
        "2026-11-27T00:00:00Z, 0",
        "2026-11-27T00:00:00.5Z, 3600",
    })
    void isNoOther(Instant begin, int seconds) {
        assertThrows(IllegalArgumentException.class, () -> new Period(begin, seconds));
    }
}
