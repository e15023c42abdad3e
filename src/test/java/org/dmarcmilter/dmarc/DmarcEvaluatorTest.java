package org.dmarcmilter.dmarc;

import static org.dmarcmilter.dmarc.SuffixListDiscoveryTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DmarcEvaluatorTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.parse("com\nnet\nuk\nco.uk\ngov.uk\nexample\n");

    /**
     * The whole way, from the zone to the result: status, policy, disposition, {@code sampled} if weakened, and who aligned.
     * Identifiers are {@code dkim=DOMAIN} and {@code spf=DOMAIN} for a pass, with {@code /temp}, {@code /fail} or
     * {@code /i} (a pass of which only header.i is known). B is the appendix of RFC 7489.
     */
    @ParameterizedTest(name = "{0}: From {1}, {3} ({5})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | author     | zone                            | identifiers                  | result                              | why
        B.1.1 | example.com | example.com: p=reject          | spf=example.com              | pass reject none spf=example.com    | strict
        B.1.1 | example.com | example.com: p=reject          | spf=child.example.com        | pass reject none spf=child.example.com | relaxed
        B.1.1 | child.example.com | example.com: p=reject    | spf=example.net              | fail reject reject                  | neither
        B.1.2 | child.example.com | example.com: p=reject    | dkim=example.com             | pass reject none dkim=example.com   | relaxed
        B.1.2 | child.example.com | example.com: p=reject    | dkim=example.net             | fail reject reject                  | neither
        none | example.com | ''                              | dkim=example.com             | none none none                      | no record
        E145 | example.com  | example.com: p=none & p=reject  | dkim=example.com             | none none none                      | several records
        E150 | example.com  | example.com: SERVFAIL           | dkim=example.com             | temperror none none                 | no answer
        E150 | a.example.com | a.example.com: SERVFAIL, example.com: p=reject | ''           | temperror none reject               | no answer, and a policy above
        E150 | a.example.com | a.example.com: SERVFAIL, example.com: p=reject; sp=none | ''  | temperror none none                 | that does not ask for anything below it
        E150 | a.example.com | a.example.com: SERVFAIL, example.com: p=reject; pct=0 | ''    | temperror none quarantine           | or for less
        E150 | a.example.com | a.example.com: SERVFAIL, example.com: p=reject | dkim=b.example.com | temperror none none           | somebody of the organization signed
        E150 | a.example.com | a.example.com: SERVFAIL, example.com: p=reject | dkim=b.example.com/temp dkim=com | temperror none reject | nobody of it did
        E124 | example.com  | example.com: p=bogus            | dkim=example.com             | permerror none none                 | bad record
        E103 | example.com  | example.com: p=reject           | dkim=example.com/temp        | temperror reject reject              | it could still align
        E103 | example.com  | example.com: p=reject           | dkim=example.com/temp spf=a.example.com | pass reject none spf=a.example.com | something else passes
        E103 | example.com  | example.com: p=reject           | dkim=example.com/temp spf=example.net | temperror reject reject     | an unaligned pass does not help
        E103 | example.com  | example.com: p=reject           | dkim=a.example.com/temp      | temperror reject reject              | relaxed
        E103 | example.com  | example.com: p=reject; adkim=s  | dkim=a.example.com/temp      | fail reject reject                  | strict: it could not align
        E103 | example.com  | example.com: p=reject           | dkim=example.net/temp spf=example.org/temp | fail reject reject    | strangers could not align
        E103 | example.com  | example.com: p=reject           | dkim=example.com/fail        | fail reject reject                  | not a pass
        E105 | example.com  | example.com: p=quarantine       | spf=example.com/fail         | fail quarantine quarantine          | not a pass
        E106 | example.com  | example.com: p=reject           | spf=example.com/fail         | fail reject reject                  | SPF permerror arrives as no pass
        E107 | example.com  | example.com: p=reject           | dkim=com                     | fail reject reject                  | never through a public suffix
        E109 | example.com  | example.com: p=reject           | dkim=example.com spf=evil.net | pass reject none dkim=example.com  | replay: by design
        E101 | example.com  | example.com: p=reject; adkim=s  | dkim=example.com/i           | fail reject reject                  | strict cannot be proven
        E101 | example.com  | example.com: p=reject           | dkim=example.com/i           | pass reject none dkim=example.com   | relaxed can
        E101 | example.com  | example.com: p=reject; adkim=s  | dkim=example.com/i/temp      | fail reject reject                  | strict could never be proven
        E185 | sub.example.com | example.com: p=reject; adkim=s | dkim=example.com           | fail reject reject                  | OpenDMARC 1.4.2 passes it
        E186 | example.com  | example.com: p=reject; aspf=s   | spf=a.example.com dkim=a.example.com | pass reject none dkim=a.example.com | each mode on its own
        E186 | example.com  | example.com: p=reject; adkim=s  | spf=a.example.com dkim=a.example.com | pass reject none spf=a.example.com | each mode on its own
        E187 | example.com  | example.com: p=reject           | spf=evil.example.com         | pass reject none spf=evil.example.com | a child speaks for its parent
        E188 | a.blogspot.com | blogspot.com: p=reject        | dkim=b.blogspot.com          | pass reject none dkim=b.blogspot.com | ICANN rules only
        E182 | gov.uk       | gov.uk: p=reject                | spf=dept.gov.uk              | fail reject reject                  | a public suffix as author
        sp  | a.example.com | example.com: p=none; sp=reject | ''                           | fail reject reject                  | inherited: sp
        sp  | a.example.com | example.com: p=quarantine      | ''                           | fail quarantine quarantine          | inherited without sp: p
        sp  | example.com  | example.com: p=reject; sp=none  | ''                           | fail reject reject                  | its own record: p
        sp  | a.example.com | a.example.com: p=reject; sp=none, example.com: p=none | ''    | fail reject reject                  | its own record: p
        E207 | ghost.example.com | example.com: p=reject; np=none | ''                        | fail reject reject                  | RFC 7489 has no np
        np  | a.example.com | example.com: p=reject; sp=none; np=reject | ''                | fail none none                      | RFC 7489 has no np
        E119 | example.com  | example.com: rua=mailto:a@b.c   | ''                           | fail none none                      | no p but rua
        E194 | example.com  | example.com: p=reject; t=y; pct=100 | ''                       | fail reject reject                  | RFC 7489 has no t
        several | example.com | example.com: p=reject        | dkim=example.net dkim=example.com dkim=a.example.com | pass reject none dkim=example.com | any signature may be the one
        several | example.com | example.com: p=reject        | dkim=a.example.com dkim=example.com | pass reject none dkim=example.com | the exact match is named
        several | example.com | example.com: p=reject        | dkim=a.example.com spf=b.example.com | pass reject none dkim=a.example.com spf=b.example.com | both
        x.com | x.com      | x.com: p=reject                 | dkim=y.com spf=q.com         | fail reject reject                  | OpenDMARC passes it (a label of one letter)
        """)
    void evaluatesByRfc7489(String row, String author, String zone, String identifiers, String expected, String why) {
        Zone dns = Zone.policies(zone);
        Asking evaluator = Asking.rfc7489(dns);
        assertEquals(expected, describe(evaluate(evaluator, author, identifiers, 50)), why);
    }

    /** The same by RFC 9989, with the tree walk; B and 11.8 are its sections. */
    @ParameterizedTest(name = "{0}: From {1} in {2}, {3} ({5})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | author      | zone                                | identifiers              | result                                 | why
        B.3.1 | example.com | example.com: p=reject; aspf=r       | spf=mail.example.com dkim=example.com | pass reject none dkim=example.com spf=mail.example.com | both
        B.4.1 | example.com | example.com: p=reject, signing.example.com: p=none | spf=example.com dkim=signing.example.com | pass reject none dkim=signing.example.com spf=example.com | both
        B.4.2 | a.b.c.d.e.f.g.h.i.j.k.example.com | example.com: p=reject; sp=quarantine, signing.example.com: p=none | spf=example.com dkim=signing.example.com | pass quarantine none dkim=signing.example.com spf=example.com | deep name
        B.4.3 | giant.bank.example | giant.bank.example: p=reject, bank.example: p=none; psd=y | spf=mail.giant.bank.example dkim=mail.mega.bank.example | pass reject none spf=mail.giant.bank.example | the PSD separates
        B.4.3 | giant.bank.example | giant.bank.example: p=reject, bank.example: p=none; psd=y | dkim=mail.mega.bank.example | fail reject reject | the PSD separates
        11.8 | example.com  | example.com: p=reject               | spf=evil.example.com     | pass reject none spf=evil.example.com  | relaxed
        E151 | mail.example.com | mail.example.com: p=reject, example.com: SERVFAIL | dkim=mail.example.com | pass reject none dkim=mail.example.com | identical: not needed
        E152 | mail.example.com | mail.example.com: p=reject, example.com: SERVFAIL | dkim=example.com | temperror reject reject       | needed
        E153 | example.com  | example.com: p=reject, a.example.com: SERVFAIL | dkim=a.example.com spf=b.example.com | pass reject none spf=b.example.com | another aligns
        E153 | example.com  | example.com: p=reject, a.example.com: SERVFAIL | dkim=a.example.com | temperror reject reject              | nothing else aligns
        E154 | mail.example.com | mail.example.com: p=reject; adkim=s, example.com: SERVFAIL | dkim=example.com | fail reject reject  | strict needs no walk
        E155 | mail.example.com | mail.example.com: p=reject, example.com: SERVFAIL | dkim=example.net | fail reject reject           | nothing in common
        E155 | mail.example.com | mail.example.com: p=reject, com: SERVFAIL | dkim=other.com   | temperror reject reject                 | com could be the organizational domain of both
        attack | bank.com  | bank.com: p=reject, evil.com: SERVFAIL | spf=evil.com          | fail reject reject                     | who breaks his own DNS stays a stranger
        attack | bank.com  | bank.com: p=reject, evil.com: SERVFAIL | spf=evil.com/temp     | fail reject reject                     | the same
        attack | bank.com  | bank.com: p=reject; psd=n, com: SERVFAIL | spf=evil.com        | fail reject reject                     | psd=n: com does not matter
        attack | mail.bank.com | mail.bank.com: p=reject, bank.com: SERVFAIL, evil.com: p=none; psd=n | spf=evil.com | fail reject reject | its organizational domain is its own
        E160 | a.b.bank.example | bank.example: p=reject; psd=y    | dkim=b.bank.example      | pass reject none dkim=b.bank.example   | one label below the PSD
        E162 | example.nhk  | example.nhk: p=reject, nhk: p=none  | dkim=other.nhk           | pass reject none dkim=other.nhk        | as the RFC has it
        E162 | example.nhk  | example.nhk: p=reject; psd=n, nhk: p=none | dkim=other.nhk     | fail reject reject                     | psd=n is the defence
        E164 | mail.example.com | mail.example.com: p=reject       | dkim=example.com         | fail reject reject                     | no record at example.com
        E107 | example.com  | example.com: p=reject               | dkim=com                 | fail reject reject                     | no record at com
        E166 | ghost.example.com | example.com: p=quarantine; np=reject | ''                 | fail reject reject                     | NXDOMAIN: np
        E166 | ghost.example.com | example.com: p=reject; sp=quarantine | ''                 | fail quarantine quarantine             | without np: sp
        E166 | ghost.example.com | example.com: p=reject           | ''                       | fail reject reject                     | E207: without both: p
        E167 | a.example.com | example.com: p=none; np=reject, A a.example.com: nodata | '' | fail none none                         | NODATA: exists
        E168 | a.example.com | example.com: p=none; np=reject, A a.example.com: nodata | '' | fail none none                         | a dangling CNAME has no data, says the DNS client, and so exists
        E169 | a.example.com | example.com: p=none; np=reject, A a.example.com: SERVFAIL | '' | temperror none reject                | no answer decides np
        E169 | a.example.com | example.com: p=none; sp=reject; np=reject, A a.example.com: SERVFAIL | '' | fail reject reject        | np equals sp
        E169 | a.example.com | example.com: p=none; np=reject, A a.example.com: SERVFAIL | dkim=example.com | pass none none dkim=example.com | it passes
        E193 | example.com  | example.com: p=reject; t=y          | ''                       | fail reject quarantine sampled         | one step down
        E193 | example.com  | example.com: p=quarantine; t=y      | ''                       | fail quarantine none sampled           | one step down
        E169 | a.example.com | example.com: p=none; np=reject; t=y, A a.example.com: SERVFAIL | '' | temperror none quarantine      | the stricter of both, a step down
        E193 | example.com  | example.com: p=reject; t=y          | dkim=example.com/temp    | temperror reject quarantine            | and what is at stake
        E193 | example.com  | example.com: p=none; t=y            | ''                       | fail none none                         | nothing below none
        E193 | example.com  | example.com: p=reject; t=y          | dkim=example.com         | pass reject none dkim=example.com      | no effect on a pass
        E194 | example.com  | example.com: p=reject; pct=0        | ''                       | fail reject reject                     | RFC 9989 has no pct
        E188 | a.blogspot.com | a.blogspot.com: p=reject, blogspot.com: p=none; psd=y | dkim=b.blogspot.com | fail reject reject      | the private suffix speaks for itself
        E190 | a.co.uk      | a.co.uk: p=reject                   | dkim=b.co.uk             | fail reject reject                     | no record at co.uk
        """)
    void evaluatesByRfc9989(String row, String author, String zone, String identifiers, String expected, String why) {
        Asking evaluator = Asking.rfc9989(Zone.policies(zone));
        assertEquals(expected, describe(evaluate(evaluator, author, identifiers, 50)), why);
    }

    /** Sampling (RFC 7489, section 6.6.4). E196: the caller chooses the sample, so that a retry gets the same one. */
    @ParameterizedTest(name = "{0}, sample {1}: {2}")
    @CsvSource({
        "p=reject; pct=50, 49, fail reject reject",
        "p=reject; pct=50, 50, fail reject quarantine sampled",
        "p=quarantine; pct=50, 49, fail quarantine quarantine",
        "p=quarantine; pct=50, 50, fail quarantine none sampled",
        "p=none; pct=0, 0, fail none none",
        "p=reject; pct=0, 0, fail reject quarantine sampled", // E195
        "p=reject; pct=100, 99, fail reject reject",
        "p=reject; pct=1, 0, fail reject reject",
        "p=reject; pct=1, 1, fail reject quarantine sampled",
    })
    void samples(String record, int sample, String expected) {
        Zone dns = Zone.policies("example.com: " + record);
        Asking evaluator = Asking.rfc7489(dns);
        assertEquals(expected, describe(evaluate(evaluator, "example.com", "spf=example.net", sample)));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # zone                          | identifiers                           | reason
        example.com: p=reject           | dkim=example.com                      | DKIM example.com aligned (relaxed)
        example.com: p=reject; adkim=s  | dkim=example.com spf=a.example.com    | DKIM example.com aligned (strict); SPF a.example.com aligned (relaxed)
        example.com: p=reject           | spf=mailer.example.net                | no aligned pass: SPF mailer.example.net not aligned; DKIM none
        example.com: p=reject           | ''                                    | no aligned pass: SPF none; DKIM none
        example.com: p=reject           | spf=example.com/fail dkim=a.net dkim=b.net dkim=c.net dkim=d.net dkim=e.net | no aligned pass: SPF did not pass; DKIM a.net, b.net, c.net and 2 more not aligned
        example.com: p=reject           | dkim=example.com/temp                 | no aligned pass: DKIM example.com had a temporary error
        example.com: p=bogus            | ''                                    | the DMARC record of example.com is bad: no valid p= and no rua=
        example.com: SERVFAIL           | ''                                    | no answer for _dmarc.example.com: SERVFAIL
        ''                              | ''                                    | no DMARC record at _dmarc.example.com
        """)
    void saysWhy(String zone, String identifiers, String reason) {
        Zone dns = Zone.policies(zone);
        Asking evaluator = Asking.rfc7489(dns);
        assertEquals(reason, evaluate(evaluator, "example.com", identifiers, 0).reason());
    }

    @ParameterizedTest(name = "{1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # zone | identifiers | reason
        mail.example.com: p=reject, example.com: SERVFAIL | dkim=example.com | no answer from the DNS whether DKIM example.com is aligned
        example.com: p=none; np=reject, A mail.example.com: SERVFAIL | '' | no answer whether mail.example.com exists, which decides between sp and np
        """)
    void saysWhyInTheTreeWalk(String zone, String identifiers, String reason) {
        Asking evaluator = Asking.rfc9989(Zone.policies(zone));
        assertEquals(
                reason, evaluate(evaluator, "mail.example.com", identifiers, 0).reason());
    }

    /** RFC 9989, section 4.10.2: no walk where names alone decide. */
    @ParameterizedTest(name = "{1}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # record           | identifiers                                | asked after discovery                         | why
        p=reject           | dkim=example.com spf=example.com           | ''                                            | identical
        p=reject           | dkim=example.com dkim=esp.com              | ''                                            | DKIM is settled by the first
        p=reject           | dkim=example.net spf=example.org           | ''                                            | strangers
        p=reject           | dkim=a.example.com/fail spf=b.example.com/fail | ''                                        | no pass
        p=reject; adkim=s  | dkim=a.example.com                         | ''                                            | strict
        p=reject           | dkim=esp.com                               | _dmarc.com                                    | the author's walk shows that esp.com is a stranger
        p=reject           | dkim=a.example.com spf=b.example.com       | _dmarc.com _dmarc.a.example.com _dmarc.b.example.com | each name once
        """)
    void asksOnlyWhatIsNeeded(String record, String identifiers, String asked, String why) {
        Zone dns = Zone.policies("example.com: " + record);
        evaluate(
                Asking.rfc9989(new MessageDns(dns, new Asker("client"), Duration.ofSeconds(5), new ManualLoop())),
                "example.com",
                identifiers,
                0);
        List<String> afterDiscovery = dns.asked().subList(1, dns.asked().size());
        assertEquals(asked, String.join(" ", afterDiscovery), why);
    }

    /** E177: what is beyond the limit is never a pass. */
    @Test
    void looksAtAHundredIdentifiers() {
        List<AuthenticatedIdentifier> identifiers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            identifiers.add(identifier("dkim=d" + i + ".example.net"));
        }
        identifiers.add(identifier("dkim=example.com"));
        Zone dns = Zone.policies("example.com: p=reject");
        Asking evaluator = Asking.rfc7489(dns);
        DomainName author = DomainName.of("example.com");
        Discovery found = now(evaluator.discover(author));
        assertEquals(
                Status.FAIL,
                now(evaluator.evaluate(author, found, identifiers, 0)).status());
        identifiers.remove(0);
        assertEquals(
                Status.PASS,
                now(evaluator.evaluate(author, found, identifiers, 0)).status());
    }

    /** E177 with the tree walk: eleven names below the author's organizational domain, the last one unknown. */
    @Test
    void walksTenIdentifiers() {
        StringBuilder zone = new StringBuilder("example.com: p=reject");
        StringBuilder identifiers = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            zone.append(", n").append(i).append(".example.com: p=none; psd=n");
            identifiers.append("dkim=n").append(i).append(".example.com ");
        }
        Zone dns = Zone.policies(zone.toString());
        Asking evaluator = Asking.rfc9989(dns);
        assertEquals(
                Status.FAIL,
                evaluate(evaluator, "example.com", identifiers.toString(), 0).status());
        identifiers.append("dkim=n10.example.com");
        assertEquals(
                Status.TEMPERROR,
                evaluate(evaluator, "example.com", identifiers.toString(), 0).status());
    }

    /** The hot path: with the suffix list nothing is left to wait for, although the DNS never answers again. */
    @Test
    void completesAtOnceWithTheSuffixList() {
        DnsClient silent = question -> new CompletableFuture<>();
        Asking evaluator = Asking.rfc7489(silent);
        DomainName author = DomainName.of("example.com");
        DmarcRecordParser.Parsed parsed = DmarcRecordParser.parse("v=DMARC1; p=reject", Standard.RFC7489);
        assertTrue(parsed instanceof DmarcRecordParser.Parsed.Usable);
        DmarcRecord record = ((DmarcRecordParser.Parsed.Usable) parsed).record();
        Discovery found = new Discovery.Found(record, author, false, true, List.of());
        CompletableFuture<DmarcResult> result = evaluator
                .evaluate(author, found, List.of(identifier("dkim=a.example.com"), identifier("spf=esp.com")), 0)
                .toCompletableFuture();
        assertTrue(result.isDone());
        assertEquals(Status.PASS, result.join().status());
    }

    /** The answer may come later, on another thread. */
    @Test
    void waitsForTheTreeWalk() {
        Zone dns = Zone.policies("example.com: p=reject");
        CompletableFuture<DnsAnswer> late = dns.pending("_dmarc.a.example.com");
        Asking evaluator = Asking.rfc9989(dns);
        DomainName author = DomainName.of("example.com");
        CompletableFuture<DmarcResult> result = evaluator
                .evaluate(author, now(evaluator.discover(author)), List.of(identifier("dkim=a.example.com")), 0)
                .toCompletableFuture();
        assertFalse(result.isDone());
        late.complete(new DnsAnswer.NoSuchName());
        assertEquals("pass reject none dkim=a.example.com", describe(result.join()));
    }

    @Test
    void policyDomainIsWhereTheRecordWas() {
        Zone dns = Zone.policies("example.com: p=reject");
        Asking evaluator = Asking.rfc7489(dns);
        assertEquals(
                DomainName.of("example.com"),
                evaluate(evaluator, "a.example.com", "", 0).policyDomain());
        assertEquals(
                DomainName.of("example.net"),
                evaluate(evaluator, "example.net", "", 0).policyDomain());
    }

    @Test
    void decideNeedsNoDns() {
        DomainName author = DomainName.of("example.com");
        DmarcResult result = DmarcEvaluator.decide(
                author, new Discovery.NoPolicy("nothing"), List.of(), Map.of(), () -> 0, Standard.RFC7489);
        assertEquals(Status.NONE, result.status());
        assertEquals("nothing", result.reason());
    }

    private static DmarcResult evaluate(Asking evaluator, String author, String identifiers, int sample) {
        DomainName domain = DomainName.of(author);
        List<AuthenticatedIdentifier> list = new ArrayList<>();
        for (String text :
                identifiers.isBlank() ? new String[0] : identifiers.strip().split(" ")) {
            list.add(identifier(text));
        }
        return now(evaluator.evaluate(domain, now(evaluator.discover(domain)), list, sample));
    }

    /** An evaluator with the DNS that it asks. */
    private record Asking(DmarcEvaluator evaluator, DnsClient dns) {
        static Asking rfc7489(DnsClient dns) {
            return new Asking(new DmarcEvaluator(new SuffixListDiscovery(SUFFIXES), Standard.RFC7489), dns);
        }

        static Asking rfc9989(DnsClient dns) {
            return new Asking(new DmarcEvaluator(new TreeWalkDiscovery(), Standard.RFC9989), dns);
        }

        CompletionStage<Discovery> discover(DomainName author) {
            return evaluator.discover(author, dns);
        }

        CompletionStage<DmarcResult> evaluate(
                DomainName author, Discovery found, List<AuthenticatedIdentifier> identifiers, int sample) {
            return evaluator.evaluate(author, found, identifiers, () -> sample, dns);
        }
    }

    private static AuthenticatedIdentifier identifier(String text) {
        List<String> parts = List.of(text.substring(text.indexOf('=') + 1).split("/"));
        Outcome outcome = parts.contains("temp")
                ? Outcome.TEMPORARY_ERROR
                : parts.contains("fail") ? Outcome.NO_PASS : Outcome.PASS;
        return new AuthenticatedIdentifier(
                text.startsWith("dkim=") ? Mechanism.DKIM : Mechanism.SPF,
                DomainName.of(parts.get(0)),
                outcome,
                parts.contains("i"));
    }

    private static String describe(DmarcResult result) {
        return result.status().word() + " " + result.policy().word() + " "
                + result.disposition().word() + (result.sampledOut() ? " sampled" : "")
                + result.alignedDkim().map(domain -> " dkim=" + domain).orElse("")
                + result.alignedSpf().map(domain -> " spf=" + domain).orElse("");
    }
}
