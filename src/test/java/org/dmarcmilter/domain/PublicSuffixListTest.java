package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.testing.DataFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicSuffixListTest {
    private static final PublicSuffixList BUNDLED = PublicSuffixList.bundled();

    /** Small enough to read: every kind of rule once. */
    private static final String SMALL = """
            // VERSION: 2026-01-02_03-04-05_UTC
            // ===BEGIN ICANN DOMAINS===
            com
            uk
            co.uk   a rule ends at white space
            *.ck
            !www.ck
            *.sch.uk
            公司.cn
            not/a/rule
            .bad..rule
            !nodot
            // ===END ICANN DOMAINS===
            // ===BEGIN PRIVATE DOMAINS===
            blogspot.com
            """;

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # name                 | organizational domain | why
        mail.example.com       | example.com           | suffix and one label
        example.com            | example.com           | already organizational
        com                    | com                   | E182: a public suffix is its own
        co.uk                  | co.uk                 | E182: of two labels
        a.b.co.uk              | b.co.uk               | the longest rule wins
        a.b.uk                 | b.uk                  | the shorter rule where the longer does not match
        ck                     | ck                    | parent of a wildcard
        foo.ck                 | foo.ck                | E179: the wildcard makes it a suffix
        a.foo.ck               | a.foo.ck              | E179: one label below the wildcard
        b.a.foo.ck             | a.foo.ck              | E179
        www.ck                 | www.ck                | E179: the exception
        a.b.www.ck             | www.ck                | E179: below the exception
        x.sch.uk               | x.sch.uk              | wildcard below another rule
        sch.uk                 | sch.uk                | the wildcard's parent is registrable below uk
        a.x.sch.uk             | a.x.sch.uk            | one below
        example.example        | example.example       | E181: default rule *
        a.b.example            | b.example             | E181
        example                | example               | E181: the unlisted top-level domain itself
        x.a.blogspot.com       | blogspot.com          | E180, E188: private rules do not count
        公司.cn                 | xn--55qx5d.cn         | E183: an IDN rule
        www.食狮.公司.cn         | xn--85x722f.xn--55qx5d.cn | E183: U-labels
        a.xn--85x722f.xn--55qx5d.cn | xn--85x722f.xn--55qx5d.cn | E183: A-labels
        WWW.EXAMPLE.CO.UK      | example.co.uk         | E184: any case
        x.com                  | x.com                 | OpenDMARC drops a first label of one letter and gets com
        t.co.uk                | t.co.uk               | the same with two labels of suffix
        """)
    void organizationalDomain(String name, String expected, String why) {
        PublicSuffixList list = PublicSuffixList.parse(SMALL);
        assertEquals(DomainName.of(expected), list.organizationalDomain(DomainName.of(name)), why);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "com, true, listed",
        "example, true, every top-level domain is one",
        "foo.ck, true, wildcard",
        "www.ck, false, exception",
        "a.foo.ck, false, below the wildcard",
        "blogspot.com, false, private section",
        "example.com, false, registrable",
    })
    void isPublicSuffix(String name, boolean expected, String why) {
        assertEquals(expected, PublicSuffixList.parse(SMALL).isPublicSuffix(DomainName.of(name)), why);
    }

    @Test
    void saysWhatItRead() {
        PublicSuffixList list = PublicSuffixList.parse(SMALL);
        assertEquals(7, list.ruleCount());
        assertEquals(Optional.of("2026-01-02_03-04-05_UTC"), list.version());
        assertEquals(Optional.of(Instant.parse("2026-01-02T03:04:05Z")), list.published());
        assertEquals(
                Optional.empty(),
                PublicSuffixList.parse("// VERSION: new\ncom\n").published());
    }

    @Test
    void withoutMarksEveryRuleCounts() {
        PublicSuffixList list = PublicSuffixList.parse("com\r\nblogspot.com\r\n");
        assertEquals(2, list.ruleCount());
        assertEquals(Optional.empty(), list.version());
        assertTrue(list.isPublicSuffix(DomainName.of("blogspot.com")));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "'// only a comment'",
        "'// ===BEGIN ICANN DOMAINS===\n// ===END ICANN DOMAINS===\ncom'",
        "'<html>'"
    })
    void noRuleIsAnError(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> PublicSuffixList.parse(text))
                .getMessage();
        assertTrue(message.contains("publicsuffix.org"), message);
    }

    @Test
    void readsAReaderAndPassesItsFailureOn() throws IOException {
        assertEquals(7, PublicSuffixList.parse(new StringReader(SMALL)).ruleCount());
        Reader broken = new Reader() {
            @Override
            public int read(char[] buffer, int offset, int length) throws IOException {
                throw new IOException("disk on fire");
            }

            @Override
            public void close() {}
        };
        assertThrows(IOException.class, () -> PublicSuffixList.parse(broken));
    }

    @Test
    void theBundledListIsWhole() {
        assertTrue(BUNDLED.ruleCount() > 5_000, () -> "rules: " + BUNDLED.ruleCount());
        assertTrue(BUNDLED.published().isPresent());
        assertEquals(DomainName.of("uk.com"), BUNDLED.organizationalDomain(DomainName.of("x.uk.com")), "E180");
        assertEquals(DomainName.of("gov.uk"), BUNDLED.organizationalDomain(DomainName.of("gov.uk")), "E182");
        // Organizational domains of OpenDMARC's test_tld, but for its rule !educ.ar, which the list no longer has.
        assertEquals(DomainName.of("bcx.com"), BUNDLED.organizationalDomain(DomainName.of("a.b.c.bcx.com")));
        assertEquals(
                DomainName.of("c.xn--mgba3a4f16a.ir"),
                BUNDLED.organizationalDomain(DomainName.of("a.b.c.xn--mgba3a4f16a.ir")));
    }

    /** The official vectors of publicsuffix.org. */
    @TestFactory
    List<DynamicTest> officialVectors() {
        // These four need a PRIVATE rule (uk.com), which DMARC does not use: erratum 6729 of RFC 7489.
        Map<String, String> icannOnly = Map.of(
                "uk.com", "uk.com",
                "example.uk.com", "uk.com",
                "b.example.uk.com", "uk.com",
                "a.b.example.uk.com", "uk.com");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode row : DataFile.json("/psl/checkPublicSuffix.json").get("cases")) {
            if (row.get("input").isNull()) {
                continue; // a null reference; there is no such DomainName
            }
            String input = row.get("input").asText();
            String listed = row.get("registrable_domain").isNull()
                    ? null
                    : row.get("registrable_domain").asText();
            Optional<DomainName> expected =
                    Optional.ofNullable(icannOnly.getOrDefault(input, listed)).map(DomainName::of);
            tests.add(DynamicTest.dynamicTest(
                    row.get("id").asText() + " " + input,
                    () -> assertEquals(
                            expected,
                            DomainName.parse(input) // empty for a name that begins with a dot
                                    .filter(name -> !BUNDLED.isPublicSuffix(name))
                                    .map(BUNDLED::organizationalDomain))));
        }
        return tests;
    }
}
