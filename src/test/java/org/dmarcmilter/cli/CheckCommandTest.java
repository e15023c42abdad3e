package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckCommandTest extends CommandTest {
    private static final String PLAIN = """
            DMARC record for example.com:
            \tSample percentage: 100
            \tDKIM alignment: relaxed
            \tSPF alignment: relaxed
            \tDomain policy: reject
            \tSubdomain policy: unspecified
            \tAggregate report URIs:
            \t\tmailto:a@example.com
            \tFailure report URIs:
            \t\t(none)
            """;

    private int check(Screen screen, String... words) {
        List<String> arguments = new ArrayList<>(List.of("-c", config));
        arguments.addAll(List.of(words));
        return new CheckCommand(screen.terminal(), Map.of()).run(arguments);
    }

    @Test
    void printsWhatOpenDmarcCheckPrints() {
        Screen screen = new Screen();
        assertEquals(0, check(screen, "example.com"));
        assertEquals(PLAIN, screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void printsEveryValue() {
        Screen screen = new Screen();
        assertEquals(0, check(screen, "full.example"));
        assertEquals("""
                DMARC record for full.example:
                \tSample percentage: 50
                \tDKIM alignment: strict
                \tSPF alignment: strict
                \tDomain policy: quarantine
                \tSubdomain policy: none
                \tAggregate report URIs:
                \t\tmailto:a@x.example
                \t\tmailto:b@x.example
                \tFailure report URIs:
                \t\tmailto:f@x.example
                """, screen.out());
    }

    @Test
    void printsSeveralDomainsWithAnEmptyLineBetween() {
        Screen screen = new Screen();
        assertEquals(0, check(screen, "example.com", "mail.example.com", "User@EXAMPLE.com"));
        assertEquals(
                PLAIN + "\n" + PLAIN.replace("for example.com", "for mail.example.com") + "\n"
                        + PLAIN.replace("for example.com", "for User@EXAMPLE.com"),
                screen.out());
    }

    @ParameterizedTest(name = "[{0}]")
    @CsvSource(delimiter = '|', textBlock = """
        nothing.example | dmarc-milter check: nothing.example: Looked up domain lacked a DMARC record (no DMARC record at _dmarc.nothing.example)
        other.example   | dmarc-milter check: other.example: Looked up domain lacked a DMARC record (no DMARC record at _dmarc.other.example)
        two.example     | dmarc-milter check: two.example: Looked up domain lacked a DMARC record (several DMARC records at _dmarc.two.example)
        not a domain    | dmarc-milter check: "not a domain" is not a domain name
        ''              | dmarc-milter check: "" is not a domain name
        """)
    void saysWhatIsWrongAndGoesOn(String name, String message) {
        Screen screen = new Screen();
        assertEquals(70, check(screen, name, "example.com"));
        assertEquals(message + "\n", screen.err());
        assertEquals(PLAIN, screen.out());
    }

    @ParameterizedTest(name = "[{0}]")
    @CsvSource(delimiter = '|', textBlock = """
        p=bogus             | contained a bad token value (no valid p= and no rua=)
        p=reject; sp=bogus  | contained a bad token value (sp= is not valid and no rua=)
        sp=reject           | lacked a required p= entry (no p= and no rua=)
        p=                  | lacked a required p= entry (no p= and no rua=)
        """)
    void saysWhatIsWrongWithARecordInTheWordsOfOpenDmarcCheck(String tags, String words) throws IOException {
        Files.writeString(
                directory.resolve("zone"), "_dmarc.wrong.example v=DMARC1; " + tags + "\n", StandardOpenOption.APPEND);
        Screen screen = new Screen();
        assertEquals(70, check(screen, "wrong.example"));
        assertEquals("dmarc-milter check: wrong.example: Found DMARC record " + words + "\n", screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void verboseSaysWhereAndWhatWasFound() {
        Screen screen = new Screen();
        assertEquals(0, check(screen, "--verbose", "mail.example.com"));
        assertEquals(
                PLAIN.replace("for example.com", "for mail.example.com")
                        + "\tFound at: _dmarc.example.com (inherited: p applies)\n"
                        + "\tRecord: v=DMARC1; p=reject; rua=mailto:a@example.com\n",
                screen.out());
    }

    @Test
    void verboseNamesMistakes() {
        Screen mistakes = new Screen();
        assertEquals(0, check(mistakes, "-v", "mistakes.example"));
        assertTrue(mistakes.out().contains("\tMistake: "), mistakes.out());
        Screen two = new Screen();
        assertEquals(70, check(two, "-v", "two.example"));
        assertTrue(two.err().contains("\tMistake: 2 DMARC records at one name; "), two.err());
        Screen other = new Screen();
        assertEquals(70, check(other, "-v", "other.example"));
        assertTrue(other.err().contains("\tNote: not a DMARC record"), other.err());
        Screen bad = new Screen();
        assertEquals(70, check(bad, "-v", "bad.example"));
        assertTrue(bad.err().contains("receivers apply no policy"), bad.err());
    }

    @Test
    void jsonIsOneObjectALine() throws IOException {
        Screen screen = new Screen();
        assertEquals(70, check(screen, "--json", "full.example", "sub.example.com", "two.example", "not a domain"));
        List<String> lines = screen.out().lines().toList();
        assertEquals(4, lines.size());
        assertEquals("", screen.err());
        ObjectMapper mapper = new ObjectMapper();
        JsonNode full = mapper.readTree(lines.get(0));
        assertEquals(
                mapper.readTree("""
                        {"domain": "full.example", "usable": true, "policy_domain": "full.example", "inherited": false,
                         "p": "quarantine", "sp": "none", "pct": 50, "adkim": "strict", "aspf": "strict",
                         "fo": ["1", "d"], "rua": ["mailto:a@x.example", "mailto:b@x.example"],
                         "ruf": ["mailto:f@x.example"]}
                        """),
                ((com.fasterxml.jackson.databind.node.ObjectNode) full.deepCopy()).without("records"));
        assertEquals("_dmarc.full.example", full.at("/records/0/name").asText());
        JsonNode inherited = mapper.readTree(lines.get(1));
        assertEquals(true, inherited.get("inherited").asBoolean());
        assertEquals("example.com", inherited.get("policy_domain").asText());
        JsonNode two = mapper.readTree(lines.get(2));
        assertEquals(false, two.get("usable").asBoolean());
        assertEquals(2, two.get("records").size());
        assertTrue(two.get("problem").asText().contains("several DMARC records"));
        assertEquals("not a domain", mapper.readTree(lines.get(3)).get("domain").asText());
    }

    @Test
    void rfc9989ReadsByItsOwnRules() throws IOException {
        configuration("DMARCStandard rfc9989");
        Screen screen = new Screen();
        assertEquals(0, check(screen, "-v", "a.b.example.com"));
        assertTrue(screen.out().contains("\tFound at: _dmarc.example.com (inherited: p applies)\n"), screen.out());
    }

    @ParameterizedTest(name = "[{0}]")
    @CsvSource({"''", "--nonsense example.com", "-x", "--verbose", "example.com -c"})
    void usage(String words) {
        Screen screen = new Screen();
        assertEquals(
                64,
                new CheckCommand(screen.terminal(), Map.of())
                        .run(words.isEmpty() ? List.of() : List.of(words.split(" "))));
        assertTrue(screen.err().startsWith("usage: dmarc-milter check "), screen.err());
        assertEquals("", screen.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        -h        | usage: dmarc-milter check
        --help    | usage: dmarc-milter check
        --version | dmarc-milter: dmarc-milter v
        """)
    void helpAndVersion(String word, String said) {
        Screen screen = new Screen();
        assertEquals(0, new CheckCommand(screen.terminal(), Map.of()).run(List.of(word)));
        assertTrue(screen.out().startsWith(said), screen.out());
        assertEquals("", screen.err());
    }

    /** What cannot be seen is named: the octets in the DNS are UTF-8, or Latin-1. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        'v=DMARC1; p=reject\u00a0'        | "p=reject<U+00A0 no-break space>" is ignored
        'v=DMARC1;\u00a0p=reject'         | "<U+00A0 no-break space>p=reject" is ignored
        'v=DMARC1; p=reject; \u201csp=none\u201d' | "<U+201C left double quotation mark>sp=none<U+201D right double quotation mark>" is ignored
        'v=DMARC1; p=none\u200b; pct=5'   | "p=none<U+200B zero width space>" is ignored
        'v=DMARC1; p=none\u2013; pct=5'   | "p=none<U+2013 en dash>" is ignored
        """)
    void namesTheOffendingCharacter(String record, String said) throws IOException {
        Files.writeString(directory.resolve("zone"), "_dmarc.odd.example " + record + "\n", StandardOpenOption.APPEND);
        Screen screen = new Screen();
        check(screen, "--verbose", "odd.example");
        assertTrue((screen.out() + screen.err()).contains("\tMistake: " + said), screen.out() + screen.err());
        String shown = screen.out() + screen.err();
        assertTrue(shown.chars().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c <= '~')), shown);
    }

    @Test
    void aBadConfigurationIsSaid() throws IOException {
        String bad = file("bad.conf", "Nonsense yes\n").toString();
        Screen screen = new Screen();
        assertEquals(78, new CheckCommand(screen.terminal(), Map.of()).run(List.of("-c", bad, "example.com")));
        assertTrue(screen.err().startsWith("dmarc-milter check: " + bad + ":1: "), screen.err());
    }
}
