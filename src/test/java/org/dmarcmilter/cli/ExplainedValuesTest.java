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
import org.dmarcmilter.documents.DocumentedKeys;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.endtoend.DkimKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code explain --json} gives as values, and whether it is what the table of the page says. */
class ExplainedValuesTest extends CommandTest {
    /** Several messages, which together have something under each key. */
    private static final String FULL = """
            Authentication-Results: mx.example.net; dkim=pass header.d=example.com header.s=s1; spf=pass smtp.mailfrom=x@other.example; arc=pass
            ARC-Seal: i=1; cv=none; a=rsa-sha256; d=forwarder.example; s=arc; b=xxx
            ARC-Authentication-Results: i=1; forwarder.example; dkim=pass header.d=example.com
            From: a@example.com

            """;

    /** A listed sealer's chain that does not hold. */
    private static final String FULL_ARC = """
            ARC-Seal: i=1; cv=none; a=rsa-sha256; d=forwarder.example; s=arc; b=xxx
            ARC-Message-Signature: i=1; a=rsa-sha256; d=forwarder.example; s=arc; h=from; bh=xxx; b=xxx
            ARC-Authentication-Results: i=1; forwarder.example; dkim=pass header.d=example.com
            """;

    @BeforeEach
    void writeZoneOfTestMode() throws IOException {
        Files.writeString(directory.resolve("zone"), """
                _dmarc.all.example v=DMARC1; p=quarantine; sp=reject; np=reject; pct=0; t=y; adkim=s
                silent.example     v=spf1 a:nobody-answers.example -all
                strict.example     v=spf1 -all exp=why.strict.example
                why.strict.example See%_https://strict.example/%{i}
                """, StandardOpenOption.APPEND);
        configuration(
                "SPFSelfValidate yes",
                "RejectFailures yes",
                "HoldQuarantinedMessages yes",
                "CopyFailuresTo copy@example.net");
    }

    private JsonNode values(String message, String... more) throws IOException {
        Screen screen = new Screen();
        List<String> words = new ArrayList<>(
                List.of(file("message.eml", message).toString(), "-c", config, "--json", "--client-ip", "192.0.2.99"));
        words.addAll(List.of(more.length == 0 ? new String[] {"--mail-from", "u@example.com"} : more));
        assertEquals(0, new ExplainCommand(screen.terminal(), Map.of()).run(words), screen.err());
        return new ObjectMapper().readTree(screen.out()).get("values");
    }

    private static final String OPEN = """
            Authentication-Results: mx.example.net; dkim=temperror header.d=example.com
            From: a@example.com

            """;

    private List<JsonNode> samples() throws IOException {
        List<JsonNode> samples = new ArrayList<>(samplesOfRfc7489());
        configuration("RemoveForgedResults yes");
        samples.add(values("Received: x\nAuthentication-Results: mx.example.net; none\nFrom: a@nothing.example\n\n"));
        DkimKey key = DkimKey.of("example.com");
        Files.writeString(directory.resolve("zone"), key.name() + " " + key.value() + "\n", StandardOpenOption.APPEND);
        configuration("DKIMSelfValidate yes", "DomainWhitelist forwarder.example");
        String signed = key.sign("From: a@example.com\r\n\r\nbody\r\n");
        samples.add(values("DKIM-Signature: v=1\n" + FULL_ARC + signed));
        samples.add(values(signed.replace("body", "other")));
        configuration("DMARCStandard rfc9989");
        samples.add(values("From: a@sub.all.example\n\n"));
        return samples;
    }

    private List<JsonNode> samplesOfRfc7489() throws IOException {
        return List.of(
                values(FULL),
                values("From: a@example.com\n\n", "--mail-from", "u@example.com", "--client-ip", "192.0.2.10"),
                values("From: a@held.example\n\n", "--mail-from", "<>", "--helo", "mail.held.example"),
                values("From: a@sub.all.example\n\n"),
                values("DKIM-Signature: i=a=3Bb@c\n" + FULL),
                values("From: a@example.com, b@none.example\n\n"),
                values("From: a@bad.example\n\n"),
                values(OPEN),
                values("From: a@nothing.example\n\n", "--mail-from", "x@silent.example"),
                values("From: a@nothing.example\n\n", "--mail-from", "x@strict.example"),
                values("From: a@nothing.example, b@held.example\nFrom: c@example.com\n\n"),
                values("From: CEO: <a@example.com>\n\n"),
                values("Subject: x\n\n"));
    }

    @Test
    void hasTheDocumentedKeysAndNoOthers() throws IOException {
        DocumentedKeys.of(Page.EXPLAIN, "## For programs").check(samples());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        /author_domain               | "example.com"
        /author_domains              | ["example.com"]
        /client                      | {"address":"192.0.2.99","name":"[192.0.2.99]","helo":null,"ignored":false}
        /sender                      | "u@example.com"
        /spf/0                       | {"domain":null,"scope":"mfrom","result":"pass","source":"authentication-results","counts":false,"explanation":null}
        /spf/1                       | {"domain":"example.com","scope":"mfrom","result":"fail","source":"own-check","counts":true,"explanation":null}
        /dkim                        | [{"domain":"example.com","selector":"s1","result":"pass","source":"authentication-results","reason":null,"algorithm":null,"key_bits":null,"test_mode":null}]
        /arc                         | {"pass":true,"trusted":false,"reason":null,"sets":[{"instance":1,"domain":"forwarder.example","selector":"arc"}]}
        /dns/1                       | {"type":"TXT","name":"_dmarc.example.com","status":"found","records":["v=DMARC1; p=reject; rua=mailto:a@example.com"],"reason":null}
        /discovery                   | "found"
        /policy                      | {"domain":"example.com","inherited":false,"p":"reject","sp":null,"np":null,"adkim":"r","aspf":"r","pct":100,"testing":false,"applied":"reject"}
        /result                      | "pass"
        /alignment                   | {"dkim":"example.com","spf":null}
        /disposition                 | "none"
        /overrides                   | []
        /others                      | []
        /verdict                     | {"action":"accept","code":null,"enhanced":null,"text":null}
        /inserted/0/name             | "Authentication-Results"
        /copied_to                   | null
        """)
    void aMessageThatPasses(String pointer, String expected) throws IOException {
        assertEquals(expected, values(FULL).at(pointer).toString());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # From                          | key          | value                                                       | why
        a@held.example                  | /verdict     | {"action":"quarantine","code":null,"enhanced":null,"text":"quarantined by DMARC policy for held.example"} | held
        a@held.example                  | /copied_to   | "copy@example.net"                                          | a failure is copied
        a@none.example                  | /disposition | "none"                                                      | a failure, and nothing asked
        a@sub.all.example               | /policy      | {"domain":"all.example","inherited":true,"p":"quarantine","sp":"reject","np":null,"adkim":"s","aspf":"r","pct":0,"testing":false,"applied":"reject"} | inherited; RFC 7489 has no np
        a@sub.all.example               | /overrides   | ["sampled_out"]                                             | pct=0
        a@sub.all.example               | /disposition | "quarantine"                                                | one step below reject
        a@bad.example                   | /discovery   | "unusable"                                                  | a mistake of the owner
        a@bad.example                   | /policy      | null                                                        | so there is none
        a@nothing.example               | /discovery   | "none"                                                      | no record
        a@nothing.example               | /dns/1       | {"type":"TXT","name":"_dmarc.nothing.example","status":"no_such_name","records":[],"reason":null} | a name that is not there
        a@none.example, b@example.com   | /author_domain | "example.com"                                             | the strictest decides
        a@none.example, b@example.com   | /author_domains | ["none.example","example.com"]                           | both are named
        a@none.example, b@example.com   | /others      | [{"author_domain":"none.example","result":"fail"}]          | the other one
        not an address                  | /author_domain | null                                                      | nobody
        not an address                  | /discovery   | null                                                        | nothing was looked for
        """)
    void others(String from, String pointer, String expected, String why) throws IOException {
        JsonNode values = values("From: " + from + "\n\n", "--mail-from", "x@nowhere.example");
        assertEquals(expected, values.at(pointer).toString(), () -> why + ": " + values);
    }

    @Test
    void anOpenQuestionTellsWhatIsAtStake() throws IOException {
        JsonNode values = values(OPEN);
        assertEquals("\"temperror\"", values.get("result").toString(), values::toString);
        assertEquals("\"reject\"", values.get("at_stake").toString(), values::toString);
        assertEquals("\"none\"", values.get("disposition").toString(), values::toString);
    }

    /** Whoever is believed, and what no field says. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        fail    | [{"domain":"example.com","scope":"mfrom","result":"fail","source":"received-spf","counts":true,"explanation":null}] | stands as it is
        pass    | [{"domain":"example.com","scope":"mfrom","result":"fail","source":"own-check","counts":true,"explanation":null}]    | has to be proven
        """)
    void receivedSpf(String word, String expected, String why) throws IOException {
        configuration("SPFSelfValidate no");
        String field = "Received-SPF: " + word + " identity=mailfrom; envelope-from=u@example.com\n";
        assertEquals(
                expected, values(field + "From: a@example.com\n\n").get("spf").toString(), why);
    }

    @Test
    void aServerThatIsSilent() throws IOException {
        JsonNode values = values("From: a@none.example\n\n", "--mail-from", "x@silent.example");
        assertEquals("A", values.at("/dns/1/type").asText());
        assertEquals("unavailable", values.at("/dns/1/status").asText());
        assertTrue(values.at("/dns/1/reason").asText().contains("127.0.0.1:1"), values::toString);
    }

    @Test
    void testModeAndNp() throws IOException {
        configuration("DMARCStandard rfc9989");
        JsonNode values = values("From: a@sub.all.example\n\n");
        assertEquals(
                "{\"domain\":\"all.example\",\"inherited\":true,\"p\":\"quarantine\",\"sp\":\"reject\",\"np\":\"reject\","
                        + "\"adkim\":\"s\",\"aspf\":\"r\",\"pct\":100,\"testing\":true,\"applied\":\"reject\"}",
                values.get("policy").toString());
        assertEquals("[\"policy_test_mode\"]", values.get("overrides").toString());
    }

    @Test
    void aRefusal() throws IOException {
        JsonNode verdict = values("From: a@example.com\n\n", "--mail-from", "x@nowhere.example")
                .get("verdict");
        assertEquals(
                "{\"action\":\"reject\",\"code\":550,\"enhanced\":\"5.7.1\","
                        + "\"text\":\"rejected by DMARC policy for example.com\"}",
                verdict.toString());
    }
}
