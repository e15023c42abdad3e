package org.dmarcmilter.dns;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.testing.ManualLoop;
import org.junit.jupiter.api.Test;

class MessageDnsTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final DnsAnswer FOUND = new DnsAnswer.Found(List.of("v=DMARC1; p=none"));

    private final ManualLoop loop = new ManualLoop();
    private final List<String> asked = new ArrayList<>();
    private final Map<String, CompletableFuture<DnsAnswer>> answers = new HashMap<>();
    private final MessageDns dns = new MessageDns(
            question -> {
                asked.add(question.name());
                return answers.computeIfAbsent(question.name(), name -> new CompletableFuture<>());
            },
            new Asker("client"),
            LIMIT,
            loop);

    private CompletableFuture<DnsAnswer> ask(String name) {
        return dns.query(DnsQuestion.txt(name)).toCompletableFuture();
    }

    private WeakReference<Object> askAndAbandon() {
        MessageDns another = new MessageDns(question -> pending(question.name()), new Asker("client"), LIMIT, loop);
        another.startClock();
        var unused = another.query(DnsQuestion.txt("slow.example"));
        another.abandon();
        return new WeakReference<>(another);
    }

    private CompletableFuture<DnsAnswer> pending(String name) {
        return answers.computeIfAbsent(name, unused -> new CompletableFuture<>());
    }

    private static String reason(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Unavailable unavailable ? unavailable.reason() : answer.toString();
    }

    @Test
    void asksEachQuestionOnce() {
        pending("known.example").complete(FOUND);
        ask("known.example");
        ask("slow.example");
        assertTrue(ask("known.example").isDone());
        assertFalse(ask("SLOW.example.").isDone());
        assertEquals(List.of("known.example", "slow.example"), asked);
    }

    @Test
    void answersComeOnTheLoop() {
        CompletableFuture<DnsAnswer> answer = ask("slow.example");
        pending("slow.example").complete(FOUND);
        assertFalse(answer.isDone(), "not on the thread of the DNS");
        loop.runAll();
        assertEquals(FOUND, answer.join());
    }

    @Test
    void anAnswerThatIsThereNeedsNoDetour() {
        pending("known.example").complete(FOUND);
        assertTrue(ask("known.example").isDone());
    }

    @Test
    void oneDeadlineHoldsForAllQuestions() {
        dns.startClock();
        loop.advance(Duration.ofMinutes(1));
        CompletableFuture<DnsAnswer> first = ask("first.example");
        loop.advance(LIMIT.minusSeconds(1));
        CompletableFuture<DnsAnswer> second = ask("second.example");
        loop.advance(Duration.ofMillis(999));
        assertFalse(first.isDone());
        loop.advance(Duration.ofMillis(1));
        assertEquals("no answer within the evaluation time", reason(first.join()));
        assertEquals("no answer within the evaluation time", reason(second.join()), "its own limit is no matter");
        assertFalse(dns.limitMet(), "it is the DNS that was slow");
        assertEquals(
                "not asked, or not for long enough, within the evaluation time",
                reason(ask("third.example").join()));
        assertTrue(dns.limitMet(), "of that one we know nothing");
        assertEquals(List.of("first.example", "second.example"), asked, "nothing is asked after it");
    }

    @Test
    void theClockDoesNotRunBeforeItIsStarted() {
        CompletableFuture<DnsAnswer> begun = ask("slow.example");
        loop.advance(Duration.ofMinutes(10));
        assertFalse(begun.isDone(), "the message is still coming in");
        dns.startClock();
        loop.advance(LIMIT);
        assertTrue(begun.isDone());
    }

    @Test
    void noTimerRunsWhereNothingIsOpen() {
        pending("known.example").complete(FOUND);
        ask("known.example");
        dns.startClock();
        assertEquals(0, loop.runningTimers());
    }

    @Test
    void aLateAnswerIsNobodys() {
        dns.startClock();
        CompletableFuture<DnsAnswer> answer = ask("slow.example");
        loop.advance(LIMIT);
        pending("slow.example").complete(FOUND);
        loop.runAll();
        assertEquals("no answer within the evaluation time", reason(answer.join()));
    }

    @Test
    void theDeadlineDoesNotTouchWhatOthersWaitFor() {
        dns.startClock();
        ask("slow.example");
        loop.advance(LIMIT);
        assertFalse(pending("slow.example").isDone());
    }

    @Test
    void whoIsAnsweredAtTheDeadlineMayAskMore() {
        dns.startClock();
        CompletableFuture<DnsAnswer> next = ask("slow.example").thenCompose(late -> ask("next.example"));
        ask("other.example");
        loop.advance(LIMIT);
        assertEquals("not asked, or not for long enough, within the evaluation time", reason(next.join()));
    }

    @Test
    void anAnswerThatALimitOfOursKeepsAwayIsRemembered() {
        ask("x.example");
        assertFalse(dns.limitMet());
        pending("x.example").complete(new DnsAnswer.Unavailable("no socket", true));
        loop.runAll();
        assertTrue(dns.limitMet());
    }

    @Test
    void whoHadToWaitForAPlaceDoesNotBlameTheDns() {
        Places places = new Places(2, 10);
        CachingDnsClient cache = new CachingDnsClient(question -> new CompletableFuture<>(), 10, () -> 0);
        FairDnsClient fair = new FairDnsClient(cache, places, PublicSuffixList.parse("example"));
        fair.query(DnsQuestion.txt("others.example"), new Asker("client"));
        MessageDns message = new MessageDns(fair, new Asker("client"), LIMIT, loop);
        message.startClock();
        CompletableFuture<DnsAnswer> waits =
                message.query(DnsQuestion.txt("mine.example")).toCompletableFuture();
        CompletableFuture<DnsAnswer> hasty = message.query(DnsQuestion.txt("ptr.example"), Duration.ofSeconds(1))
                .toCompletableFuture();
        assertEquals(2, places.waiting());
        loop.advance(Duration.ofSeconds(1));
        assertEquals(DnsClient.IMPATIENT, hasty.join());
        assertTrue(message.limitMet(), "a name that was not looked for is not a name that is not there");
        loop.advance(LIMIT);
        assertEquals(new DnsAnswer.Unavailable(reason(waits.join()), true), waits.join());
        assertEquals(0, places.waiting(), "and nobody stays in the line");
    }

    @Test
    void whoIsTakenBackLeavesTheLine() {
        Places places = new Places(1, 10);
        FairDnsClient fair = new FairDnsClient(
                new CachingDnsClient(question -> new CompletableFuture<>(), 10, () -> 0),
                places,
                PublicSuffixList.parse("example"));
        fair.query(DnsQuestion.txt("others.example"), new Asker("client"));
        MessageDns message = new MessageDns(fair, new Asker("client"), LIMIT, loop);
        message.query(DnsQuestion.txt("mine.example"));
        message.abandon();
        assertEquals(0, places.waiting());
    }

    @Test
    void afterItIsAbandonedNothingHappensAnyMore() {
        dns.startClock();
        CompletableFuture<DnsAnswer> open = ask("slow.example");
        dns.abandon();
        assertEquals(0, loop.runningTimers());
        pending("slow.example").complete(FOUND);
        loop.advance(Duration.ofMinutes(1));
        assertFalse(open.isDone(), "what depends on it ends here");
        assertEquals(
                "nobody waits for the result any more",
                reason(ask("more.example").join()));
        assertEquals(List.of("slow.example"), asked);
    }

    /** The message will be taken back, and must not be judged meanwhile as if the DNS had failed. */
    @Test
    void anAnswerForWhichThereIsNoMemoryNeverComes() {
        List<Long> octets = new ArrayList<>();
        MessageDns poor = new MessageDns(
                question -> pending(question.name()),
                new Asker("client"),
                LIMIT,
                loop,
                wanted -> octets.add(wanted) && octets.size() < 2);
        pending("known.example").complete(FOUND);
        assertTrue(poor.query(DnsQuestion.txt("known.example"))
                .toCompletableFuture()
                .isDone());
        CompletableFuture<DnsAnswer> slow =
                poor.query(DnsQuestion.txt("slow.example")).toCompletableFuture();
        pending("slow.example").complete(FOUND);
        loop.runAll();
        assertFalse(slow.isDone());
        assertFalse(poor.query(DnsQuestion.txt("known2.example"))
                .toCompletableFuture()
                .isDone());
        assertEquals(List.of(64L + 16, 64L + 16), octets);
    }

    /** Who sends one large message after the other and takes each back would fill the memory otherwise. */
    @Test
    void anAbandonedMessageIsNotHeldByAQuestionThatOthersWaitFor() {
        WeakReference<Object> message = askAndAbandon();
        await().until(() -> {
            System.gc();
            return message.get() == null;
        });
        assertFalse(pending("slow.example").isDone());
    }

    @Test
    void aQuestionMayBeWorthLessThanTheDeadline() {
        dns.startClock();
        CompletableFuture<DnsAnswer> hasty = dns.query(DnsQuestion.txt("slow.example"), Duration.ofSeconds(1))
                .toCompletableFuture();
        CompletableFuture<DnsAnswer> patient = ask("slow.example");
        loop.advance(Duration.ofSeconds(1));
        assertEquals(DnsClient.IMPATIENT, hasty.join());
        assertFalse(patient.isDone());
        pending("slow.example").complete(FOUND);
        loop.runAll();
        assertEquals(FOUND, patient.join());
    }

    @Test
    void anAnswerInTimeEndsThePatience() {
        CompletableFuture<DnsAnswer> hasty = dns.query(DnsQuestion.txt("quick.example"), Duration.ofSeconds(1))
                .toCompletableFuture();
        pending("quick.example").complete(FOUND);
        loop.runAll();
        assertEquals(FOUND, hasty.join());
        assertEquals(0, loop.runningTimers());
    }

    @Test
    void tellsWhatWasAskedInTheOrderOfTheQuestions() {
        ask("b.example");
        pending("a.example").complete(FOUND);
        ask("a.example");
        ask("open.example");
        ask("a.example");
        pending("b.example").complete(new DnsAnswer.NoSuchName());
        loop.runAll();
        assertEquals(
                List.of(
                        new MessageDns.Asked(DnsQuestion.txt("b.example"), new DnsAnswer.NoSuchName()),
                        new MessageDns.Asked(DnsQuestion.txt("a.example"), FOUND)),
                dns.asked());
    }
}
