package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.endtoend.DkimKey;
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

    private static final DkimKey KEY = DkimKey.of("key.example");

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

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # record, KEY for one that is fine             | exit | said                                                        | why
        v=DKIM1; k=rsa; p=KEY                          | 0    | For signatures: rsa-sha256/Key size: 2048 bits/Usable       | fine
        p=KEY                                          | 0    | For signatures: rsa-sha256/Key size: 2048 bits/Usable       | nothing else is needed
        v=DKIM1; t=y; p=KEY                            | 0    | Usable/Note: test mode                                      | a test
        v=DKIM1; t=s; p=KEY                            | 0    | Usable/Note: for this domain only                           | not for subdomains
        v=DKIM1; p=                                    | 70   | Not usable: key revoked; signatures get permerror           | revoked
        v=DKIM1; k=rsa; p=SHORT                        | 70   | Not usable: /signatures get policy                          | too short
        v=DKIM1; s=tlsrpt; p=KEY                       | 70   | Not usable: /signatures get permerror                       | wrong service
        v=DKIM1; h=sha1; p=KEY                         | 70   | Not usable: /signatures get permerror                       | wrong hash
        v=DKIM2; p=KEY                                 | 70   | Not usable: /signatures get permerror                       | wrong version
        v=DKIM1; p=KEY; oops                           | 70   | Not usable: /signatures get permerror                       | syntax
        v=DKIM1; p=*                                   | 70   | Not usable: /signatures get permerror                       | no base64
        v=DKIM1; k=ed25519; p=KEY                      | 70   | For signatures: ed25519-sha256/Not usable: /signatures get permerror | an RSA key under another name
        """)
    void judgesAKey(String record, int exit, String said, String why) throws Exception {
        String fine = KEY.value().replaceFirst(".*p=", "");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(512);
        String shortKey = Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPublic().getEncoded());
        String text = record.replace("KEY", fine).replace("SHORT", shortKey);
        Files.writeString(directory.resolve("zone"), KEY.name() + " " + text + "\n", StandardOpenOption.APPEND);
        Screen screen = new Screen();
        assertEquals(exit, check(screen, "--dkim", "test", "key.example"), screen.err());
        assertTrue(
                screen.out().startsWith("DKIM key test._domainkey.key.example:\n\tRecord: " + text + "\n"),
                screen.out());
        for (String part : said.split("/")) {
            assertTrue(screen.out().contains(part), screen.out() + " has no " + part);
        }
        Screen json = new Screen();
        assertEquals(exit, check(json, "--json", "--dkim", "test", "key.example"), json.err());
        JsonNode judged = new ObjectMapper().readTree(json.out());
        assertEquals("test._domainkey.key.example", judged.get("key").asText());
        assertEquals(exit == 0, judged.get("usable").asBoolean());
        assertEquals(text, judged.at("/records/0/text").asText());
        assertEquals(exit == 0, judged.at("/records/0/result").asText().equals("pass"));
        assertEquals(exit == 0, judged.at("/records/0/reason").asText().isEmpty());
        assertEquals(exit == 0 ? 2048 : 0, judged.at("/records/0/key_bits").asInt());
        assertEquals(record.contains("t=y"), judged.at("/records/0/test_mode").asBoolean());
        assertEquals(
                record.contains("t=s"), judged.at("/records/0/exact_domain").asBoolean());
    }

    @ParameterizedTest(name = "[{0}] {1}")
    @CsvSource(delimiter = '|', textBlock = """
        none   | key.example | none._domainkey.key.example: no key here; signatures get permerror
        a b    | key.example | "a b.key.example" is no selector and domain
        ''     | key.example | ".key.example" is no selector and domain
        test   | example     | "test.example" is no selector and domain
        test   | not a name  | "test.not a name" is no selector and domain
        """)
    void saysThatThereIsNoKey(String selector, String domain, String problem) throws IOException {
        Screen screen = new Screen();
        assertEquals(70, check(screen, "--dkim", selector, domain));
        assertEquals("dmarc-milter check: " + problem + "\n", screen.err());
        assertEquals("", screen.out());
        Screen json = new Screen();
        assertEquals(70, check(json, "--json", "--dkim", selector, domain));
        assertEquals(
                problem, new ObjectMapper().readTree(json.out()).get("problem").asText());
    }

    @Test
    void judgesAnEd25519Key() throws IOException {
        DkimKey key = DkimKey.ed25519("key.example");
        Files.writeString(directory.resolve("zone"), key.name() + " " + key.value() + "\n", StandardOpenOption.APPEND);
        Screen screen = new Screen();
        assertEquals(0, check(screen, "--dkim", "test", "key.example"));
        assertTrue(
                screen.out().endsWith("\tFor signatures: ed25519-sha256\n\tKey size: 256 bits\n\tUsable\n"),
                screen.out());
    }

    @Test
    void twoKeysAtOneNameAreAMistake() throws IOException {
        String line = KEY.name() + " " + KEY.value() + "\n";
        Files.writeString(directory.resolve("zone"), line + line.replace("k=rsa; ", ""), StandardOpenOption.APPEND);
        Screen screen = new Screen();
        assertEquals(70, check(screen, "--dkim", "test", "key.example"));
        assertTrue(
                screen.out()
                        .endsWith("\tMistake: 2 records at one name; receivers differ in which they take. Keep one.\n"),
                screen.out());
    }

    @Test
    void aKeyNeedsOneDomain() {
        assertEquals(64, check(new Screen(), "--dkim", "test"));
        assertEquals(64, check(new Screen(), "--dkim"));
        assertEquals(64, check(new Screen(), "--dkim", "test", "a.example", "b.example"));
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
