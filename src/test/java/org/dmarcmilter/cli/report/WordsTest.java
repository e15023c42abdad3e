package org.dmarcmilter.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @Test
    void reads() throws UsageException {
        Words words = words("a --json --domain=Example.COM b --day 2026-11-27 - --every 5m --limit 7");
        assertEquals(List.of("a", "b", "-"), words.operands());
        assertEquals(
                Set.of("--json", "--domain", "--day", "--every", "--limit"),
                words.options().keySet());
        assertTrue(words.has("--json"));
        assertEquals(Optional.of(DomainName.of("example.com")), words.domain("--domain"));
        assertEquals(Optional.of(Instant.parse("2026-11-27T00:00:00Z")), words.day("--day"));
        assertEquals(Optional.of(Duration.ofMinutes(5)), words.duration("--every"));
        assertEquals(Optional.of(7), words.number("--limit"));
        assertEquals(Optional.empty(), words.instant("--now"));
        assertEquals(Optional.empty(), words.duration("--now"));
    }

    @Test
    void keepsEachValueAndTheLastCounts() throws UsageException {
        Words words = words("--limit 1 --limit=2");
        assertEquals(List.of("1", "2"), words.values("--limit"));
        assertEquals(Optional.of("2"), words.value("--limit"));
        assertEquals(List.of(), words.values("--day"));
    }

    @ParameterizedTest
    @CsvSource({"90, PT1M30S", "90s, PT1M30S", "5m, PT5M", "4h, PT4H", "7d, PT168H", "0, PT0S"})
    void readsTimes(String text, Duration time) throws UsageException {
        assertEquals(Optional.of(time), words("--every " + text).duration("--every"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        --every 5x            | --every takes a time such as 300, 5m, 4h or 7d
        --every -1            | --every takes a time such as 300, 5m, 4h or 7d
        --every 99999999999   | --every takes a time such as 300, 5m, 4h or 7d
        --day 2026-02-30      | --day takes a day such as 2026-11-27
        --day 27.11.2026      | --day takes a day such as 2026-11-27
        --limit 0             | --limit takes a whole number, 1 or greater
        --limit 1e9           | --limit takes a whole number, 1 or greater
        --domain a..b         | a..b is no domain name
        --now 2026-11-28      | --now takes a time in UTC such as 2026-11-28T00:10:00Z
        --json=yes            | --json=yes is no option of it
        --limit               | --limit needs a value
        -x                    | -x is no option of it
        """)
    void tellsWhatItTakes(String text, String message) {
        UsageException e = assertThrows(UsageException.class, () -> {
            Words words = words(text);
            words.duration("--every");
            words.day("--day");
            words.number("--limit");
            words.domain("--domain");
            words.instant("--now");
        });
        assertEquals(message, e.getMessage());
    }

    @Test
    void countsOperands() throws UsageException {
        assertEquals("a", words("a").operand("REPORTID"));
        assertEquals(
                "REPORTID is missing",
                assertThrows(UsageException.class, () -> words("--json").operand("REPORTID"))
                        .getMessage());
        assertThrows(UsageException.class, () -> words("a b").operand("REPORTID"));
        assertThrows(UsageException.class, () -> words("a").noOperands());
    }

    private static Words words(String text) throws UsageException {
        return Words.parse(
                Arrays.asList(text.split(" ")),
                List.of("--json"),
                List.of("--domain", "--day", "--every", "--limit", "--now"));
    }
}
