package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTextTest {
    @Test
    void isOneScreenOfPrintableText() {
        String text = StatusText.of(TestStatus.with("\u001b[2Jx\ny".repeat(200)));
        assertTrue(text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')), text);
        List<String> lines = text.lines().toList();
        assertTrue(lines.size() <= 40, text);
        lines.forEach(line -> assertTrue(line.length() <= 250, line));
    }

    @Test
    void saysWhatIsWrongFirst() {
        List<String> lines =
                StatusText.of(TestStatus.with("example.com")).lines().toList();
        assertEquals("dmarc-milter v1.0.0 (Java 17.0.15), up 1 d 3 h, NOT READY", lines.get(0));
        assertEquals("problem       no DNS server has replied for 41 s (example.com)", lines.get(1));
    }

    @Test
    void programsReadTheSame() throws Exception {
        JsonNode json = new ObjectMapper().readTree(StatusJson.of(TestStatus.with(TestStatus.HOSTILE)));
        assertEquals(false, json.path("ready").asBoolean(true));
        assertEquals(7_404, json.at("/verdicts/last_hour/messages").asLong());
        assertEquals(TestStatus.HOSTILE, json.at("/failing/0/domain").asText());
        assertEquals("192.0.2.99", json.at("/failing/0/sources/0/ip").asText());
        assertEquals(5, json.at("/failing/1/error").asLong());
        assertEquals(3, json.at("/dns/failures/no answer").asLong());
        assertEquals(8_192, json.at("/queues/0/bound").asLong());
        assertEquals(5, json.at("/reports/last_run/reports/done").asLong());
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "61, 1 min 1 s", "3661, 1 h 1 min", "90061, 1 d 1 h", "-5, 0 s"})
    void saysDurationsInTwoUnits(long seconds, String words) {
        assertEquals(words, Shown.duration(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 ms", "0.0025, 2.5 ms", "0.25, 250 ms", "1, 1 s", "2.5, 2.5 s"})
    void saysLatencies(double seconds, String words) {
        assertEquals(words, Shown.latency(seconds));
    }
}
