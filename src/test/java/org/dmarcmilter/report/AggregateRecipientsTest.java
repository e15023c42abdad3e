package org.dmarcmilter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.report.AggregateRecipients.Found;
import org.dmarcmilter.report.Destination.Obstacle;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom an aggregate report goes to. Numbers are rows of the edge cases, others sections of RFC 9990. */
class AggregateRecipientsTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.parse("com\nnet\nexample\n");
    private static final PolicyDiscovery BY_LIST = new SuffixListDiscovery(SUFFIXES);

    /** A zone of DMARC records; what does not fit there comes after a slash, as lines of their own. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | DNS                                                              | found                         | why
        210 | _dmarc.a.example TXT v=DMARC1; p=none                              | withdrawn: the record asks for no reports any more | no rua
        3.5 | _dmarc.a.example TXT v=DMARC1; p=none; rua=                        | withdrawn: the record asks for no reports any more | an empty one
        5   | _dmarc.a.example TXT v=DMARC1; p=none; rua=f@a.example             | withdrawn: the record asks for no reports any more | no URI among them
        5   | a.example TXT hello                                                | withdrawn: no DMARC record any more | the record is gone
        5   | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example ;; _dmarc.a.example TXT v=DMARC1; p=none | withdrawn: several DMARC records | two records
        5   | _dmarc.a.example TXT v=spf1 -all ;; _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example | f@a.example | others beside it do not matter
        5   | _dmarc.a.example TXT SERVFAIL                                      | unavailable: SERVFAIL         | nobody said that it was withdrawn
        211 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example      | f@a.example                   | the policy domain
        211 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@mail.a.example | f@mail.a.example              | the same organization
        212 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1 | f@b.example | authorised (mox-ext-1)
        213 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; | f@b.example | with a semicolon
        4   | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example      | f@b.example (unauthorized)    | no such name (mox-ext-2)
        4   | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT "" | f@b.example (unauthorized) | an empty record
        4   | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; *._report._dmarc.b.example TXT v=DMARC1 | f@b.example (unauthorized) | an asterisk is a name for who asks; the server expands it
        214 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT other ;; a.example._report._dmarc.b.example TXT v=DMARC1 | f@b.example | one of two suffices (mox-ext-4)
        4   | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1 ;; a.example._report._dmarc.b.example TXT v=DMARC1 | f@b.example | both suffice (mox-ext-5)
        215 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; p | f@b.example (unauthorized) | malformed (mox-ext-7)
        215 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC2 | f@b.example (unauthorized) | not DMARC1
        216 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example,mailto:g@a.example ;; a.example._report._dmarc.b.example TXT SERVFAIL | f@b.example (dns) g@a.example | hold it, the other goes on (mox-ext-8)
        217 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; rua=mailto:h@b.example | h@b.example | names another of its addresses (mox-ext-6)
        217 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; ruf=mailto:h@c.example | f@b.example | ruf is about failure reports
        218 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; rua=mailto:h@c.example | f@b.example (unauthorized) | another host: to neither
        219 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@LLLL.example   | f@LLLL.example (unauthorized) | no room in the DNS
        220 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:reports@nil      | reports@nil (bad-address)     | a single label: nobody is asked
        220 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:0,mailto:f@a.example | f@a.example               | no address at all
        3.5 | _dmarc.a.example TXT v=DMARC1; p=none; rua=https://a.example/r     |                               | reports go by mail only
        3.5 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:%22x%20y%22@a.example,mailto:%7Csh@a.example | '|sh@a.example (bad-address)' | nothing that a mail program could take for something else
        6.2 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example!10m,mailto:g@a.example!1k,mailto:h@a.example!7 | f@a.example!10485760 g@a.example!1024 h@a.example!7 | limits of size
        3.5 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:F@a.example,mailto:F@A.Example,mailto:f@a.example | F@a.example f@a.example | each once; a local part's case counts
        6.2 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example!5k ;; a.example._report._dmarc.b.example TXT v=DMARC1; rua=mailto:h@b.example | h@b.example!5120 | the limit stays
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:none@a.example,mailto:f@a.example | none@a.example (excluded) f@a.example | listed address
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@at.example,mailto:g@quiet.example | f@at.example (excluded) g@quiet.example (excluded) | listed hosts, which are not asked
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@b.example ;; a.example._report._dmarc.b.example TXT v=DMARC1; rua=mailto:none@b.example | none@b.example (excluded) | the receiver names a listed address
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@x.a.example,mailto:g@y.a.example ;; x.a.example.dbl.example A 127.0.1.2 ;; y.a.example.dbl.example A 127.255.255.254 | f@x.a.example (suppressed) g@y.a.example | a host in a zone; the zone does not like the question
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example ;; a.example.dbl.example A 127.0.1.2 | suppressed: a.example.dbl.example | the policy domain in a zone
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example ;; a.example.sbl.example A 127.0.0.2 | suppressed: a.example.sbl.example | in the second zone
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example ;; a.example.dbl.example A 192.0.2.7 | f@a.example | a parked zone lists nobody
        11.4 | _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:f@a.example ;; a.example.dbl.example A SERVFAIL | f@a.example | no answer lists nobody
        """)
    void finds(String row, String zone, String expected, String why) {
        String label = "l".repeat(60);
        String longName = String.join(".", label, label, label, label).substring(0, 240);
        Zone dns = Zone.of(zone.replace("LLLL", longName));
        String found = shown(search(dns, BY_LIST).find(DomainName.of("a.example"), Standard.RFC7489));
        assertEquals(expected == null ? "" : expected, found.replace(longName, "LLLL"), why);
        assertFalse(
                dns.asked().contains("a.example._report._dmarc.nil")
                        || dns.asked().contains("a.example._report._dmarc.quiet.example"),
                why);
    }

    @Test
    void ignoresLimitsOfSizeUnderTheNewerText() {
        Zone dns = Zone.policies("a.example: p=none; rua=mailto:f@a.example!1k");
        assertEquals("f@a.example", shown(search(dns, BY_LIST).find(DomainName.of("a.example"), Standard.RFC9989)));
    }

    @Test
    void looksForTheOrganizationOfASubdomainInZones() {
        Zone dns = Zone.policies("sub.a.example: p=none; rua=mailto:f@sub.a.example")
                .a("a.example.dbl.example", "127.0.1.2");
        assertEquals(
                "suppressed: a.example.dbl.example",
                shown(search(dns, BY_LIST).find(DomainName.of("sub.a.example"), Standard.RFC7489)));
    }

    @Test
    void asksTheTreeForOrganizations() {
        Zone dns = Zone.policies("a.example: p=none; rua=mailto:f@mail.a.example,b.example: p=none");
        assertEquals(
                "f@mail.a.example",
                shown(search(dns, new TreeWalkDiscovery()).find(DomainName.of("a.example"), Standard.RFC9989)));
        dns.broken("_dmarc.b.example", DnsQuestion.Type.TXT);
        assertEquals(
                "f@b.example (dns)",
                shown(search(dns, new TreeWalkDiscovery())
                        .find(DomainName.of("a.example"), Standard.RFC9989, List.of("mailto:f@b.example"))),
                "the walk of the host gave no answer");
    }

    @Test
    void takesOtherAddressesThanTheRecords() {
        Zone dns = Zone.policies("a.example: p=none");
        assertEquals(
                "f@a.example!1024 g@b.example (unauthorized)",
                shown(search(dns, BY_LIST)
                        .find(
                                DomainName.of("a.example"),
                                Standard.RFC7489,
                                List.of("mailto:f@a.example!1k", "nonsense", "mailto:g@b.example"))));
        assertEquals(List.of("a.example.dbl.example", "a.example.sbl.example"), questions(dns, "A a.example."));
    }

    @Test
    void servesTen() {
        String many = IntStream.rangeClosed(1, 12)
                .mapToObj(i -> "mailto:f" + i + "@a.example")
                .collect(Collectors.joining(","));
        Zone dns = Zone.of("_dmarc.a.example TXT v=DMARC1; p=none; rua=" + many);
        assertEquals(
                IntStream.rangeClosed(1, 10)
                        .mapToObj(i -> "f" + i + "@a.example")
                        .collect(Collectors.joining(" ")),
                shown(search(dns, BY_LIST).find(DomainName.of("a.example"), Standard.RFC7489)));
    }

    @Test
    void asksAgain() {
        Zone dns =
                Zone.of("a.example._report._dmarc.b.example TXT v=DMARC1; rua=mailto:g@b.example,mailto:h@b.example");
        Destination waiting = new Destination("f#1&x@b.example", OptionalLong.of(9), Optional.of(Obstacle.DNS));
        assertEquals(
                "g@b.example!9 h@b.example!9",
                shown(new Found.Destinations(search(dns, BY_LIST).again(DomainName.of("a.example"), waiting))));
        assertEquals(
                "f#1&x@b.example!9",
                shown(new Found.Destinations(search(Zone.of("c.example._report._dmarc.b.example TXT v=DMARC1"), BY_LIST)
                        .again(DomainName.of("c.example"), waiting))));
        assertEquals(
                "f#1&x@b.example!9 (unauthorized)",
                shown(new Found.Destinations(search(Zone.of(""), BY_LIST).again(DomainName.of("c.example"), waiting))));
    }

    @Test
    void knowsTheDomainsWithoutReports() {
        assertEquals(
                Set.of(DomainName.of("quiet.example")),
                NoReportsList.parse("quiet.example\n@at.example\nnone@a.example\nno_such!name\n")
                        .domains());
    }

    private static AggregateRecipients search(Zone dns, PolicyDiscovery discovery) {
        return new AggregateRecipients(
                dns,
                discovery,
                NoReportsList.parse("none@a.example\nnone@b.example\n@at.example\nquiet.example\n"),
                new SuppressionZones(List.of(DomainName.of("dbl.example"), DomainName.of("sbl.example"))));
    }

    private static List<String> questions(Zone dns, String prefix) {
        return dns.asked().stream()
                .filter(question -> question.startsWith(prefix))
                .map(question -> question.substring(2))
                .distinct()
                .sorted()
                .limit(2)
                .toList();
    }

    private static String shown(Found found) {
        if (found instanceof Found.Withdrawn withdrawn) {
            return "withdrawn: " + withdrawn.why();
        }
        if (found instanceof Found.Suppressed suppressed) {
            return "suppressed: " + suppressed.listed();
        }
        if (found instanceof Found.Unavailable unavailable) {
            return "unavailable: " + unavailable.reason();
        }
        return ((Found.Destinations) found)
                .destinations().stream()
                        .map(destination -> Stream.of(
                                        destination.address(),
                                        destination.maxSize().isPresent()
                                                ? "!" + destination.maxSize().getAsLong()
                                                : "",
                                        destination
                                                .obstacle()
                                                .map(obstacle -> " (" + obstacle.word() + ")")
                                                .orElse(""))
                                .collect(Collectors.joining()))
                        .collect(Collectors.joining(" "));
    }
}
