package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TornTailTest {
    @Test
    void cutsEveryBeginningOfARecordAndNothingElse() {
        Random random = new Random(17);
        for (int round = 0; round < 50; round++) {
            String before = HistoryFormat.write(Evaluations.any("Q" + round, random), true);
            String torn = HistoryFormat.write(Evaluations.any("T" + round, random), round % 2 == 0);
            for (int length = 1; length < torn.length() - 1; length++) {
                TornTail tail = TornTail.of(before + torn.substring(0, length), true);
                assertEquals(new TornTail(before.length(), false), tail, () -> "after " + before);
            }
            assertEquals(
                    new TornTail(before.length() + torn.length() - 1, true),
                    TornTail.of(before + torn.substring(0, torn.length() - 1), true),
                    "only the line feed is missing: nothing is lost");
            assertTrue(TornTail.of(before + torn, true).isSound(before + torn));
        }
    }

    @Test
    void cutsAFileThatIsNothingButABeginning() {
        String record = HistoryFormat.write(TestEvaluation.plain("Q").evaluation(), true);
        assertEquals(new TornTail(0, false), TornTail.of(record.substring(0, 40), true));
        assertEquals(new TornTail(0, false), TornTail.of("j", true));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # tail                               | line feed | why
        note of the postmaster               | true      | no record: stays, and the next record begins on its own line
        note of the postmaster%n             | false     | the same, ended
        job Q%nreporter mx%nsomething else%n | false     | another program's lines
        job Q%nspf 0%nreporter mx%n          | false     | not in our order
        reporter mx%nreceived 1%n            | false     | does not begin with a job
        job Q%nx                             | true      | no key of ours begins so
        job Q%n%n                            | false     | an empty line is none of ours
        """)
    void leavesWhatIsNotOurs(String tail, boolean lineFeed, String why) {
        String end = HistoryFormat.write(TestEvaluation.plain("Q").evaluation(), true) + tail.replace("%n", "\n");
        assertEquals(new TornTail(end.length(), lineFeed), TornTail.of(end, true), why);
    }

    @Test
    void leavesALongEndWithoutAnyRecord() {
        String end = "job Q\nreporter " + "x".repeat(100);
        assertEquals(new TornTail(end.length(), true), TornTail.of(end, false), "where it begins is not seen");
    }

    @Test
    void hasNothingToDoForAnEmptyFile() {
        assertTrue(TornTail.of("", true).isSound(""));
    }
}
