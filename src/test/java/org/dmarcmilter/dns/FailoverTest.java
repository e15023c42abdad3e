package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.client;
import static org.dmarcmilter.dns.DnsTests.closedPort;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** Servers that are silent, sick or hostile. */
@Execution(ExecutionMode.CONCURRENT)
class FailoverTest {
    private static final Duration LIMIT = Duration.ofSeconds(6);
    private static final String RECORD = "x.example. 300 IN TXT \"found\"";
    private static final DnsAnswer FOUND = answer("found");

    private final TestDnsServer sick = TestDnsServer.start(RECORD);
    private final TestDnsServer good = TestDnsServer.start(RECORD);

    @AfterEach
    void stop() {
        sick.close();
        good.close();
    }

    private static final TestDnsServer.Behaviour REFERRAL = (query, proper, tcp) -> {
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        Name zone = Name.fromConstantString("example.");
        reply.addRecord(new NSRecord(zone, DClass.IN, 300, zone), Section.AUTHORITY);
        return List.of(reply.toWire());
    };

    static Stream<Arguments> sicknesses() {
        return Stream.of(
                Arguments.of("silence", TestDnsServer.SILENT, DnsFailure.NO_ANSWER),
                Arguments.of("SERVFAIL", TestDnsServer.SERVFAIL, DnsFailure.SERVER_ERROR),
                Arguments.of("REFUSED", TestDnsServer.REFUSED, DnsFailure.SERVER_ERROR),
                Arguments.of("FORMERR", TestDnsServer.rcode(Rcode.FORMERR), DnsFailure.SERVER_ERROR),
                Arguments.of("NOTIMP", TestDnsServer.rcode(Rcode.NOTIMP), DnsFailure.SERVER_ERROR),
                Arguments.of("a broken reply", TestDnsServer.BROKEN, DnsFailure.BROKEN_REPLY),
                Arguments.of("answers with a wrong id only", TestDnsServer.WRONG_ID, DnsFailure.NO_ANSWER),
                Arguments.of("answers to another question only", TestDnsServer.WRONG_QUESTION, DnsFailure.NO_ANSWER),
                Arguments.of("truncation even by TCP", TestDnsServer.TRUNCATED_ALWAYS, DnsFailure.BROKEN_REPLY),
                Arguments.of("a referral", REFERRAL, DnsFailure.SERVER_ERROR));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sicknesses")
    void theNextServerAnswers(String sickness, TestDnsServer.Behaviour behaviour, DnsFailure unused) {
        sick.behave(TestDnsServer.ALL, behaviour);
        try (DnsjavaClient client = client(LIMIT, sick.address(), good.address())) {
            assertEquals(FOUND, ask(client, "x.example"), sickness);
            assertEquals(0, client.failures());
            assertTrue(client.sinceLastReply().isPresent());
            assertEquals(0, client.inFlight());
        }
        assertTrue(sick.count() >= 1);
        assertEquals(1, good.count());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sicknesses")
    void noServerAnswers(String sickness, TestDnsServer.Behaviour behaviour, DnsFailure kind) {
        sick.behave(TestDnsServer.ALL, behaviour);
        try (DnsjavaClient client = client(Duration.ofMillis(400), sick.address())) {
            DnsAnswer.Unavailable answer = assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "x.example"));
            assertTrue(answer.reason().endsWith(" from " + ResolvConf.text(sick.address())), answer.reason());
            assertEquals(1, client.failures());
            assertEquals(1, client.counters().failures().of(kind));
            assertEquals(1, client.counters().latency().counted().number());
            assertEquals(0, client.inFlight());
        }
    }

    @Test
    void aServerWhereNobodyListensIsPassedOver() {
        try (DnsjavaClient client = client(LIMIT, closedPort(), good.address())) {
            assertEquals(FOUND, ask(client, "x.example"));
        }
        try (DnsjavaClient client = client(Duration.ofHours(1), closedPort())) {
            DnsAnswer.Unavailable answer = assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "x.example"));
            assertTrue(answer.reason().startsWith("connection refused from 127.0.0.1:"), answer.reason());
        }
    }

    @Test
    void tcpThatNobodyAcceptsIsPassedOver() {
        sick.behave(TestDnsServer.ALL, (query, proper, tcp) -> tcp ? List.of() : truncated(query));
        try (DnsjavaClient client = client(LIMIT, sick.address(), good.address())) {
            assertEquals(FOUND, ask(client, "x.example"));
        }
    }

    private static List<byte[]> truncated(Message query) {
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.TC);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        return List.of(reply.toWire());
    }

    @Test
    void aLostDatagramIsSentAgainToTheOnlyServer() {
        AtomicInteger queries = new AtomicInteger();
        good.behave(
                TestDnsServer.ALL,
                (query, proper, tcp) -> queries.incrementAndGet() == 1 ? List.of() : List.of(proper.toWire()));
        try (DnsjavaClient client = client(LIMIT, good.address())) {
            assertEquals(FOUND, ask(client, "x.example"));
        }
        assertEquals(2, good.count());
        List<TestDnsServer.Seen> seen = good.seen();
        assertTrue(seen.get(0).id() != seen.get(1).id()
                || seen.get(0).port() != seen.get(1).port());
    }

    @Test
    void aSlowAnswerStillArrives() {
        good.behave(TestDnsServer.ALL, TestDnsServer.after(Duration.ofMillis(1_000), TestDnsServer.PROPER));
        try (DnsjavaClient client = client(LIMIT, good.address())) {
            assertEquals(FOUND, ask(client, "x.example"));
        }
    }

    @Test
    void anErrorIsNotAskedForAgain() {
        sick.behave(TestDnsServer.ALL, TestDnsServer.SERVFAIL);
        good.behave(TestDnsServer.ALL, TestDnsServer.REFUSED);
        try (DnsjavaClient client = client(LIMIT, sick.address(), good.address())) {
            assertEquals(
                    new DnsAnswer.Unavailable("REFUSED from " + ResolvConf.text(good.address())),
                    ask(client, "x.example"));
        }
        assertEquals(1, sick.count());
        assertEquals(1, good.count());
    }

    @Test
    void aServerOlderThanEdnsIsAskedWithoutIt() {
        good.behave(TestDnsServer.ALL, TestDnsServer.NO_EDNS);
        try (DnsjavaClient client = client(LIMIT, good.address())) {
            assertEquals(FOUND, ask(client, "x.example"));
        }
        assertEquals(
                List.of(1232, 0),
                good.seen().stream().map(TestDnsServer.Seen::ednsPayload).toList());
    }

    @Test
    void aSilentServerIsAskedLastForAWhile() {
        sick.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        try (DnsjavaClient client = client(LIMIT, sick.address(), good.address())) {
            for (int i = 0; i < 5; i++) {
                ask(client, "x.domain" + i + ".example");
            }
            int before = sick.count();
            for (int i = 0; i < 20; i++) {
                assertEquals(FOUND, ask(client, "x.example"));
            }
            assertEquals(before, sick.count());
            good.behave(TestDnsServer.ALL, TestDnsServer.SERVFAIL);
            sick.behave(TestDnsServer.ALL, TestDnsServer.PROPER);
            assertEquals(FOUND, ask(client, "x.example"), "last is not never");
            good.behave(TestDnsServer.ALL, TestDnsServer.PROPER);
            int good0 = good.count();
            assertEquals(FOUND, ask(client, "x.example"));
            assertEquals(good0, good.count(), "it answers again, so it is the first again");
        }
    }

    /** Whoever has a domain can have us ask for many names in it that nobody answers. */
    @Test
    void oneDeadDomainIsNoDeadServer() {
        sick.behave(
                TestDnsServer.ALL,
                (query, proper, tcp) -> query.getQuestion().getName().toString().endsWith("dead.example.")
                        ? List.of()
                        : List.of(proper.toWire()));
        try (CapturedLog log = new CapturedLog(NameServer.class);
                DnsjavaClient client = client(LIMIT, sick.address(), good.address())) {
            for (int i = 0; i < 10; i++) {
                ask(client, "x" + i + ".dead.example");
            }
            int before = good.count();
            assertEquals(FOUND, ask(client, "x.example"));
            assertEquals(before, good.count(), "it is still the first");
            String server = ResolvConf.text(sick.address());
            assertTrue(log.lines().stream().noneMatch(line -> line.contains(server)), log.lines()::toString);
        }
    }

    @Test
    void theLimitEndsAQuestionToDeadServers() {
        sick.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        good.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
        try (DnsjavaClient client = client(Duration.ofSeconds(2), sick.address(), good.address())) {
            assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "x.example"));
        }
        assertEquals(3, sick.count());
        assertEquals(3, good.count());
    }

    @Test
    void aSlowZoneHoldsNobodyUp() {
        good.behave("slow.example", TestDnsServer.SILENT);
        try (DnsjavaClient client = client(Duration.ofHours(1), good.address())) {
            var slow = client.query(DnsQuestion.txt("slow.example")).toCompletableFuture();
            for (int i = 0; i < 100; i++) {
                assertEquals(FOUND, ask(client, "x.example"));
            }
            assertEquals(1, client.inFlight());
            assertEquals(false, slow.isDone());
        }
    }
}
