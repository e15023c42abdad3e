package org.dmarcmilter.dmarc;

import static org.dmarcmilter.dmarc.SuffixListDiscoveryTest.describe;
import static org.dmarcmilter.dmarc.SuffixListDiscoveryTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeWalkDiscoveryTest {
    /** Which record applies (RFC 9989, section 4.10.1). */
    @ParameterizedTest(name = "{0}: {1} in {2} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | author            | zone                                                     | found                           | why
        own | example.com         | example.com: p=reject                                    | example.com own p=reject        | its own record
        E164 | mail.example.com    | mail.example.com: p=reject                               | mail.example.com own p=reject   | its own record
        E165 | x.a.example.com     | a.example.com: p=none, example.com: p=reject             | example.com inherited p=reject  | fewest labels, not the nearest
        E145 | mail.example.com    | mail.example.com: p=none & p=none, example.com: p=reject | example.com inherited p=reject  | both dropped, the walk goes on
        E145 | example.com         | example.com: p=none & p=reject                           | none: several DMARC records at _dmarc.example.com, and none above | both dropped
        E146 | example.com         | example.com: v=spf1 -all & p=reject                      | example.com own p=reject        | other TXT is dropped
        E149 | mail.example.com    | mail.example.com: nodata, example.com: p=reject          | example.com inherited p=reject  | NODATA is no record
        E149 | mail.example.com    | ''                                                       | none: no DMARC record at _dmarc.mail.example.com or above | nothing
        E150 | mail.example.com    | mail.example.com: SERVFAIL, example.com: p=reject        | unavailable: no answer for _dmarc.mail.example.com: SERVFAIL, above: example.com inherited p=reject | no answer
        E150 | mail.example.com    | example.com: SERVFAIL, com: p=reject                     | unavailable: no answer for _dmarc.example.com: SERVFAIL, above: com inherited p=reject | no answer on the way
        E150 | mail.example.com    | example.com: p=reject, com: SERVFAIL                     | unavailable: no answer for _dmarc.com: SERVFAIL, above: example.com inherited p=reject | a record there could be the one
        E150 | a.b.example.com     | a.b.example.com: SERVFAIL, b.example.com: SERVFAIL, example.com: p=reject | unavailable: no answer for _dmarc.a.b.example.com: SERVFAIL, above: example.com inherited p=reject | no answer twice
        E151 | mail.example.com    | mail.example.com: p=reject, com: SERVFAIL                | mail.example.com own p=reject   | not needed for the own record
        E159 | a.mail.example.com  | mail.example.com: p=none; psd=n, example.com: p=reject   | mail.example.com inherited p=none | psd=n ends the walk
        E160 | a.mega.bank.example | bank.example: p=reject; psd=y                            | bank.example inherited p=reject | the PSD's record, as the organizational domain has none
        E160 | a.b.mega.bank.example | b.mega.bank.example: p=none, bank.example: p=reject; psd=y | bank.example inherited p=reject | neither author, organizational domain nor PSD: not used
        E163 | a.mega.bank.example | mega.bank.example: p=none, bank.example: p=reject; psd=y | mega.bank.example inherited p=none | the organizational domain's only
        E161 | bank.example        | bank.example: p=none; psd=y                              | bank.example own p=none         | a PSD as author
        E162 | mail.example.nhk    | example.nhk: p=reject, nhk: p=none                       | nhk inherited p=none            | the topmost record wins, as the RFC has it
        E124 | mail.example.com    | mail.example.com: p=bogus, example.com: p=reject         | bad: mail.example.com no valid p= and no rua= | it ends discovery
        E124 | mail.example.com    | example.com: p=bogus                                     | bad: example.com no valid p= and no rua= | inherited
        E124 | mail.example.com    | example.com: p=bogus; psd=n, com: p=reject               | bad: example.com no valid p= and no rua= | its psd counts
        E158 | mail.a.b.c.d.e.f.g.example.com | b.c.d.e.f.g.example.com: p=none; psd=n, example.com: p=reject | example.com inherited p=reject | RFC 9989 5.1.8: never found
        E171 | mail.example.com    | *.example.com: p=reject, *._dmarc.example.com: p=reject  | none: no DMARC record at _dmarc.mail.example.com or above | only exact names are asked
        E170 | mail.example.com    | mail.example.com: v=verification, example.com: v=verification & p=reject | example.com inherited p=reject | wildcard TXT
        """)
    void discovers(String row, String author, String zone, String expected, String why) {
        assertEquals(
                expected,
                describe(now(new TreeWalkDiscovery().discover(DomainName.of(author), Zone.policies(zone)))),
                why);
    }

    /** Organizational domains (RFC 9989, section 4.10.2); {@code ?} where the DNS gave no answer. */
    @ParameterizedTest(name = "{0}: {1} in {2} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | name                | zone                                                    | organizational domain | why
        4.10.2 | a.mail.example.com   | mail.example.com: p=none, example.com: p=none           | example.com           | fewest labels
        4.10.2 | a.mail.example.com   | mail.example.com: p=none; psd=n, example.com: p=none    | mail.example.com      | psd=n
        4.10.2 | a.mail.example.com   | com: p=none; psd=y                                      | example.com           | one label below the PSD
        4.10.2 | mail.example.com     | example.com: p=none; psd=y                              | mail.example.com      | one label below the PSD
        4.10.2 | mail.example.com     | mail.example.com: p=none                                | mail.example.com      | only its own record
        11.8 | a.mail.example.com   | mail.example.com: p=none, example.com: p=none           | example.com           | a risk, says the RFC
        B.4.1 | signing.example.com  | signing.example.com: p=none, example.com: p=none        | example.com           | the example there
        B.4.3 | mail.mega.bank.example | bank.example: p=none; psd=y                           | mega.bank.example     | the example there
        E107 | com                  | example.com: p=none                                     | com                   | nothing at com
        E159 | example.com          | example.com: p=none; psd=n, com: p=none                 | example.com           | psd=n at the start
        E161 | bank.example         | bank.example: p=none; psd=y, example: p=none            | bank.example          | psd=y at the start is no PSD above
        E162 | example.nhk          | nhk: p=none                                             | nhk                   | a careless top-level domain
        E190 | a.b.co.uk            | ''                                                      | a.b.co.uk             | no record: its own
        E152 | a.example.com        | example.com: SERVFAIL                                   | ?                     | no answer
        E145 | a.example.com        | a.example.com: p=none & p=none, example.com: p=none     | example.com           | several: dropped
        E145 | a.example.com        | a.example.com: p=none; psd=n & p=none, example.com: p=none | example.com        | several: their psd does not count
        E160 | a.b.c.d.e.f.g.h.bank.example | bank.example: p=none; psd=y                     | h.bank.example        | on the name's own labels
        E160 | a.b.c.d.e.f.g.h.i.j | d.e.f.g.h.i.j: p=none; psd=y                              | c.d.e.f.g.h.i.j       | even if that name was skipped
        """)
    void organizationalDomain(String row, String name, String zone, String expected, String why) {
        TreeWalkDiscovery discovery = new TreeWalkDiscovery();
        assertEquals(
                expected,
                now(discovery.organizationalDomain(DomainName.of(name), Zone.policies(zone)))
                        .map(DomainName::ascii)
                        .orElse("?"),
                why);
    }

    /** Which names are asked, without {@code _dmarc}. */
    @ParameterizedTest(name = "{0}: {1} ({4})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | name            | zone | asked | why
        E156 | a.b.c.d.e.f.g.h.i.j.mail.example.com | '' | a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com h.i.j.mail.example.com i.j.mail.example.com j.mail.example.com mail.example.com example.com com | 13 labels
        E157 | a.b.c.d.e.f.g.h | '' | a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h h | 8 labels
        E157 | z.a.b.c.d.e.f.g.h | '' | z.a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h h | 9 labels
        E158 | mail.a.b.c.d.e.f.g.example.com | '' | mail.a.b.c.d.e.f.g.example.com c.d.e.f.g.example.com d.e.f.g.example.com e.f.g.example.com f.g.example.com g.example.com example.com com | RFC 9989 5.1.8
        E159 | example.com     | example.com: p=none; psd=n | example.com | psd=n at the start: one question
        E160 | a.b.com         | b.com: p=none; psd=y | a.b.com b.com | psd=y ends it
        E150 | a.b.com         | b.com: SERVFAIL | a.b.com b.com | without an answer the rest says nothing
        tld | com             | '' | com | the root is not asked
        """)
    void asks(String row, String name, String zone, String expected, String why) {
        Zone dns = Zone.policies(zone);
        now(new TreeWalkDiscovery().organizationalDomain(DomainName.of(name), dns));
        List<String> names =
                dns.asked().stream().map(asked -> asked.replace("_dmarc.", "")).toList();
        assertEquals(List.of(expected.split(" ")), names, why);
        assertTrue(dns.asked().size() <= 8);
    }

    @Test
    void anAuthorWithItsOwnRecordIsOneQuestion() {
        Zone dns = Zone.policies("mail.example.com: p=none");
        now(new TreeWalkDiscovery().discover(DomainName.of("mail.example.com"), dns));
        assertEquals(List.of("_dmarc.mail.example.com"), dns.asked());
    }

    /** E176, and the worst name there is. */
    @Test
    void eightQuestionsForTheLongestName() {
        Zone dns = Zone.policies("");
        now(new TreeWalkDiscovery().discover(DomainName.of("a.".repeat(126) + "b"), dns));
        assertEquals(7, dns.asked().size(), "the full name has no room for _dmarc");
    }

    @Test
    void existenceIsNxdomainOrNot() {
        TreeWalkDiscovery discovery = new TreeWalkDiscovery();
        Zone dns = Zone.policies("A a.com: yes, A b.com: nodata, A c.com: SERVFAIL");
        assertEquals(PolicyDiscovery.Existence.EXISTS, now(discovery.existence(DomainName.of("a.com"), dns)));
        assertEquals(PolicyDiscovery.Existence.EXISTS, now(discovery.existence(DomainName.of("b.com"), dns)), "E167");
        assertEquals(PolicyDiscovery.Existence.UNKNOWN, now(discovery.existence(DomainName.of("c.com"), dns)));
        assertEquals(PolicyDiscovery.Existence.NO_SUCH_NAME, now(discovery.existence(DomainName.of("d.com"), dns)));
    }

    /** OpenDMARC's test_dmarc_walk; its own label walk, and its fallback without a list, do not exist here. */
    @TestFactory
    List<DynamicTest> openDmarcTable() {
        JsonNode data = DataFile.json("/opendmarc/walk.json");
        Zone dns = new Zone();
        for (Map.Entry<String, JsonNode> entry : data.get("zone").properties()) {
            entry.getValue().get("TXT").forEach(strings -> {
                StringBuilder record = new StringBuilder();
                strings.forEach(string -> record.append(string.asText()));
                dns.txt(entry.getKey(), record.toString());
            });
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode row : data.get("cases")) {
            if (row.get("walk_mode").asText().equals("rfc9989")) {
                String domain = row.get("domain").asText();
                tests.add(DynamicTest.dynamicTest(
                        row.get("id").asText() + " " + row.get("name").asText(),
                        () -> assertEquals(
                                row.get("expect").get("org_domain").asText(),
                                now(new TreeWalkDiscovery().organizationalDomain(DomainName.of(domain), dns))
                                        .map(DomainName::ascii)
                                        .orElse("?"))));
            }
        }
        assertEquals(6, tests.size());
        return tests;
    }
}
