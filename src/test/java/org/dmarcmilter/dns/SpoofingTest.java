package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.client;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;

/** Who does not see our queries can only guess (RFC 5452). */
class SpoofingTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TestDnsServer dns = TestDnsServer.start("x.example. 300 IN TXT \"right\"");
    private final DnsjavaClient client = client(LIMIT, dns.address());

    @AfterEach
    void stop() {
        client.close();
        dns.close();
    }

    private static final TestDnsServer.Behaviour BARE_NXDOMAIN_FIRST = (query, proper, tcp) -> {
        Message bare = new Message(query.getHeader().getID());
        bare.getHeader().setFlag(Flags.QR);
        bare.getHeader().setRcode(Rcode.NXDOMAIN);
        return List.of(bare.toWire(), proper.toWire());
    };
    private static final TestDnsServer.Behaviour QUERY_FIRST =
            (query, proper, tcp) -> List.of(query.toWire(), proper.toWire());

    static Stream<Arguments> forgeries() {
        return Stream.of(
                Arguments.of("a wrong id", TestDnsServer.WRONG_ID_FIRST),
                Arguments.of("another question", TestDnsServer.WRONG_QUESTION_FIRST),
                Arguments.of("noise", TestDnsServer.GARBAGE_FIRST),
                Arguments.of("NXDOMAIN without a question", BARE_NXDOMAIN_FIRST),
                Arguments.of("our own query back", QUERY_FIRST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void aForgeryDoesNotEndTheQuery(String forgery, TestDnsServer.Behaviour behaviour) {
        dns.behave(TestDnsServer.ALL, behaviour);
        assertEquals(answer("right"), ask(client, "x.example"), forgery);
        assertEquals(1, dns.count(), "and no second query was needed");
    }

    @Test
    void aFloodOfGuessesChangesPortAndId() {
        AtomicBoolean flooded = new AtomicBoolean();
        dns.behave(TestDnsServer.ALL, (query, proper, tcp) -> {
            if (flooded.getAndSet(true)) {
                return List.of(proper.toWire());
            }
            return guesses(proper);
        });
        assertEquals(answer("right"), ask(client, "x.example"));
        assertEquals(2, dns.count());
    }

    private static List<byte[]> guesses(Message proper) {
        List<byte[]> guesses = new ArrayList<>();
        for (int i = 1; i <= 150; i++) {
            byte[] guess = proper.toWire();
            guess[1] += (byte) i;
            guesses.add(guess);
        }
        return guesses;
    }

    /** Whoever floods us must not make a temporary error of somebody else's policy. */
    @Test
    void aFloodThatDoesNotEndIsALimitOfOurs() {
        dns.behave(TestDnsServer.ALL, (query, proper, tcp) -> guesses(proper));
        assertTrue(((DnsAnswer.Unavailable) ask(client, "x.example")).ours());
    }

    @Test
    void portsAndIdsCannotBeForetold() {
        int questions = 50 * QueryPorts.QUESTIONS;
        for (int i = 0; i < questions; i++) {
            ask(client, "x.example");
        }
        int[] ids = dns.seen().stream().mapToInt(TestDnsServer.Seen::id).toArray();
        assertUnpredictable(ids);
        int[] ports = withoutRepetition(
                dns.seen().stream().mapToInt(TestDnsServer.Seen::port).toArray());
        // The kernel may pick one port twice in a row, but not often.
        assertTrue(ports.length >= questions / QueryPorts.QUESTIONS - 2, "no port serves more questions than it may");
        assertUnpredictable(ports);
    }

    private static int[] withoutRepetition(int[] values) {
        return IntStream.range(0, values.length)
                .filter(i -> i == 0 || values[i] != values[i - 1])
                .map(i -> values[i])
                .toArray();
    }

    private static void assertUnpredictable(int[] values) {
        int steps = 0;
        for (int i = 1; i < values.length; i++) {
            steps += Math.abs(values[i] - values[i - 1]) <= 2 ? 1 : 0;
        }
        // Of 50 random values out of 28,000 ports, or 400 out of 65,536 ids, more meet by chance once in millions of
        // runs.
        int meetings = 4 + values.length / 50;
        assertTrue(IntStream.of(values).distinct().count() >= values.length - meetings, "distinct");
        assertTrue(steps <= 4, "not counted up");
    }

    @Test
    void aPortThatSomebodyGuessesAtIsGivenUp() {
        dns.behave(TestDnsServer.ALL, TestDnsServer.WRONG_ID_FIRST);
        for (int i = 0; i < 20; i++) {
            ask(client, "x.example");
        }
        assertTrue(dns.seen().stream().map(TestDnsServer.Seen::port).distinct().count() >= 18, "a port a question");
    }
}
