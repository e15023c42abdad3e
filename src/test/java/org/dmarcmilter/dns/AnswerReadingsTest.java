package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerReadingsTest {
    private final List<DnsAnswer.Found> read = new ArrayList<>();
    private final AnswerReadings<Integer> readings = new AnswerReadings<>(found -> {
        read.add(found);
        return found.records().size();
    });

    @Test
    void readsAnAnswerOnce() {
        DnsAnswer.Found answer = new DnsAnswer.Found(List.of("a", "b"));
        assertEquals(2, readings.of(answer));
        assertEquals(2, readings.of(answer));
        assertEquals(1, read.size());
    }

    @Test
    void anEqualAnswerIsAnotherOne() {
        DnsAnswer.Found first = new DnsAnswer.Found(List.of("a"));
        DnsAnswer.Found second = new DnsAnswer.Found(List.of("a"));
        assertEquals(1, readings.of(first));
        assertEquals(1, readings.of(second));
        assertEquals(2, read.size());
    }

    @Test
    void keepsNoMoreThanTwoMebibytes() {
        List<DnsAnswer.Found> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(new DnsAnswer.Found(List.of("x".repeat(8 * 1024))));
        }
        answers.forEach(readings::of);
        read.clear();
        answers.forEach(readings::of);
        assertTrue(read.size() >= 500 - 256, read.size() + " of 500 had to be read again");
    }
}
