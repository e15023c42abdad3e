package org.dmarcmilter.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsQuestion.Type;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpfEvaluatorTest {
    private static final String CLIENT = "192.0.2.3";

    private static SpfResult check(DnsClient dns, String client, String sender, String helo) {
        return new SpfEvaluator("mx.example.org", () -> 0L)
                .check(new SpfIdentity(IpAddress.parse(client), sender, helo), dns)
                .toCompletableFuture()
                .join();
    }

    private static String explanation(DnsClient dns, String helo) {
        return new SpfEvaluator("mx.example.org", () -> 0L)
                .explanation(new SpfIdentity(IpAddress.parse(CLIENT), "joe@example.com", helo), dns)
                .toCompletableFuture()
                .join();
    }

    /** The result word, and after it the problem. */
    private static String result(DnsClient dns, String client, String sender) {
        SpfResult result = check(dns, client, sender, "helo.example.net");
        return (result.code().word() + " " + result.problem()).strip();
    }

    @ParameterizedTest(name = "{0} from {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # RFC 7208, appendix A.1: one record, several clients
        v=spf1 +all                             | 192.0.2.1   | pass
        v=spf1 a -all                           | 192.0.2.10  | pass
        v=spf1 a -all                           | 192.0.2.11  | pass
        v=spf1 a -all                           | 192.0.2.12  | fail
        v=spf1 a:example.org -all               | 192.0.2.10  | fail
        v=spf1 mx -all                          | 192.0.2.129 | pass
        v=spf1 mx -all                          | 192.0.2.130 | pass
        v=spf1 mx -all                          | 192.0.2.10  | fail
        v=spf1 mx:example.org -all              | 192.0.2.140 | pass
        v=spf1 mx mx:example.org -all           | 192.0.2.129 | pass
        v=spf1 mx mx:example.org -all           | 192.0.2.140 | pass
        v=spf1 mx/30 mx:example.org/30 -all     | 192.0.2.131 | pass
        v=spf1 mx/30 mx:example.org/30 -all     | 192.0.2.143 | pass
        v=spf1 mx/30 mx:example.org/30 -all     | 192.0.2.144 | fail
        v=spf1 ptr -all                         | 192.0.2.65  | pass
        v=spf1 ptr -all                         | 192.0.2.140 | fail
        v=spf1 ptr -all                         | 10.0.0.4    | fail
        v=spf1 ip4:192.0.2.128/28 -all          | 192.0.2.65  | fail
        v=spf1 ip4:192.0.2.128/28 -all          | 192.0.2.129 | pass
        """)
    void appendixA1(String record, String client, String expected) {
        Zone dns = Zone.of("""
                example.com MX mail-a.example.com
                example.com MX mail-b.example.com
                example.com A 192.0.2.10
                example.com A 192.0.2.11
                amy.example.com A 192.0.2.65
                bob.example.com A 192.0.2.66
                mail-a.example.com A 192.0.2.129
                mail-b.example.com A 192.0.2.130
                example.org MX mail-c.example.org
                mail-c.example.org A 192.0.2.140
                10.2.0.192.in-addr.arpa PTR example.com
                65.2.0.192.in-addr.arpa PTR amy.example.com
                140.2.0.192.in-addr.arpa PTR mail-c.example.org
                4.0.0.10.in-addr.arpa PTR bob.example.com
                """).txt("example.com", record);
        assertEquals(expected, result(dns, client, "joe@example.com"));
    }

    @ParameterizedTest(name = "{2}: {0} from {1}")
    @CsvSource(delimiter = '|', textBlock = """
        mary+box@example.com | 203.0.113.1    | pass
        joel@example.com     | 192.168.15.15  | pass
        joel@example.com     | 192.168.15.16  | fail
        fred@example.com     | 203.0.113.1    | fail
        """)
    void appendixA4(String sender, String client, String expected) {
        Zone dns = Zone.of("""
                example.com TXT v=spf1 include:mobile-users._spf.%{d} include:remote-users._spf.%{d} -all
                mobile-users._spf.example.com TXT v=spf1 exists:%{l1r+}.%{d}
                mary.mobile-users._spf.example.com A 127.0.0.2
                remote-users._spf.example.com TXT v=spf1 exists:%{ir}.%{l1r+}.%{d}
                15.15.168.192.joel.remote-users._spf.example.com A 127.0.0.2
                """);
        assertEquals(expected, result(dns, client, sender));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # client             | sender, or HELO after a comma | result | why
        192.0.2.3            | joe@example.com               | pass   | an IPv4 client
        ::ffff:192.0.2.3     | joe@example.com               | pass   | an IPv4-mapped client is IPv4 (section 5)
        ::FFFF:C000:203      | joe@example.com               | pass   | the same in groups
        192.0.2.4            | joe@example.com               | fail   | another client
        2001:db8::3          | joe@example.com               | pass   | an IPv6 client
        2001:db8:0:0::3      | joe@example.com               | pass   | the same in other words
        2001:db8::4          | joe@example.com               | fail   | another IPv6 client
        192.0.2.3            | joe@EXAMPLE.Com               | pass   | letter case
        192.0.2.3            | joe@example.com.              | pass   | a trailing dot
        192.0.2.3            | @example.com                  | pass   | no local part
        192.0.2.3            | ,example.com                  | pass   | the null sender: the HELO name
        192.0.2.4            | ,example.com                  | fail   | the null sender from another client
        192.0.2.3            | mailer-daemon,example.com     | pass   | a sender without domain: the HELO name
        192.0.2.3            | joe@,example.com              | none   | an empty domain is not the HELO name
        192.0.2.3            | ,[192.0.2.3]                  | none   | HELO with an address
        192.0.2.3            | ,localhost                    | none   | HELO without dots
        192.0.2.3            | ,                             | none   | no name at all
        192.0.2.3            | joe@localhost                 | none   | a sender without dots
        192.0.2.3            | joe@[192.0.2.3]               | none   | an address literal
        192.0.2.3            | joe@192.0.2.3                 | none   | an address as domain
        192.0.2.3            | joe@a..example.com            | none   | an empty label
        192.0.2.3            | joe@nowhere.example           | none   | no such name
        192.0.2.3            | joe@plain.example             | none   | no SPF record
        192.0.2.3            | joe@evil.example@example.com  | pass   | the last at sign counts
        192.0.2.3            | joe@example.com@nowhere.example | none | and no other
        localhost            | joe@example.com               | none   | a client that is no address
        ''                   | joe@example.com               | none   | no client address
        """)
    void identities(String client, String identity, String expected, String why) {
        Zone dns = Zone.of("""
                example.com TXT google-site-verification=1
                example.com TXT v=spf1 a -all
                example.com A 192.0.2.3
                example.com AAAA 2001:db8::3
                plain.example TXT v=spf10
                """);
        String[] senderAndHelo = identity.split(",", 2);
        String helo = senderAndHelo.length == 2 ? senderAndHelo[1] : "helo.example.net";
        SpfResult result = check(dns, client, senderAndHelo[0], helo);
        assertEquals(expected, result.code().word(), why);
        assertEquals("", result.problem(), why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # zone of example.com, with ;; between lines | client | result | why
        example.com TXT v=spf1 a//126 -all ;; example.com AAAA 2001:db8::1 | 2001:db8::3 | pass | an IPv6 prefix for IPv6
        example.com TXT v=spf1 a/30 -all ;; example.com AAAA 2001:db8::1 | 2001:db8::3 | fail | an IPv4 prefix says nothing about IPv6
        example.com TXT v=spf1 ip4:0.0.0.0/0 -all | 2001:db8::3 | fail | ip4 never matches IPv6
        example.com TXT v=spf1 ip6:::/0 -all | 192.0.2.3 | fail | ip6 never matches IPv4
        example.com TXT v=spf1 ip6:::ffff:0:0/96 -all | ::ffff:192.0.2.3 | fail | not even a mapped address
        example.com TXT v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.3 -all | 192.0.2.3 | pass | networks
        example.com TXT v=spf1 -ip4:192.0.2.3 +all | 192.0.2.3 | fail | the first match decides
        example.com TXT v=spf1 ?ip4:192.0.2.3 -all | 192.0.2.3 | neutral | neutral
        example.com TXT v=spf1 ~all | 192.0.2.3 | softfail | softfail
        example.com TXT v=spf1 | 192.0.2.3 | neutral | nothing matches, no redirect
        example.com TXT v=spf1 mx -all ;; example.com MX "" ;; example.com A 192.0.2.3 | 192.0.2.3 | fail | a null MX names no host
        example.com TXT v=spf1 mx mx mx -all ;; example.com MX "" | 192.0.2.3 | fail | and is no void lookup
        example.com TXT v=spf1 mx -all ;; example.com A 192.0.2.3 | 192.0.2.3 | fail | no MX: the address does not stand for one
        example.com TXT v=spf1 mx -all ;; example.com MX a.example ;; example.com MX b.example ;; b.example A 192.0.2.3 | 192.0.2.3 | pass | the second exchange
        example.com TXT v=spf1 exists:e.example -all ;; e.example A 127.0.0.2 | 2001:db8::3 | pass | exists asks for A, also for IPv6
        example.com TXT v=spf1 exists:e.example -all ;; e.example AAAA ::1 | 2001:db8::3 | fail | exists does not ask for AAAA
        example.com TXT v=spf1 exists:%{l}.%{h} -all ;; joe.helo.example.net A 127.0.0.2 | 192.0.2.3 | pass | macros in a name
        example.com TXT v=spf1 exists:%{p}.e.example -all ;; unknown.e.example A 127.0.0.2 | 192.0.2.3 | pass | no validated name
        example.com TXT v=spf1 a:a..b.example a:%{h}..x.example -all | 192.0.2.3 | fail | impossible names do not exist
        example.com TXT v=spf1 redirect=r.example ;; r.example TXT v=spf1 exists:%{d}.%{o} -all ;; r.example.example.com A 127.0.0.2 | 192.0.2.3 | pass | redirect changes the current domain, not the sender's
        example.com TXT v=spf1 include:i.example -all ;; i.example TXT v=spf1 redirect=r.example ;; r.example TXT v=spf1 +all | 192.0.2.3 | pass | redirect inside include
        example.com TXT v=spf1 include:i.example ~all ;; i.example TXT v=spf1 -all | 192.0.2.3 | softfail | a fail inside include is no match
        example.com TXT v=spf1 include:i.example ~all ;; i.example TXT v=spf1 | 192.0.2.3 | softfail | neutral inside include is no match
        example.com TXT v=spf1 -include:i.example ~all ;; i.example TXT v=spf1 +all | 192.0.2.3 | fail | the qualifier of the include counts
        example.com TXT v=spf1 include:%{l}+x.i.example -all ;; joe+x.i.example TXT v=spf1 +all | 192.0.2.3 | pass | names need not be host names
        """)
    void mechanisms(String zone, String client, String expected, String why) {
        assertEquals(expected, result(Zone.of(zone), client, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        example.com TXT SERVFAIL | temperror no answer for TXT of 'example.com': SERVFAIL | the record
        example.com TXT v=spf1 a -all ;; example.com A SERVFAIL | temperror no answer for A of 'example.com': SERVFAIL | a
        example.com TXT v=spf1 mx -all ;; example.com MX SERVFAIL | temperror no answer for MX of 'example.com': SERVFAIL | mx
        example.com TXT v=spf1 mx -all ;; example.com MX a.example ;; a.example A SERVFAIL | temperror no answer for A of 'a.example': SERVFAIL | the address of an exchange
        example.com TXT v=spf1 exists:e.example -all ;; e.example A SERVFAIL | temperror no answer for A of 'e.example': SERVFAIL | exists
        example.com TXT v=spf1 include:i.example +all ;; i.example TXT SERVFAIL | temperror no answer for TXT of 'i.example': SERVFAIL | include
        example.com TXT v=spf1 include:i.example +all ;; i.example TXT v=spf1 a ;; i.example A SERVFAIL | temperror no answer for A of 'i.example': SERVFAIL | inside include
        example.com TXT v=spf1 redirect=r.example ;; r.example TXT SERVFAIL | temperror no answer for TXT of 'r.example': SERVFAIL | redirect
        example.com TXT v=spf1 ip4:192.0.2.3 a ;; example.com A SERVFAIL | pass | not asked after a match
        example.com TXT v=spf1 mx -all ;; example.com MX a.example ;; example.com MX b.example ;; a.example A 192.0.2.3 ;; b.example A SERVFAIL | pass | not asked after a matching exchange
        example.com TXT v=spf1 ptr -all ;; 3.2.0.192.in-addr.arpa PTR SERVFAIL | fail | ptr without an answer does not match (section 5.5)
        example.com TXT v=spf1 ptr -all ;; 3.2.0.192.in-addr.arpa PTR a.example.com ;; 3.2.0.192.in-addr.arpa PTR b.example.com ;; a.example.com A SERVFAIL ;; b.example.com A 192.0.2.3 | pass | a name without an answer is skipped (section 5.5)
        example.com TXT v=spf1 exists:%{p}.e.example -all ;; 3.2.0.192.in-addr.arpa PTR SERVFAIL ;; unknown.e.example A 127.0.0.2 | pass | %{p} without an answer is unknown
        example.com TXT v=spf1 -all exp=e.example ;; e.example TXT SERVFAIL | fail | an explanation without an answer is none
        """)
    void noAnswer(String zone, String expected, String why) {
        assertEquals(expected, result(Zone.of(zone), CLIENT, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        example.com TXT v=spf1 -all ;; example.com TXT V=SPF1 +all | 2 SPF records at 'example.com' | two records
        example.com TXT v=spf1 +all moo | SPF record of 'example.com': 'moo' is not a mechanism | a mistake after the match
        example.com TXT v=spf1 include:i.example +all | no SPF record at 'i.example' | include of a missing name
        example.com TXT v=spf1 include:i.example +all ;; i.example TXT hello | no SPF record at 'i.example' | include of a name without record
        example.com TXT v=spf1 include:%{h}.i..example +all | no SPF record at 'helo.example.net.i..example' | include of an impossible name
        example.com TXT v=spf1 include:i.example +all ;; i.example TXT v=spf1 moo | SPF record of 'i.example': 'moo' is not a mechanism | a mistake inside include
        example.com TXT v=spf1 redirect=r.example | no SPF record at 'r.example' | redirect to a missing name
        example.com TXT v=spf1 include:example.com | more than 10 terms need the DNS | an include of itself
        example.com TXT v=spf1 redirect=example.com | more than 10 terms need the DNS | a redirect to itself
        example.com TXT v=spf1 include:i.example ;; i.example TXT v=spf1 redirect=example.com | more than 10 terms need the DNS | a loop of two
        example.com TXT v=spf1 a:a.example mx:b.example exists:c.example +all | more than 2 terms found nothing, last A of 'c.example' | three void terms
        example.com TXT v=spf1 mx a:b.example a:c.example +all ;; example.com MX a.example | more than 2 terms found nothing, last A of 'c.example' | an mx without addresses is a void term
        example.com TXT v=spf1 include:i.example a:b.example a:c.example +all ;; i.example TXT v=spf1 a:a.example -all | more than 2 terms found nothing, last A of 'c.example' | void terms are counted across includes
        example.com TXT v=spf1 a:a.example a:a.example a:a.example +all | more than 2 terms found nothing, last A of 'a.example' | the same name in three terms
        """)
    void permanentErrors(String zone, String problem, String why) {
        assertEquals("permerror " + problem, result(Zone.of(zone), CLIENT, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        a:a.example a:b.example -all | fail | two void terms
        ptr ptr:a.example ptr:b.example ptr:c.example exists:%{p}.e.example -all | fail | PTR questions are not counted as void
        a:a.example a:b.example exp=c.example -all | fail | the explanation is not counted
        ip4:192.0.2.3 a:a.example a:b.example a:c.example | pass | what is not asked is not counted
        """)
    void voidLookupsWithinTheLimit(String terms, String expected, String why) {
        assertEquals(
                expected, result(new Zone().txt("example.com", "v=spf1 " + terms), CLIENT, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # record                                                 | client       | result | why
        v=spf1 mx ip6:2001:db8::/32 -all                         | 2001:db8::25 | pass   | three exchanges without IPv6 are one term
        v=spf1 mx ip6:2001:db8::/32 -all                         | 192.0.2.3    | pass   | and an IPv4 client finds the third
        v=spf1 mx -all                                           | 2001:db8::25 | fail   | no address of the client's family is no match
        v=spf1 mx a ip6:2001:db8::/32 -all                       | 2001:db8::25 | pass   | an mx and an a, both void
        v=spf1 mx mx:example.com ip6:2001:db8::/32 -all          | 2001:db8::25 | pass   | two mx of six hosts
        v=spf1 include:i.example mx ip6:2001:db8::/32 -all       | 2001:db8::25 | pass   | an mx inside an include is one term too
        v=spf1 include:i.example include:i.example mx -all       | 2001:db8::25 | permerror more than 2 terms found nothing, last AAAA of 'a.example' | three void terms, one of them here
        v=spf1 mx include:i.example exists:none.example ip4:192.0.2.3 -all | 192.0.2.3 | pass | a match ends the counting
        v=spf1 mx:gone.example ip4:192.0.2.3 -all                | 192.0.2.3    | pass   | three exchanges that do not exist
        v=spf1 mx:gone.example mx:gone.example mx:gone.example ip4:192.0.2.3 | 192.0.2.3 | permerror more than 2 terms found nothing, last A of 'x.gone.example' | but not in three terms
        """)
    void voidLookupsCountTermsAndNotHosts(String record, String client, String expected, String why) {
        Zone dns = Zone.of("""
                example.com MX a.example
                example.com MX b.example
                example.com MX c.example
                example.com A 192.0.2.9
                a.example A 192.0.2.1
                b.example A 192.0.2.2
                c.example A 192.0.2.3
                i.example TXT v=spf1 mx:example.com -all
                gone.example MX x.gone.example
                gone.example MX y.gone.example
                gone.example MX z.gone.example
                """).txt("example.com", record);
        assertEquals(expected, result(dns, client, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        # HELO             | why
        localhost          | one label
        ''                 | nothing
        a..example         | an empty label
        .example           | an empty label first
        a.example..        | an empty label last
        LONG.example       | a label of 64 characters
        LONGER             | a single label beyond every limit
        """)
    void aPolicyIsNotAskedForAtAnImpossibleName(String helo, String why) {
        Zone dns = new Zone().txt("example.com", "v=spf1 redirect=%{h}").txt("x.example", "v=spf1 include:%{h} +all");
        String name = helo.replace("LONGER", "a".repeat(254)).replace("LONG", "a".repeat(64));
        assertEquals(
                SpfResult.Code.PERMERROR,
                check(dns, CLIENT, "joe@example.com", name).code(),
                why);
        assertEquals(
                SpfResult.Code.PERMERROR,
                check(dns, CLIENT, "joe@x.example", name).code(),
                why);
        assertEquals(List.of("example.com", "x.example"), dns.asked(), why);
    }

    @ParameterizedTest(name = "{0} terms: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        9  | fail
        10 | fail
        11 | permerror more than 10 terms need the DNS
        """)
    void termsWithLookups(int terms, String expected) {
        Zone dns = new Zone()
                .txt("example.com", "v=spf1" + " a".repeat(terms) + " -all")
                .a("example.com", "192.0.2.9");
        assertEquals(expected, result(dns, CLIENT, "joe@example.com"));
        assertEquals(Math.min(terms, SpfCheck.MAX_LOOKUP_TERMS) + 1, dns.asked().size(), "questions");
    }

    @ParameterizedTest(name = "a chain of {0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        include  | 10 | pass
        include  | 11 | permerror more than 10 terms need the DNS
        redirect | 10 | pass
        redirect | 11 | permerror more than 10 terms need the DNS
        """)
    void chains(String kind, int length, String expected) {
        Zone dns = new Zone().txt("n0.example", "v=spf1 +all");
        for (int i = 1; i <= length; i++) {
            dns.txt(
                    "n" + i + ".example",
                    "v=spf1 " + kind + (kind.equals("include") ? ":n" : "=n") + (i - 1) + ".example");
        }
        assertEquals(expected, result(dns, CLIENT, "joe@n" + length + ".example"));
    }

    @ParameterizedTest(name = "{0} exchanges: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        10 | pass
        11 | permerror more than 10 mail exchanges at 'example.com'
        """)
    void mailExchanges(int exchanges, String expected) {
        Zone dns = new Zone().txt("example.com", "v=spf1 mx -all");
        for (int i = 1; i <= exchanges; i++) {
            dns.add("example.com", Type.MX, "mx" + i + ".example.com")
                    .a("mx" + i + ".example.com", "192.0.2." + (100 - i));
        }
        assertEquals(expected, result(dns, "192.0.2.90", "joe@example.com"));
        assertEquals(
                exchanges == 10 ? "pass" : expected, result(dns, "192.0.2.99", "joe@example.com"), "first exchange");
    }

    @Test
    void onlyTenNamesOfTheClientAreLookedAt() {
        Zone dns = new Zone().txt("example.com", "v=spf1 ptr -all");
        for (int i = 1; i <= 11; i++) {
            dns.add("3.2.0.192.in-addr.arpa", Type.PTR, "h" + i + ".example.com");
        }
        dns.a("h11.example.com", CLIENT);
        assertEquals("fail", result(dns, CLIENT, "joe@example.com"), "the eleventh");
        dns.a("h10.example.com", CLIENT);
        assertEquals("pass", result(dns, CLIENT, "joe@example.com"), "the tenth");
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        v=spf1 ptr:example.org -all | 192.0.2.3    | pass | a name below the target
        v=spf1 ptr:HOST.example.org -all | 192.0.2.3 | pass | the target itself, letter case
        v=spf1 ptr:ample.org -all   | 192.0.2.3    | fail | the end of a label is not the end of a name
        v=spf1 ptr:x.host.example.org -all | 192.0.2.3 | fail | a name above the target
        v=spf1 ptr:example.org -all | 2001:db8::3  | pass | IPv6
        v=spf1 ptr:example.org -all | 192.0.2.4    | fail | a name that does not lead back
        v=spf1 ptr:example.org -all | 192.0.2.5    | fail | no PTR record
        """)
    void ptr(String record, String client, String expected, String why) {
        Zone dns = Zone.of("""
                3.2.0.192.in-addr.arpa PTR host.example.org
                4.2.0.192.in-addr.arpa PTR host.example.org
                3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR host.example.org
                host.example.org A 192.0.2.3
                host.example.org AAAA 2001:0DB8:0::3
                """).txt("example.com", record);
        assertEquals(expected, result(dns, client, "joe@example.com"), why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        other.example host.example.com example.com | example.com      | the domain itself is best
        other.example host.example.com             | host.example.com | then a name below it
        other.example liar.example.com             | other.example    | then any that leads back
        liar.example.com                           | unknown          | none leads back
        """)
    void validatedNameInMacros(String names, String expected, String why) {
        Zone dns = Zone.of("""
                example.com TXT v=spf1 -all exp=e.example.com
                e.example.com TXT %{p}
                example.com A 192.0.2.3
                host.example.com A 192.0.2.3
                other.example A 192.0.2.3
                """);
        for (String name : names.split(" ")) {
            dns.add("3.2.0.192.in-addr.arpa", Type.PTR, name);
        }
        assertEquals(expected, explanation(dns, "helo.example.net"), why);
    }

    @Test
    void theClientsNamesAreAskedOnce() {
        Zone dns = Zone.of("""
                example.com TXT v=spf1 ptr ptr:x.example exists:%{p}.%{p}.x.example ptr -all exp=%{p}.e.example
                3.2.0.192.in-addr.arpa PTR liar.example.com
                3.2.0.192.in-addr.arpa PTR host.example
                host.example A 192.0.2.3
                host.example.e.example TXT You are %{p}.
                """);
        assertEquals("You are host.example.", explanation(dns, "helo.example.net"));
        List<String> asked = dns.asked();
        assertEquals(asked.stream().distinct().toList(), asked, "no question twice");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        example.com TXT v=spf1 -all exp=e.example ;; e.example TXT %{i} may not send for %{d}. | 192.0.2.3 may not send for example.com. | a plain one
        example.com TXT v=spf1 ~all exp=e.example ;; e.example TXT No. | ''  | only for a fail
        example.com TXT v=spf1 -all exp=%{l}.e.example ;; joe.e.example TXT No, %{l}. | No, joe. | macros in the name
        example.com TXT v=spf1 -all exp=e.example ;; e.example TXT One. ;; e.example TXT Two. | '' | two texts
        example.com TXT v=spf1 -all exp=e.example ;; e.example TXT 100% wrong | '' | a text with bad syntax
        example.com TXT v=spf1 -all exp=e.example ;; e.example TXT Zurück | '' | a text beyond US-ASCII
        example.com TXT v=spf1 -all exp=e..example | '' | an impossible name
        example.com TXT v=spf1 include:i.example -all exp=e.example ;; i.example TXT v=spf1 -all exp=j.example ;; e.example TXT Mine. ;; j.example TXT Theirs. | Mine. | not that of an include
        example.com TXT v=spf1 exp=e.example redirect=r.example ;; r.example TXT v=spf1 -all exp=j.example ;; e.example TXT Mine. ;; j.example TXT Theirs: %{d}. | Theirs: r.example. | that of the redirect
        example.com TXT v=spf1 exp=e.example redirect=r.example ;; r.example TXT v=spf1 -all ;; e.example TXT Mine. | '' | not the first after a redirect
        example.com TXT v=spf1 -include:i.example exp=e.example ;; i.example TXT v=spf1 +all ;; e.example TXT Mine. | Mine. | a fail by include
        """)
    void explanations(String zone, String expected, String why) {
        assertEquals(expected, explanation(Zone.of(zone), "h.example"), why);
    }

    /** RFC 7208, section 6.2: an explanation never changes a result, so no check waits for one. */
    @Test
    void aFailDoesNotWaitForItsExplanation() {
        Zone zone = Zone.of("example.com TXT v=spf1 -all exp=slow.example ;; slow.example TXT Never read.");
        DnsClient slow =
                question -> question.name().equals("slow.example") ? new CompletableFuture<>() : zone.query(question);
        CompletableFuture<SpfResult> result = new SpfEvaluator("mx.example.org", () -> 0L)
                .check(new SpfIdentity(IpAddress.parse(CLIENT), "joe@example.com", "h.example"), slow)
                .toCompletableFuture();
        assertTrue(result.isDone(), "waits for slow.example");
        assertEquals(SpfResult.Code.FAIL, result.join().code());
    }

    @Test
    void explanationsAreBoundedAndPrintable() {
        Zone dns = new Zone().txt("example.com", "v=spf1 -all exp=e.example").txt("e.example", "%{h}".repeat(5_000));
        String explanation = explanation(dns, "evil\r\n250 OK\u00e4\u0000");
        assertEquals(MacroExpander.MAX_EXPLANATION, explanation.length());
        assertTrue(explanation.chars().allMatch(c -> c >= ' ' && c <= '~'), explanation);
    }

    @Test
    void problemsArePrintable() {
        Zone dns = new Zone().txt("example.com", "v=spf1 include:%{h}.example.com -all");
        SpfResult result = check(dns, CLIENT, "joe@example.com", "evil\r\n250 OK");
        assertEquals("no SPF record at 'evil\\r\\n250 OK.example.com'", result.problem());
    }

    /** The most that records can make us ask: 10 terms of 10 names, all complete at once, on a small stack. */
    @Test
    void theWorstRecordNeitherAsksWithoutEndNorNeedsADeepStack() throws InterruptedException {
        Zone dns = new Zone();
        for (int level = 0; level < 10; level++) {
            String next = level < 9 ? " include:l" + (level + 1) + ".example" : "";
            dns.txt("l" + level + ".example", "v=spf1 mx:%{p}.m.example" + next + " ?all exp=%{p}.example");
        }
        for (int i = 0; i < 12; i++) {
            dns.add("3.2.0.192.in-addr.arpa", Type.PTR, "p" + i + ".example");
        }
        for (int i = 0; i < 10; i++) {
            dns.add("unknown.m.example", Type.MX, "mx" + i + ".example").a("mx" + i + ".example", "192.0.2.9");
        }
        dns.txt("deep.example", "v=spf1" + " mx:%{p}.m.example".repeat(10) + " -all");
        AtomicReference<String> results = new AtomicReference<>("");
        Thread small = new Thread(
                null,
                () -> results.set(
                        result(dns, CLIENT, "joe@l0.example") + ", " + result(dns, CLIENT, "joe@deep.example")),
                "small-stack",
                256 * 1024);
        small.start();
        small.join();
        assertEquals("permerror more than 10 terms need the DNS, fail", results.get());
        // Per check: its records, PTR and 10 names, 10 terms of one MX and 10 addresses.
        assertTrue(
                dns.asked().size() <= 2 * (11 + 11 + 10 * 11),
                "asked " + dns.asked().size());
    }

    @Test
    void answersMayComeLateAndNothingIsAskedAtOnce() {
        Zone zone = Zone.of("""
                example.com TXT v=spf1 mx include:i.example -all exp=e.example
                example.com MX a.example
                example.com MX b.example
                a.example A 192.0.2.8
                b.example A 192.0.2.9
                i.example TXT v=spf1 ptr -all
                3.2.0.192.in-addr.arpa PTR h.i.example
                h.i.example A 192.0.2.7
                e.example TXT No.
                """);
        Deque<Runnable> pending = new ArrayDeque<>();
        DnsClient late = question -> {
            CompletableFuture<DnsAnswer> future = new CompletableFuture<>();
            CompletionStage<DnsAnswer> answer = zone.query(question);
            pending.add(() -> future.complete(answer.toCompletableFuture().join()));
            return future;
        };
        CompletableFuture<SpfResult> result = new SpfEvaluator("mx.example.org", () -> 0L)
                .check(new SpfIdentity(IpAddress.parse(CLIENT), "joe@example.com", "h.example"), late)
                .toCompletableFuture();
        while (!pending.isEmpty()) {
            assertFalse(result.isDone(), "done before the answers");
            assertEquals(1, pending.size(), "questions at once");
            pending.remove().run();
        }
        assertEquals(SpfResult.Code.FAIL, result.join().code());
        assertEquals(
                "example.com, MX example.com, A a.example, A b.example, i.example, PTR 3.2.0.192.in-addr.arpa,"
                        + " A h.i.example",
                String.join(", ", zone.asked()));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # the record of example.com          | other records                                     | records looked at                | why
        v=spf1 -all                          | ''                                                | example.com                      | the record alone
        v=spf1 include:i.example -all        | i.example TXT v=spf1 -all                         | example.com i.example            | and what it includes
        v=spf1 include:i.example include:i.example | i.example TXT v=spf1 -all                   | example.com i.example            | each once
        v=spf1 ip4:192.0.2.3 include:i.example | i.example TXT v=spf1 -all                       | example.com                      | not what is never reached
        v=spf1 redirect=r.example            | r.example TXT v=spf1 +all                         | example.com r.example            | and where it redirects to
        v=spf1 include:i.example             | i.example TXT v=spf1 a:                           | example.com i.example            | also one that is broken
        v=spf1 include:i.example             | i.example TXT SERVFAIL                            | example.com                      | not one that did not come
        v=spf1 -all                          | example.com TXT v=spf1 +all ;; example.com TXT hi | example.com example.com          | each of two that contradict
        hello                                | ''                                                | ''                               | other TXT records are none
        """)
    void saysWhichRecordsItLookedAt(String record, String zone, String domains, String why) {
        Zone dns = Zone.of("example.com TXT " + record + ";;" + zone);
        List<SpfResult.Consulted> records =
                check(dns, CLIENT, "joe@example.com", "h.example").records();
        assertEquals(domains, records.stream().map(SpfResult.Consulted::domain).collect(Collectors.joining(" ")), why);
        records.stream()
                .filter(consulted -> consulted.domain().equals("example.com"))
                .findFirst()
                .ifPresent(consulted -> assertEquals(record, consulted.text(), why));
    }

    @Test
    void boundsAndNeutralisesTheRecordsItLookedAt() {
        Zone dns = new Zone();
        for (int i = 0; i < 50; i++) {
            dns.txt("example.com", "v=spf1 \r\nBcc: x@b.example \u00e9" + "x".repeat(i == 0 ? 10_000 : i));
        }
        List<SpfResult.Consulted> records =
                check(dns, CLIENT, "joe@example.com", "h.example").records();
        assertEquals(SpfCheck.MAX_LOOKUP_TERMS + 1, records.size());
        String text = records.get(0).text();
        assertEquals(SpfResult.Consulted.MAX_TEXT, text.length());
        assertTrue(text.startsWith("v=spf1 ??Bcc: x@b.example ?x"), text);
    }

    @Test
    void aRecordOfManyTermsIsReadInALoop() {
        Zone dns = new Zone().txt("example.com", "v=spf1" + " ip4:192.0.2.99".repeat(500) + " -all");
        assertEquals("fail", result(dns, CLIENT, "joe@example.com"));
    }

    /** The client's own name servers are silent: they must not turn a fail into a temperror, nor cost more than their share. */
    @Test
    void aSilentReverseZoneIsNoName() {
        Zone zone = new Zone().txt("example.com", "v=spf1 ptr ptr:a.example exists:%{p}.b.example -all");
        DnsClient silent =
                question -> question.type() == DnsQuestion.Type.PTR ? new CompletableFuture<>() : zone.query(question);
        ManualLoop loop = new ManualLoop();
        CompletableFuture<SpfResult> result = new SpfEvaluator("mx.example.org", () -> 0L)
                .check(
                        new SpfIdentity(IpAddress.parse(CLIENT), "joe@example.com", "h.example"),
                        new MessageDns(silent, new Asker("client"), Duration.ofSeconds(5), loop))
                .toCompletableFuture();
        loop.advance(ValidatedNames.PATIENCE);
        assertEquals(SpfResult.Code.FAIL, result.join().code(), "no more than one wait");
    }

    @Test
    void aRecordThatIsTooLongIsNotRead() {
        Zone dns = new Zone().txt("example.com", "v=spf1" + " a".repeat(5_000));
        assertEquals(
                "permerror SPF record of 'example.com': longer than 8192 octets",
                result(dns, CLIENT, "joe@example.com"));
    }
}
