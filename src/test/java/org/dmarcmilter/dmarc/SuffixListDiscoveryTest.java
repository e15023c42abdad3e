package org.dmarcmilter.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuffixListDiscoveryTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.parse("com\nuk\nco.uk\nexample\n");

    /** Rows of part E that concern the DNS client itself (147, 148, 168, 172 to 175) are its tests, by number. */
    @ParameterizedTest(name = "{0}: {1} in {2} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | author          | zone                                                | found                          | why
        6.1 | example.com       | example.com: p=reject                               | example.com own p=reject       | its own record
        6.1 | mail.example.com  | example.com: p=reject                               | example.com inherited p=reject | the organizational domain's
        6.1 | mail.example.com  | mail.example.com: p=none, example.com: p=reject     | mail.example.com own p=none    | its own first
        10.2 | a.mail.example.com | mail.example.com: p=none                          | none: no DMARC record at _dmarc.a.mail.example.com or _dmarc.example.com | no walk in between
        10.2 | a.mail.example.com | mail.example.com: p=none, example.com: p=reject   | example.com inherited p=reject | no walk in between
        6.2 | foo.co.uk         | co.uk: p=reject                                     | none: no DMARC record at _dmarc.foo.co.uk | OpenDMARC walks on to the suffix
        6.2 | x.com             | com: p=reject                                       | none: no DMARC record at _dmarc.x.com | OpenDMARC takes x.com for com
        182 | co.uk             | co.uk: p=reject                                     | co.uk own p=reject             | a public suffix as author
        145 | example.com       | example.com: p=none & p=reject                      | none: several DMARC records at _dmarc.example.com | OpenDMARC takes the first
        145 | mail.example.com  | mail.example.com: p=none & p=none, example.com: p=reject | none: several DMARC records at _dmarc.mail.example.com | no fallback
        145 | mail.example.com  | example.com: p=none & p=reject                      | none: several DMARC records at _dmarc.example.com | several after the fallback
        146 | example.com       | example.com: v=spf1 -all & p=reject & v=other       | example.com own p=reject       | other TXT is dropped
        146 | mail.example.com  | mail.example.com: v=spf1 -all, example.com: p=reject | example.com inherited p=reject | nothing is left: fallback
        149 | mail.example.com  | mail.example.com: nodata, example.com: p=reject     | example.com inherited p=reject | NODATA is no record
        149 | example.com       | ''                                                  | none: no DMARC record at _dmarc.example.com | NXDOMAIN is no record
        150 | example.com       | example.com: SERVFAIL                               | unavailable: no answer for _dmarc.example.com: SERVFAIL | never "none", as OpenDMARC has it
        150 | mail.example.com  | mail.example.com: SERVFAIL, example.com: p=none     | unavailable: no answer for _dmarc.mail.example.com: SERVFAIL | OpenDMARC applies the parent's
        150 | mail.example.com  | example.com: SERVFAIL                               | unavailable: no answer for _dmarc.example.com: SERVFAIL | no answer at the second step
        124 | example.com       | example.com: p=bogus                                | bad: example.com no valid p= and no rua= | the owner's mistake
        124 | mail.example.com  | mail.example.com: p=bogus, example.com: p=reject    | bad: mail.example.com no valid p= and no rua= | it ends discovery
        124 | mail.example.com  | example.com: p=bogus                                | bad: example.com no valid p= and no rua= | inherited
        124 | example.com       | example.com: p=bogus & p=reject                     | none: several DMARC records at _dmarc.example.com | both are DMARC records
        170 | mail.example.com  | mail.example.com: v=verification, example.com: v=verification | none: no DMARC record at _dmarc.mail.example.com or _dmarc.example.com | wildcard TXT
        """)
    void discovers(String row, String author, String zone, String expected, String why) {
        SuffixListDiscovery discovery = new SuffixListDiscovery(SUFFIXES);
        assertEquals(expected, describe(now(discovery.discover(DomainName.of(author), FakeDns.zone(zone)))), why);
    }

    /** OpenDMARC's parent record lookup with a list; without one there is no such step here. */
    @ParameterizedTest
    @CsvSource({"sub.bcx.com, bcx.com inherited p=reject", "own-record.example, own-record.example own p=quarantine"})
    void openDmarcParentLookup(String author, String expected) {
        FakeDns dns = FakeDns.zone("own-record.example: p=quarantine, bcx.com: p=reject");
        assertEquals(expected, describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of(author), dns))));
    }

    @Test
    void asksTwiceAtMost() {
        FakeDns dns = FakeDns.zone("");
        now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("a.b.c.d.example.com"), dns));
        assertEquals(List.of("_dmarc.a.b.c.d.example.com", "_dmarc.example.com"), dns.asked());
    }

    @Test
    void asksOnceForAnOrganizationalDomain() {
        FakeDns dns = FakeDns.zone("");
        now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("example.com"), dns));
        assertEquals(List.of("_dmarc.example.com"), dns.asked());
    }

    /** Row 45: no room for {@code _dmarc.}, so nothing is there, and the organizational domain is asked. */
    @Test
    void aNameTooLongForThePrefixHasNoRecord() {
        String longest = ("a".repeat(49) + ".").repeat(4) + "b".repeat(38) + ".example.com";
        FakeDns dns = FakeDns.zone("example.com: p=reject");
        assertEquals(250, longest.length());
        assertEquals(
                "example.com inherited p=reject",
                describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of(longest), dns))));
        assertEquals(List.of("_dmarc.example.com"), dns.asked());
    }

    /** Row 178: a record at the domain itself is not asked for. */
    @Test
    void aRecordAtTheDomainItselfIsNotFound() {
        FakeDns dns = new FakeDns()
                .answer(DnsQuestion.txt("example.com"), new DnsAnswer.Found(List.of("v=DMARC1; p=reject")));
        assertEquals(
                "none: no DMARC record at _dmarc.example.com",
                describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("example.com"), dns))));
    }

    @Test
    void organizationalDomainsNeedNoDns() {
        FakeDns dns = FakeDns.zone("");
        CompletableFuture<Optional<DomainName>> org = new SuffixListDiscovery(SUFFIXES)
                .organizationalDomain(DomainName.of("a.example.co.uk"), dns)
                .toCompletableFuture();
        assertTrue(org.isDone());
        assertEquals(Optional.of(DomainName.of("example.co.uk")), org.join());
        assertEquals(List.of(), dns.asked());
    }

    static <T> T now(java.util.concurrent.CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        assertTrue(future.isDone(), "the fake DNS answers at once, so must everything above it");
        return future.join();
    }

    static String describe(Discovery discovery) {
        if (discovery instanceof Discovery.Found found) {
            return found.domain()
                    + (found.inherited() ? " inherited p=" : " own p=")
                    + found.record().p().word();
        }
        if (discovery instanceof Discovery.NoPolicy none) {
            return "none: " + none.reason();
        }
        if (discovery instanceof Discovery.BadRecord bad) {
            return "bad: " + bad.domain() + " " + bad.reason();
        }
        return discovery instanceof Discovery.Unavailable unavailable ? "unavailable: " + unavailable.reason() : "";
    }
}
