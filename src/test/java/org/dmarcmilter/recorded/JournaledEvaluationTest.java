package org.dmarcmilter.recorded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.journal.JournalRecord;
import org.dmarcmilter.journal.Segment;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What went into the journal comes back, as far as a report tells it. */
class JournaledEvaluationTest {
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, 86_400);
    private static final Instant AT = Instant.ofEpochSecond(1_795_493_204);

    private static final Segment SEGMENT =
            new Segment(Path.of("mx-1795493204-0001.jnl"), "mx", AT.getEpochSecond(), 1, false);

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # record of example.com                        | result    | policy     | done       | why
        v=DMARC1; p=reject                             | PASS      | REJECT     | ACCEPT     | passes
        v=DMARC1; p=reject                             | FAIL      | REJECT     | REJECT     | rejected
        v=DMARC1; p=reject                             | FAIL      | REJECT     | ACCEPT     | not enforced
        v=DMARC1; p=reject                             | FAIL      | REJECT     | QUARANTINE | less than asked for
        v=DMARC1; p=quarantine; adkim=s; pct=50        | FAIL      | QUARANTINE | QUARANTINE | held
        v=DMARC1; p=none                               | FAIL      | NONE       | ACCEPT     | nothing is asked for
        v=DMARC1; p=reject                             | TEMPERROR | REJECT     | ACCEPT     | an open question
        """)
    void comesBack(String record, Status status, Policy policy, Applied applied, String why) {
        Evaluation written = TestEvaluation.plain("Q")
                .dmarc(TestEvaluation.result(
                        status,
                        TestEvaluation.found(TestEvaluation.record(record + "; rua=mailto:a@example.com")),
                        policy,
                        status == Status.PASS))
                .spf(Optional.of(TestEvaluation.spf(status == Status.PASS ? "pass" : "fail")))
                .arc(ArcSeen.NONE)
                .applied(applied)
                .recipients("own.example")
                .evaluation();
        ReportFacts facts = RULES.facts(written, false).orElseThrow();
        RecordedMessage read = JournaledEvaluation.of(new JournalRecord(AT, facts), SEGMENT);
        assertEquals(coarse(written), coarse(read.evaluation()), why);
        assertEquals(Set.of(Gap.TEST_MODE), read.gaps(), "RFC 7489 knows no t=");
        assertEquals("mx", read.evaluation().reporter());
    }

    private static List<Object> coarse(Evaluation evaluation) {
        return List.of(
                evaluation.dmarc().author(),
                evaluation.dmarc().status(),
                evaluation.dmarc().policy(),
                evaluation.dmarc().policyDomain(),
                evaluation.dmarc().alignedDkim(),
                evaluation.dmarc().alignedSpf(),
                evaluation.applied(),
                evaluation.client(),
                evaluation.sender().domain(),
                evaluation.recipientDomain(),
                evaluation.dkim(),
                evaluation.spf().orElseThrow().result(),
                evaluation.standard(),
                evaluation.at());
    }
}
