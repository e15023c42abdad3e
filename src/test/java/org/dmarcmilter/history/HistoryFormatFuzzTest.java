package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dmarcmilter.history.Evaluation.Dkim;

/** Fuzzes {@link HistoryFormat} both ways: {@code JAZZER_FUZZ=1 mvn test -Dtest=HistoryFormatFuzzTest}. */
class HistoryFormatFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void readsAnythingAndWritesOneRecord(FuzzedDataProvider data) throws IOException {
        Evaluation e = Evaluations.any(data.consumeString(200), new Random(data.consumeLong()));
        String text = HistoryFormat.write(new Evaluation(
                e.jobId(),
                data.consumeString(300),
                e.received(),
                data.consumeString(80),
                data.consumeString(300),
                List.of(new Dkim(data.consumeString(300), data.consumeString(300), data.consumeString(20))),
                e.spf(),
                e.result(),
                e.arc(),
                e.action()));
        assertEquals(List.of("1 record"), read(text), "one record, whatever the message held");

        String foreign = data.consumeRemainingAsString();
        List<String> before = read(foreign);
        List<String> after = read(foreign + "\n" + text);
        assertTrue(after.size() > before.size() || !before.isEmpty(), "a whole record at the end is found");
        TornTail tail = TornTail.of(foreign, true);
        assertTrue(tail.keep() >= 0 && tail.keep() <= foreign.length());
    }

    private static List<String> read(String text) throws IOException {
        List<String> seen = new ArrayList<>();
        HistoryFormat.read(new BufferedReader(new StringReader(text)), record -> seen.add("1 record"), seen::add);
        return seen;
    }
}
