package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * An answer that comes before the limit is taken, whichever try it is for. The clock is the test's: no time passes but what the
 * test lets pass, and a server answers when the test says so.
 */
@Timeout(60)
class LateAnswerTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MOST_SOCKETS = 12;
    private static final DnsAnswer FOUND = answer("found");

    private final AtomicLong clock = new AtomicLong();
    private final List<TestDnsServer> servers = Stream.generate(() ->
                    TestDnsServer.start("x.example. 300 IN TXT \"found\"\nalias.example. 300 IN CNAME x.example."))
            .limit(3)
            .toList();
    private final TestDnsServer first = servers.get(0);
    private final TestDnsServer second = servers.get(1);
    private final TestDnsServer third = servers.get(2);
    private final CompletableFuture<Void> signal = new CompletableFuture<>();
    private final ExchangeLoop loop = new ExchangeLoop(Selector.open(), clock::get, MOST_SOCKETS);

    LateAnswerTest() throws IOException {}

    @AfterEach
    void stop() {
        loop.close();
        servers.forEach(TestDnsServer::close);
    }

    private CompletableFuture<DnsAnswer> ask(String name, TestDnsServer... asked) {
        List<InetSocketAddress> addresses =
                Stream.of(asked).map(TestDnsServer::address).toList();
        return new DnsjavaClient(addresses, LIMIT, loop)
                .query(DnsQuestion.txt(name))
                .toCompletableFuture();
    }

    /** Lets time pass in small steps until this many queries have come in all, and none is on its way. */
    private void passUntil(int queries) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            int came = sum(TestDnsServer::count);
            if (came - sum(TestDnsServer::answered) != sockets()) {
                return false;
            }
            if (came < queries) {
                pass(Duration.ofMillis(50));
            }
            return came >= queries;
        });
    }

    private int sum(ToIntFunction<TestDnsServer> count) {
        return servers.stream().mapToInt(count).sum();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
        loop.execute(() -> {});
    }

    /** How many sockets are open now. */
    private int sockets() {
        CompletableFuture<Integer> sockets = new CompletableFuture<>();
        loop.execute(() -> sockets.complete(loop.sockets()));
        return await(sockets);
    }

    /** Behaves so for its first query, and never answers another. */
    private static TestDnsServer.Behaviour once(TestDnsServer.Behaviour behaviour) {
        AtomicInteger queries = new AtomicInteger();
        return new TestDnsServer.Behaviour() {
            @Override
            public List<byte[]> replies(Message query, Message proper, boolean tcp) {
                return tcp || queries.getAndIncrement() == 0 ? behaviour.replies(query, proper, tcp) : List.of();
            }

            @Override
            public CompletionStage<?> signal() {
                return behaviour.signal();
            }
        };
    }

    @Test
    void theFirstTryIsHeardWhileTheLastOneWaits() {
        first.behave(TestDnsServer.ALL, once(TestDnsServer.upon(signal, TestDnsServer.PROPER)));
        CompletableFuture<DnsAnswer> answer = ask("x.example", first);
        passUntil(3);
        assertFalse(answer.isDone());
        assertEquals(3, sockets(), "all tries wait");
        signal.complete(null);
        assertEquals(FOUND, await(answer));
        assertEquals(0, sockets(), "and none after the answer");
    }

    @Test
    void theThirdServerIsHeardWhileOthersHaveTheirTurnAgain() {
        first.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        second.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        third.behave(TestDnsServer.ALL, once(TestDnsServer.upon(signal, TestDnsServer.PROPER)));
        CompletableFuture<DnsAnswer> answer = ask("x.example", first, second, third);
        passUntil(5);
        signal.complete(null);
        assertEquals(FOUND, await(answer));
        assertEquals(0, sockets());
    }

    @Test
    void anErrorOfOneServerDoesNotEndTheWaitForOthers() {
        first.behave(TestDnsServer.ALL, TestDnsServer.upon(signal, TestDnsServer.PROPER));
        second.behave(TestDnsServer.ALL, TestDnsServer.SERVFAIL);
        CompletableFuture<DnsAnswer> answer = ask("x.example", first, second);
        passUntil(2);
        passUntil(4);
        assertEquals(1, second.count(), "it has said what it has to say");
        assertFalse(answer.isDone());
        signal.complete(null);
        assertEquals(FOUND, await(answer));
    }

    @Test
    void aLateErrorDoesNotEndTheWaitForALaterTry() {
        CompletableFuture<Void> later = new CompletableFuture<>();
        first.behave(TestDnsServer.ALL, once(TestDnsServer.upon(signal, TestDnsServer.SERVFAIL)));
        second.behave(TestDnsServer.ALL, once(TestDnsServer.upon(later, TestDnsServer.PROPER)));
        CompletableFuture<DnsAnswer> answer = ask("x.example", first, second);
        passUntil(2);
        signal.complete(null);
        Awaitility.await().until(() -> sockets() == 1);
        assertFalse(answer.isDone());
        later.complete(null);
        assertEquals(FOUND, await(answer));
    }

    @Test
    void whenAllHaveFailedNobodyWaits() {
        first.behave(TestDnsServer.ALL, TestDnsServer.upon(signal, TestDnsServer.SERVFAIL));
        second.behave(TestDnsServer.ALL, TestDnsServer.REFUSED);
        CompletableFuture<DnsAnswer> answer = ask("x.example", first, second);
        passUntil(2);
        signal.complete(null);
        assertEquals(DnsAnswer.Unavailable.class, await(answer).getClass());
    }

    @Test
    void aLateAnswerThatDoesNotFitIsFetchedByTcp() {
        first.behave(TestDnsServer.ALL, once(TestDnsServer.upon(signal, TestDnsServer.TRUNCATED)));
        CompletableFuture<DnsAnswer> answer = ask("x.example", first);
        passUntil(2);
        signal.complete(null);
        assertEquals(FOUND, await(answer));
        assertEquals(0, sockets());
    }

    @Test
    void aLateAliasIsFollowed() {
        first.behave("alias.example", once(TestDnsServer.upon(signal, (query, proper, tcp) -> {
            Message reply = proper.clone();
            List<Record> all = reply.getSection(Section.ANSWER);
            reply.removeAllRecords(Section.ANSWER);
            reply.addRecord(all.get(0), Section.ANSWER);
            return List.of(reply.toWire());
        })));
        CompletableFuture<DnsAnswer> answer = ask("alias.example", first);
        passUntil(3);
        signal.complete(null);
        assertEquals(FOUND, await(answer));
        assertEquals(1, first.count("x.example"));
        assertEquals(0, sockets());
    }

    @Test
    void nothingIsHeardAfterTheLimit() {
        servers.forEach(server -> server.behave(TestDnsServer.ALL, TestDnsServer.SILENT));
        CompletableFuture<DnsAnswer> answer = ask("x.example", first, second, third);
        passUntil(Resolution.MAX_TRIES);
        assertEquals(Resolution.MAX_TRIES, sockets());
        pass(LIMIT);
        assertEquals(DnsAnswer.Unavailable.class, await(answer).getClass());
        assertEquals(0, sockets());
        assertEquals(
                Resolution.MAX_TRIES,
                servers.stream()
                        .flatMap(server -> server.seen().stream())
                        .map(seen -> seen.port() + "/" + seen.id())
                        .distinct()
                        .count(),
                "each try has a port and an id of its own");
    }

    @Test
    void manySlowQuestionsHaveOneSocketEach() {
        first.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        int questions = MOST_SOCKETS + 5;
        List<CompletableFuture<DnsAnswer>> answers = IntStream.range(0, questions)
                .mapToObj(i -> ask("n" + i + ".example", first))
                .toList();
        // All are asked at once; with time passing before the last is, the first would have another try.
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> first.count() == questions);
        pass(LIMIT.dividedBy(2));
        assertEquals(questions, sockets(), "no question is without one, and none has two");
        pass(LIMIT);
        answers.forEach(answer -> assertTrue(
                ((DnsAnswer.Unavailable) await(answer)).ours(), "with another try, there might be an answer"));
        assertEquals(questions, first.count());
    }

    @Test
    void moreServersThanTriesAreNotAskedForEver() {
        List<TestDnsServer> many = new ArrayList<>();
        try {
            for (int i = 0; i < Resolution.MAX_TRIES + 2; i++) {
                many.add(TestDnsServer.start("").behave(TestDnsServer.ALL, TestDnsServer.REFUSED));
            }
            await(ask("x.example", many.toArray(TestDnsServer[]::new)));
            assertEquals(
                    Resolution.MAX_TRIES,
                    many.stream().mapToInt(TestDnsServer::count).sum());
        } finally {
            many.forEach(TestDnsServer::close);
        }
    }
}
