package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.client;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of a server that is well. */
class DnsjavaClientTest {
    private static final String ZONE = """
            txt.example.        300 IN TXT "v=DMARC1; p=reject"
            strings.example.    300 IN TXT "v=DMARC1; p=re" "ject; rua=mail" "to:d@example.com"
            empty.example.      300 IN TXT ""
            octets.example.     300 IN TXT "quote \\" backslash \\\\ e-acute \\195\\169 nul \\000"
            two.example.        300 IN TXT "v=spf1 -all"
            two.example.        300 IN TXT "other"
            a.example.          300 IN A 192.0.2.1
            a.example.          300 IN A 192.0.2.2
            aaaa.example.       300 IN AAAA 2001:db8::1
            mapped.example.     300 IN AAAA ::ffff:192.0.2.1
            mx.example.         300 IN MX 20 Second.example.
            mx.example.         300 IN MX 10 first.example.
            mx.example.         300 IN MX 30 third.example.
            nullmx.example.     300 IN MX 0 .
            1.2.0.192.in-addr.arpa. 300 IN PTR Mail.example.
            below.deep.example. 300 IN TXT "deep"
            alias.example.      300 IN CNAME alias2.example.
            alias2.example.     300 IN CNAME txt.example.
            dangling.example.   300 IN CNAME nowhere.example.
            toaddress.example.  300 IN CNAME a.example.
            loop.example.       300 IN CNAME loop2.example.
            loop2.example.      300 IN CNAME loop.example.
            self.example.       300 IN CNAME self.example.
            back\\\\slash.example. 300 IN TXT "an octet like others"
            """;

    private TestDnsServer dns;
    private DnsjavaClient client;

    @BeforeEach
    void start() {
        dns = TestDnsServer.start(ZONE);
        client = client(Duration.ofSeconds(20), dns.address());
    }

    @AfterEach
    void stop() {
        client.close();
        dns.close();
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        TXT  | txt.example            | v=DMARC1; p=reject                      | one character-string
        TXT  | TXT.Example.           | v=DMARC1; p=reject                      | case and trailing dot do not matter
        TXT  | strings.example        | v=DMARC1; p=reject; rua=mailto:d@example.com | strings join without separator
        TXT  | two.example            | v=spf1 -all,other                       | several records
        A    | a.example              | 192.0.2.1,192.0.2.2                     | IPv4 addresses
        AAAA | aaaa.example           | 2001:db8:0:0:0:0:0:1                    | IPv6 address
        AAAA | mapped.example         | 0:0:0:0:0:ffff:c000:201                 | a mapped address stays IPv6
        MX   | mx.example             | first.example,second.example,third.example | best preference first, lower case
        MX   | nullmx.example         | ``                                      | null MX (RFC 7505)
        PTR  | 1.2.0.192.in-addr.arpa | mail.example                            | name of an address
        TXT  | a.example              | NODATA                                  | the name has other types only
        TXT  | deep.example           | NODATA                                  | a name with names below it exists
        TXT  | nowhere.example        | NXDOMAIN                                | no such name
        TXT  | alias.example          | v=DMARC1; p=reject                      | E147: two aliases
        TXT  | dangling.example       | NODATA                                  | an alias exists, NXDOMAIN speaks of the end of the chain
        A    | dangling.example       | NODATA                                  | E168: so a dangling alias is no non-existent author domain
        TXT  | toaddress.example      | NODATA                                  | so does NODATA
        TXT  | back\\slash.example     | an octet like others                    | a backslash escapes nothing
        """)
    void answers(DnsQuestion.Type type, String name, String expected, String why) {
        String unescaped = name.replace("\\\\", "\\");
        assertEquals(answer(expected), ask(client, type, unescaped), why);
        assertEquals(1, dns.count(), "one query is enough");
    }

    @Test
    void keepsOneCharacterPerOctet() {
        assertEquals(
                new DnsAnswer.Found(List.of("quote \" backslash \\ e-acute \u00c3\u00a9 nul \0")),
                ask(client, "octets.example"));
        assertEquals(new DnsAnswer.Found(List.of("")), ask(client, "empty.example"));
    }

    @ParameterizedTest(name = "E148: {0}")
    @CsvSource({"loop.example", "self.example"})
    void doesNotRunInAliasLoops(String name) {
        assertEquals(new DnsAnswer.Unavailable("CNAME loop, or more than 16 aliases"), ask(client, name));
        assertTrue(dns.count() <= ReplyReader.MAX_ALIASES + 1);
    }

    @ParameterizedTest(name = "{0} aliases")
    @CsvSource({"1, true", "16, true", "17, false", "39, false"})
    void followsAliasesUpToTheBound(int aliases, boolean followed) {
        addChain(aliases);
        assertChain(followed, ask(client, "c0.chain.example"));
    }

    @ParameterizedTest(name = "{0} aliases, one per answer")
    @CsvSource({"1, true", "16, true", "17, false", "39, false"})
    void asksForTheRestOfAChainUpToTheBound(int aliases, boolean followed) {
        addChain(aliases);
        // An authoritative server tells only the aliases of its own zone.
        dns.behave(TestDnsServer.ALL, (query, proper, tcp) -> {
            var reply = proper.clone();
            var answers = reply.getSection(org.xbill.DNS.Section.ANSWER);
            reply.removeAllRecords(org.xbill.DNS.Section.ANSWER);
            reply.addRecord(answers.get(0), org.xbill.DNS.Section.ANSWER);
            return List.of(reply.toWire());
        });
        assertChain(followed, ask(client, "c0.chain.example"));
        assertEquals(Math.min(aliases, ReplyReader.MAX_ALIASES) + 1, dns.count());
    }

    private void addChain(int aliases) {
        for (int i = 0; i < aliases; i++) {
            dns.add("c" + i + ".chain.example. 300 IN CNAME c" + (i + 1) + ".chain.example.");
        }
        dns.add("c" + aliases + ".chain.example. 300 IN TXT \"end\"");
    }

    private static void assertChain(boolean followed, DnsAnswer answer) {
        if (followed) {
            assertEquals(new DnsAnswer.Found(List.of("end")), answer);
        } else {
            assertInstanceOf(DnsAnswer.Unavailable.class, answer);
        }
    }

    @Test
    void saysWhatItCanReceive() {
        ask(client, "txt.example");
        TestDnsServer.Seen query = dns.seen().get(0);
        assertEquals(1232, query.ednsPayload());
        assertEquals("TXT", query.type());
    }

    @ParameterizedTest(name = "{0} octets: {1}")
    @CsvSource({"500, false", "1000, false", "1300, true", "4000, true", "60000, true"})
    void asksByTcpWhatDoesNotFitUdp(int octets, boolean tcp) {
        String string = "\"" + "x".repeat(100) + "\" ";
        dns.add("big.example. 300 IN TXT " + string.repeat(octets / 100));
        assertEquals(new DnsAnswer.Found(List.of("x".repeat(octets))), ask(client, "big.example"));
        assertEquals(tcp, dns.seen().get(dns.count() - 1).tcp());
        assertEquals(tcp ? 2 : 1, dns.count());
    }

    @Test
    @DisplayName("E174: a truncated answer is asked for again by TCP")
    void asksByTcpWhenTheServerSaysSo() {
        dns.behave("txt.example", TestDnsServer.TRUNCATED);
        assertEquals(answer("v=DMARC1; p=reject"), ask(client, "txt.example"));
        assertEquals(
                List.of(false, true),
                dns.seen().stream().map(TestDnsServer.Seen::tcp).toList());
    }

    @Test
    void doesNotBelieveATruncatedAnswerByTcp() {
        dns.behave("txt.example", TestDnsServer.TRUNCATED_ALWAYS);
        assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "txt.example"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                  | the root has no policy
        .example            | empty label at the start
        a..example          | empty label within
        example..           | empty label at the end
        caf\u0119.example        | a character that is no octet
        """)
    void impossibleNamesAreNotAsked(String name, String why) {
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, name), why);
        assertEquals(0, dns.count(), why);
        assertEquals(0, client.questions(), why);
    }

    @Test
    void tooLongNamesAreNotAsked() {
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, "a".repeat(64) + ".example"));
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, ("a".repeat(61) + ".").repeat(4) + "example"));
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, "a.".repeat(500_000)));
        assertEquals(0, dns.count());
    }

    @Test
    void theLongestNamesAreAsked() {
        String longest = ("a".repeat(61) + ".").repeat(4) + "exmpl";
        assertEquals(253, longest.length());
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, longest));
        assertEquals(new DnsAnswer.NoSuchName(), ask(client, "b".repeat(63) + ".example"));
        assertEquals(2, dns.count());
    }

    @Test
    void refusesToBeMadeWithoutServersOrLimits() {
        var servers = List.of(dns.address());
        assertThrows(IllegalArgumentException.class, () -> new DnsjavaClient(List.of(), Duration.ofSeconds(1)).close());
        assertThrows(IllegalArgumentException.class, () -> new DnsjavaClient(servers, Duration.ZERO).close());
    }
}
