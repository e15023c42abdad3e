package org.dmarcmilter.dns;

import static org.awaitility.Awaitility.await;
import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.await;
import static org.dmarcmilter.dns.DnsTests.client;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachingDnsClientTest {
    private static final int MANY = 10_000;

    private final AtomicLong clock = new AtomicLong(123_456_789);
    private final FakeUpstream upstream = new FakeUpstream();

    /** Answers by name, counts the questions, and can hold its answers back. */
    private static final class FakeUpstream implements TimedDnsClient {
        private final Map<String, TimedAnswer> answers = new HashMap<>();
        private final List<CompletableFuture<TimedAnswer>> held = new ArrayList<>();
        private boolean holding;
        private int questions;

        @Override
        public CompletionStage<TimedAnswer> ask(DnsQuestion question) {
            questions++;
            if (holding) {
                CompletableFuture<TimedAnswer> later = new CompletableFuture<>();
                held.add(later);
                return later;
            }
            return CompletableFuture.completedFuture(answers.getOrDefault(
                    question.name(),
                    new TimedAnswer(new DnsAnswer.Found(List.of(question.toString())), Duration.ofMinutes(5))));
        }
    }

    private CachingDnsClient cache(int entries) {
        return new CachingDnsClient(upstream, entries, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # answer    | life     | kept     | why
        FOUND       | PT5M     | PT5M     | records live for their TTL
        FOUND       | PT1S     | PT1S     | however short
        FOUND       | P7D      | PT1H     | and an hour at most
        NODATA      | PT2M     | PT2M     | a missing type lives as the SOA record says
        NODATA      | P1D      | PT15M    | and a quarter of an hour at most
        NXDOMAIN    | PT2M     | PT2M     | a missing name too
        NXDOMAIN    | P1D      | PT15M    | and a quarter of an hour at most
        UNAVAILABLE | PT5M     | PT5S     | a failure for some seconds: a dead zone is not asked for every message
        UNAVAILABLE | PT2S     | PT2S     | or less
        """)
    void keepsAnAnswerForItsLife(String kind, Duration life, Duration kept, String why) {
        DnsAnswer answer =
                kind.equals("UNAVAILABLE") ? new DnsAnswer.Unavailable("SERVFAIL from 192.0.2.53") : answer(kind);
        upstream.answers.put("x.example", new TimedAnswer(answer, life));
        CachingDnsClient cache = cache(MANY);
        assertEquals(answer, ask(cache, "x.example"));
        pass(kept.minusNanos(1));
        assertEquals(answer, ask(cache, "x.example"), why);
        assertEquals(1, upstream.questions, why);
        pass(Duration.ofNanos(1));
        upstream.answers.put("x.example", new TimedAnswer(answer("new"), Duration.ofMinutes(5)));
        assertEquals(answer("new"), ask(cache, "x.example"), why);
        assertEquals(2, upstream.questions, why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"FOUND", "NODATA", "NXDOMAIN"})
    void anAnswerWithoutLifeIsForThoseWhoWaitedOnly(String kind) {
        upstream.holding = true;
        CachingDnsClient cache = cache(MANY);
        List<CompletableFuture<DnsAnswer>> waiting = askTenTimes(cache);
        assertEquals(1, upstream.questions);
        upstream.held.get(0).complete(new TimedAnswer(answer(kind), Duration.ZERO));
        waiting.forEach(each -> assertEquals(answer(kind), each.getNow(null)));
        assertEquals("9 9 1", cache.hits() + " " + cache.coalesced() + " " + cache.misses());
        askTenTimes(cache);
        assertEquals(2, upstream.questions, "without any time passing");
    }

    @Test
    void aReadDoesNotProlongALife() {
        CachingDnsClient cache = cache(MANY);
        for (int minute = 0; minute < 10; minute++) {
            ask(cache, "x.example");
            pass(Duration.ofMinutes(1));
        }
        assertEquals(2, upstream.questions);
    }

    @Test
    void aLifeBeginsWithTheAnswer() {
        upstream.holding = true;
        CachingDnsClient cache = cache(MANY);
        askTenTimes(cache);
        pass(Duration.ofMinutes(10));
        upstream.held.get(0).complete(new TimedAnswer(answer("x"), Duration.ofMinutes(5)));
        pass(Duration.ofMinutes(4));
        assertEquals(answer("x"), ask(cache, "x.example"));
        assertEquals(1, upstream.questions);
    }

    @Test
    void switchedOffItKeepsNothing() {
        CachingDnsClient cache = cache(0);
        for (int i = 1; i <= 5; i++) {
            ask(cache, "x.example");
            assertEquals(i, upstream.questions);
        }
        assertEquals(0, cache.hits());
        upstream.holding = true;
        askTenTimes(cache);
        assertEquals(6, upstream.questions, "but who asks at the same time shares the question");
    }

    @Test
    void aHitIsACompletedStage() {
        CachingDnsClient cache = cache(MANY);
        ask(cache, "x.example");
        assertTrue(
                cache.query(DnsQuestion.txt("X.example.")).toCompletableFuture().isDone());
        assertEquals(1, cache.hits());
        assertEquals(1, cache.misses());
    }

    @Test
    void nameAndTypeMakeTheQuestion() {
        CachingDnsClient cache = cache(MANY);
        for (DnsQuestion.Type type : DnsQuestion.Type.values()) {
            for (String name : List.of("x.example", "y.example")) {
                DnsQuestion question = new DnsQuestion(name, type);
                assertEquals(new DnsAnswer.Found(List.of(question.toString())), ask(cache, type, name));
            }
        }
        assertEquals(10, upstream.questions);
        assertEquals(10, cache.size());
        cache.clear();
        assertEquals(0, cache.size());
    }

    @Test
    void whoGetsAnAnswerCannotChangeThatOfOthers() {
        upstream.holding = true;
        CachingDnsClient cache = cache(MANY);
        List<CompletableFuture<DnsAnswer>> waiting = askTenTimes(cache);
        waiting.get(0).complete(answer("forged"));
        waiting.get(1).cancel(true);
        assertFalse(waiting.get(2).isDone());
        upstream.held.get(0).complete(new TimedAnswer(answer("x"), Duration.ofMinutes(5)));
        assertEquals(answer("x"), waiting.get(2).getNow(null));
        assertEquals(answer("x"), ask(cache, "x.example"));
    }

    @Test
    void isBounded() {
        CachingDnsClient cache = cache(100);
        for (int i = 0; i < 5_000; i++) {
            ask(cache, "n" + i + ".example");
        }
        assertTrue(cache.size() <= 100, "entries: " + cache.size());
    }

    @Test
    void aLargeAnswerCountsForSeveral() {
        CachingDnsClient cache = cache(100);
        for (int i = 0; i < 1_000; i++) {
            upstream.answers.put(
                    "n" + i + ".example", new TimedAnswer(answer("x".repeat(50_000)), Duration.ofMinutes(5)));
            ask(cache, "n" + i + ".example");
        }
        assertTrue(cache.size() <= 1, "entries: " + cache.size());
    }

    @Test
    void manyTinyRecordsAreNoSmallAnswer() {
        CachingDnsClient cache = cache(100);
        List<String> tiny = Collections.nCopies(4_000, "x");
        for (int i = 0; i < 100; i++) {
            upstream.answers.put(
                    "n" + i + ".example", new TimedAnswer(new DnsAnswer.Found(tiny), Duration.ofMinutes(5)));
            ask(cache, "n" + i + ".example");
        }
        assertTrue(cache.size() <= 1, "entries: " + cache.size());
    }

    @Test
    void aThousandAskersFromSeveralThreadsShareOneQuery() throws Exception {
        ExecutorService askers = Executors.newFixedThreadPool(4);
        try (TestDnsServer dns = TestDnsServer.start("cold.example. 300 IN TXT \"warm\"");
                DnsjavaClient client = client(Duration.ofSeconds(30), dns.address())) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.after(Duration.ofMillis(200), TestDnsServer.PROPER));
            CachingDnsClient cache = new CachingDnsClient(client, MANY);
            CyclicBarrier together = new CyclicBarrier(4);
            List<Future<List<CompletionStage<DnsAnswer>>>> asked = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                asked.add(askers.submit(() -> {
                    together.await();
                    List<CompletionStage<DnsAnswer>> answers = new ArrayList<>();
                    for (int i = 0; i < 250; i++) {
                        answers.add(cache.query(DnsQuestion.txt("cold.example")));
                    }
                    return answers;
                }));
            }
            for (Future<List<CompletionStage<DnsAnswer>>> answers : asked) {
                for (CompletionStage<DnsAnswer> each : answers.get()) {
                    assertEquals(answer("warm"), await(each));
                }
            }
            assertEquals(1, dns.count());
            assertEquals(1, client.questions());
            assertEquals(1, cache.misses());
            assertEquals(999, cache.hits());
        } finally {
            askers.shutdownNow();
        }
    }

    @Test
    void servfailIsNotAskedAgainForEveryMessage() {
        try (TestDnsServer dns = TestDnsServer.start("");
                DnsjavaClient client = client(Duration.ofSeconds(20), dns.address())) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.SERVFAIL);
            CachingDnsClient cache = new CachingDnsClient(client, MANY, clock::get);
            for (int i = 0; i < 10; i++) {
                ask(cache, "dead.example");
            }
            assertEquals(1, dns.count());
            dns.behave(TestDnsServer.ALL, TestDnsServer.PROPER);
            // The life of an answer may begin a moment after it was given, on the thread that brought it.
            await("repaired after seconds").until(() -> {
                pass(Duration.ofSeconds(5));
                return ask(cache, "dead.example").equals(new DnsAnswer.NoSuchName());
            });
        }
    }

    @Test
    @DisplayName("E175: short lives and TTL 0 are honoured; the walks of one message share their answers all the same")
    void livesComeFromTheDns() {
        try (TestDnsServer dns =
                        TestDnsServer.start("x.example. 30 IN TXT \"old\"").negativeTtl(20);
                DnsjavaClient client = client(Duration.ofSeconds(20), dns.address())) {
            CachingDnsClient cache = new CachingDnsClient(client, MANY, clock::get);
            assertEquals(answer("old"), ask(cache, "x.example"));
            assertEquals(answer("NXDOMAIN"), ask(cache, "y.example"));
            dns.remove("x.example").add("x.example. 0 IN TXT \"new\"\ny.example. 300 IN TXT \"published\"");
            pass(Duration.ofSeconds(19));
            assertEquals(answer("old"), ask(cache, "x.example"));
            assertEquals(answer("NXDOMAIN"), ask(cache, "y.example"));
            pass(Duration.ofSeconds(1));
            assertEquals(answer("published"), ask(cache, "y.example"));
            pass(Duration.ofSeconds(10));
            assertEquals(answer("new"), ask(cache, "x.example"));
            assertEquals(answer("new"), ask(cache, "x.example"));
            assertEquals(3, dns.count("x.example"), "TTL 0 is never kept");
        }
    }

    private static List<CompletableFuture<DnsAnswer>> askTenTimes(CachingDnsClient cache) {
        List<CompletableFuture<DnsAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(cache.query(DnsQuestion.txt("x.example")).toCompletableFuture());
        }
        return answers;
    }
}
