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
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.testing.TestEvaluation;

/** Fuzzes {@link HistoryFormat} and what reads it: {@code JAZZER_FUZZ=1 mvn test -Dtest=HistoryFormatFuzzTest}. */
class HistoryFormatFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void readsAnythingAndWritesOneRecord(FuzzedDataProvider data) throws IOException {
        Evaluation any = Evaluations.any(data.consumeString(200), new Random(data.consumeLong()));
        String text = HistoryFormat.write(
                new TestEvaluation(any)
                        .reporter(data.consumeString(300))
                        .sender(data.consumeString(300))
                        .dkim(List.of(
                                TestEvaluation.dkim("d.example", data.consumeString(300), data.consumeString(20))))
                        .evaluation(),
                true);
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
        HistoryReader.read(new BufferedReader(new StringReader(text)), record -> seen.add("1 record"), seen::add);
        return seen;
    }
}
