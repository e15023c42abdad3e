package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.testing.TestEvaluation;

/** Fuzzes what {@code report import --history} reads: {@code JAZZER_FUZZ=1 mvn test -Dtest=HistoryReaderFuzzTest}. */
class HistoryReaderFuzzTest {
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, 3_600);
    private static final String OURS =
            HistoryFormat.write(TestEvaluation.plain("Ours").evaluation(), true);

    /** Whatever stands in a file: what is read of it can be journalled and read again, and a record of ours below it is found. */
    @FuzzTest(maxDuration = "10m")
    void takesAnything(byte[] file) throws IOException {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        List<Evaluation> read = read(text + "\n" + OURS);
        assertEquals("Ours", read.get(read.size() - 1).queueId());
    }

    /** The same of records that have every key, in any order, with any value. */
    @FuzzTest(maxDuration = "10m")
    void takesAnyValue(FuzzedDataProvider data) throws IOException {
        StringBuilder text = new StringBuilder(OURS);
        while (data.remainingBytes() > 0) {
            String key = data.pickValue(HistoryFormat.KEYS);
            String value = data.consumeBoolean()
                    ? Integer.toString(data.consumeInt(-2, 256))
                    : data.consumeString(60).replace('\n', ' ');
            text.append(key).append(' ').append(value).append('\n');
        }
        List<Evaluation> read = read(text + "\n" + OURS);
        assertEquals("Ours", read.get(read.size() - 1).queueId());
    }

    private static List<Evaluation> read(String text) throws IOException {
        List<Evaluation> evaluations = new ArrayList<>();
        HistoryReader.read(
                new BufferedReader(new StringReader(text)),
                record -> RecordedEvaluation.of(record, HistoryReaderFuzzTest::isPrintable)
                        .ifPresent(evaluations::add),
                HistoryReaderFuzzTest::isPrintable);
        for (Evaluation evaluation : evaluations) {
            RULES.facts(evaluation, false).ifPresent(HistoryReaderFuzzTest::staysEqual);
        }
        return evaluations;
    }

    private static void isPrintable(String problem) {
        assertTrue(problem.chars().allMatch(c -> c >= ' ' && c <= '~'), problem);
    }

    private static void staysEqual(ReportFacts facts) {
        assertEquals(Optional.of(facts.row()), RowFacts.parse(facts.row().text()));
        assertEquals(
                Optional.of(facts.policy()),
                PublishedPolicy.parse(facts.policy().domain(), facts.policy().text()));
        assertEquals(facts.rua(), ReportFacts.rua(facts.ruaText()));
        assertTrue(facts.row().text().length() <= 60_000);
    }
}
