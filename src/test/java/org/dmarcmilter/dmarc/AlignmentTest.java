package org.dmarcmilter.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.testing.DataFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlignmentTest {
    private static final PublicSuffixList SUFFIXES = PublicSuffixList.bundled();

    @ParameterizedTest(name = "{0} / {1}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
        # author            | identifier          | relaxed | strict | why
        example.com         | example.com         | true    | true   | RFC 7489 B.1.1: equal
        example.com         | child.example.com   | true    | false  | RFC 7489 B.1.1 and E187: a child speaks for its parent
        child.example.com   | example.com         | true    | false  | RFC 7489 B.1.2: the parent signs
        child.example.com   | example.net         | false   | false  | RFC 7489 B.1.1: another domain
        news.example.com    | foo.example.com     | true    | false  | RFC 9989 table 1: siblings
        sub.example.com     | example.com         | true    | false  | E185: OpenDMARC 1.4.2 passed it in strict mode
        example.com         | com                 | false   | false  | E107: never through a public suffix
        x.com               | y.com               | false   | false  | OpenDMARC compares com and com
        x.com               | com                 | false   | false  | OpenDMARC takes x.com for com
        a.example.com       | example.com         | true    | false  | a first label of one letter is a label
        foo.co.uk           | b.co.uk             | false   | false  | the same below a suffix of two labels
        a.blogspot.com      | b.blogspot.com      | true    | false  | E188: private rules do not count
        gov.uk              | gov.uk              | true    | true   | E182: a public suffix as author
        gov.uk              | dept.gov.uk         | false   | false  | E182: and nobody below speaks for it
        dept.gov.uk         | gov.uk              | false   | false  | nor it for them
        example.com         | notexample.com      | false   | false  | whole labels
        xn--80ak6aa92e.com  | apple.com           | false   | false  | E047: a look-alike is its own domain
        """)
    void aligned(String author, String identifier, boolean relaxed, boolean strict, String why) {
        assertEquals(relaxed, aligned(author, identifier, AlignmentMode.RELAXED), why);
        assertEquals(strict, aligned(author, identifier, AlignmentMode.STRICT), why);
    }

    /** OpenDMARC's test_alignment. */
    @TestFactory
    List<DynamicTest> openDmarcTable() {
        Map<String, String> departures = Map.of(
                "odmarc-align-05", "a name that begins with a dot is no name; OpenDMARC strips it",
                "odmarc-align-06", "the same with more dots");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode row : DataFile.json("/opendmarc/alignment.json").get("cases")) {
            String id = row.get("id").asText();
            AlignmentMode mode = row.get("mode").asText().equals("s") ? AlignmentMode.STRICT : AlignmentMode.RELAXED;
            boolean expected = row.get("expect").get("aligned").asBoolean() != departures.containsKey(id);
            tests.add(DynamicTest.dynamicTest(
                    id + " " + departures.getOrDefault(id, ""),
                    () -> assertEquals(
                            expected,
                            aligned(row.get("a").asText(), row.get("b").asText(), mode))));
        }
        return tests;
    }

    /** Text that is no domain name is no identifier and aligns with nothing. */
    private static boolean aligned(String author, String identifier, AlignmentMode mode) {
        Optional<DomainName> a = DomainName.parse(author);
        Optional<DomainName> b = DomainName.parse(identifier);
        return a.isPresent()
                && b.isPresent()
                && Alignment.aligned(
                        a.get(),
                        b.get(),
                        mode,
                        SUFFIXES.organizationalDomain(a.get()),
                        SUFFIXES.organizationalDomain(b.get()));
    }
}
