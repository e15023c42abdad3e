package org.dmarcmilter.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuffixListDiscoveryTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.parse("com\nuk\nco.uk\nexample\n");

    /** The numbers with a dot are sections of RFC 7489. What concerns the DNS client itself stands in its tests. */
    @ParameterizedTest(name = "{0}: {1} in {2} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | author          | zone                                                | found                          | why
        6.6.3 | example.com       | example.com: p=reject                               | example.com own p=reject       | its own record
        6.6.3 | mail.example.com  | example.com: p=reject                               | example.com inherited p=reject | the organizational domain's
        6.6.3 | mail.example.com  | mail.example.com: p=none, example.com: p=reject     | mail.example.com own p=none    | its own first
        6.6.3 | a.mail.example.com | mail.example.com: p=none                          | none: no DMARC record at _dmarc.a.mail.example.com or _dmarc.example.com | no walk in between
        6.6.3 | a.mail.example.com | mail.example.com: p=none, example.com: p=reject   | example.com inherited p=reject | no walk in between
        3.2 | foo.co.uk         | co.uk: p=reject                                     | none: no DMARC record at _dmarc.foo.co.uk | OpenDMARC walks on to the suffix
        3.2 | x.com             | com: p=reject                                       | none: no DMARC record at _dmarc.x.com | OpenDMARC takes x.com for com
        E182 | co.uk             | co.uk: p=reject                                     | co.uk own p=reject             | a public suffix as author
        E145 | example.com       | example.com: p=none & p=reject                      | none: several DMARC records at _dmarc.example.com | OpenDMARC takes the first
        E145 | mail.example.com  | mail.example.com: p=none & p=none, example.com: p=reject | none: several DMARC records at _dmarc.mail.example.com | no fallback
        E145 | mail.example.com  | example.com: p=none & p=reject                      | none: several DMARC records at _dmarc.example.com | several after the fallback
        E146 | example.com       | example.com: v=spf1 -all & p=reject & v=other       | example.com own p=reject       | other TXT is dropped
        E146 | mail.example.com  | mail.example.com: v=spf1 -all, example.com: p=reject | example.com inherited p=reject | nothing is left: fallback
        E149 | mail.example.com  | mail.example.com: nodata, example.com: p=reject     | example.com inherited p=reject | NODATA is no record
        E149 | example.com       | ''                                                  | none: no DMARC record at _dmarc.example.com | NXDOMAIN is no record
        E150 | example.com       | example.com: SERVFAIL                               | unavailable: no answer for _dmarc.example.com: SERVFAIL | never "none", as OpenDMARC has it
        E150 | mail.example.com  | mail.example.com: SERVFAIL, example.com: p=none     | unavailable: no answer for _dmarc.mail.example.com: SERVFAIL, above: example.com inherited p=none | OpenDMARC applies the parent's
        E150 | mail.example.com  | mail.example.com: SERVFAIL, example.com: SERVFAIL   | unavailable: no answer for _dmarc.mail.example.com: SERVFAIL | nothing is known
        E150 | mail.example.com  | mail.example.com: SERVFAIL                          | unavailable: no answer for _dmarc.mail.example.com: SERVFAIL | nor is there anything above
        E150 | mail.example.com  | example.com: SERVFAIL                               | unavailable: no answer for _dmarc.example.com: SERVFAIL | no answer at the second step
        E124 | example.com       | example.com: p=bogus                                | bad: example.com no valid p= and no rua= | the owner's mistake
        E124 | mail.example.com  | mail.example.com: p=bogus, example.com: p=reject    | bad: mail.example.com no valid p= and no rua= | it ends discovery
        E124 | mail.example.com  | example.com: p=bogus                                | bad: example.com no valid p= and no rua= | inherited
        E124 | example.com       | example.com: p=bogus & p=reject                     | none: several DMARC records at _dmarc.example.com | both are DMARC records
        E170 | mail.example.com  | mail.example.com: v=verification, example.com: v=verification | none: no DMARC record at _dmarc.mail.example.com or _dmarc.example.com | wildcard TXT
        """)
    void discovers(String row, String author, String zone, String expected, String why) {
        SuffixListDiscovery discovery = new SuffixListDiscovery(SUFFIXES);
        assertEquals(expected, describe(now(discovery.discover(DomainName.of(author), Zone.policies(zone)))), why);
    }

    /** OpenDMARC's parent record lookup with a list; without one there is no such step here. */
    @ParameterizedTest
    @CsvSource({"sub.bcx.com, bcx.com inherited p=reject", "own-record.example, own-record.example own p=quarantine"})
    void openDmarcParentLookup(String author, String expected) {
        Zone dns = Zone.policies("own-record.example: p=quarantine, bcx.com: p=reject");
        assertEquals(expected, describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of(author), dns))));
    }

    @Test
    void asksTwiceAtMost() {
        Zone dns = Zone.policies("");
        now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("a.b.c.d.example.com"), dns));
        assertEquals(List.of("_dmarc.a.b.c.d.example.com", "_dmarc.example.com"), dns.asked());
    }

    @Test
    void asksOnceForAnOrganizationalDomain() {
        Zone dns = Zone.policies("");
        now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("example.com"), dns));
        assertEquals(List.of("_dmarc.example.com"), dns.asked());
    }

    /** E045: no room for {@code _dmarc.}, so nothing is there, and the organizational domain is asked. */
    @Test
    void aNameTooLongForThePrefixHasNoRecord() {
        String longest = ("a".repeat(49) + ".").repeat(4) + "b".repeat(38) + ".example.com";
        Zone dns = Zone.policies("example.com: p=reject");
        assertEquals(250, longest.length());
        assertEquals(
                "example.com inherited p=reject",
                describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of(longest), dns))));
        assertEquals(List.of("_dmarc.example.com"), dns.asked());
    }

    /** E178: a record at the domain itself is not asked for. */
    @Test
    void aRecordAtTheDomainItselfIsNotFound() {
        Zone dns = new Zone().txt("example.com", "v=DMARC1; p=reject");
        assertEquals(
                "none: no DMARC record at _dmarc.example.com",
                describe(now(new SuffixListDiscovery(SUFFIXES).discover(DomainName.of("example.com"), dns))));
    }

    @Test
    void organizationalDomainsNeedNoDns() {
        Zone dns = Zone.policies("");
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
        return discovery instanceof Discovery.Unavailable unavailable
                ? "unavailable: " + unavailable.reason()
                        + unavailable
                                .above()
                                .map(above -> ", above: " + describe(above))
                                .orElse("")
                : "";
    }
}
