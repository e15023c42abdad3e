package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.MilterReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RepliesTest {
    static Stream<Arguments> verdicts() {
        return Stream.of(
                Arguments.of(new Verdict.Accept(), List.of(new MilterReply.Accept())),
                Arguments.of(new Verdict.Continue(), List.of(new MilterReply.Continue())),
                Arguments.of(new Verdict.Reject(), List.of(new MilterReply.Reject())),
                Arguments.of(
                        new Verdict.Hold("reason"),
                        List.of(new MilterReply.Quarantine("reason"), new MilterReply.Accept())),
                Arguments.of(
                        new Verdict.Refuse(550, "5.7.1", "no"), List.of(new MilterReply.ReplyCode(550, "5.7.1", "no"))),
                Arguments.of(
                        new Verdict.Refuse(451, "4.7.1", "later"),
                        List.of(new MilterReply.ReplyCode(451, "4.7.1", "later"))));
    }

    private static Judgement judgement(Verdict verdict, List<HeaderField> headers, List<String> copyTo) {
        return new Judgement(
                verdict, headers, List.of(), copyTo, List.of(), Optional.empty(), Optional.empty(), List.of());
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void saysEachVerdict(Verdict verdict, List<MilterReply> replies) {
        assertEquals(replies, Replies.of(judgement(verdict, List.of(), List.of())));
    }

    @Test
    void editsComeFirstEachFieldOnTopOfTheOneBefore() {
        Judgement judgement = judgement(
                new Verdict.Hold("q"),
                List.of(new HeaderField("A", "1"), new HeaderField("B", "2")),
                List.of("postmaster@example.net", "archive@example.net"));
        assertEquals(
                List.of(
                        new MilterReply.InsertHeader(0, "A", "1"),
                        new MilterReply.InsertHeader(0, "B", "2"),
                        new MilterReply.AddRecipient("postmaster@example.net"),
                        new MilterReply.AddRecipient("archive@example.net"),
                        new MilterReply.Quarantine("q"),
                        new MilterReply.Accept()),
                Replies.of(judgement));
    }

    @Test
    void deletesFromTheLastToTheFirstBeforeItInserts() {
        Judgement judgement = new Judgement(
                new Verdict.Accept(),
                List.of(new HeaderField("A", "1")),
                List.of(1, 3, 4),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        assertEquals(
                List.of(
                        new MilterReply.DeleteHeader(4, "Authentication-Results"),
                        new MilterReply.DeleteHeader(3, "Authentication-Results"),
                        new MilterReply.DeleteHeader(1, "Authentication-Results"),
                        new MilterReply.InsertHeader(0, "A", "1"),
                        new MilterReply.Accept()),
                Replies.of(judgement));
    }
}
