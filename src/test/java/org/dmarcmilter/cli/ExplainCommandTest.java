package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.endtoend.DkimKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest extends CommandTest {
    private int explain(Screen screen, String... words) {
        List<String> arguments = new ArrayList<>(List.of("-c", config));
        arguments.addAll(List.of(words));
        return new ExplainCommand(screen.terminal(), Map.of()).run(arguments);
    }

    private String message(String text) throws IOException {
        return file("message.eml", text).toString();
    }

    /** With DKIMSelfValidate the body of the file counts, whatever ends its lines. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"LF", "CRLF"})
    void explainsEachSignature(String lineEnd) throws IOException {
        DkimKey key = DkimKey.of("example.com");
        DkimKey other = DkimKey.ed25519("example.com");
        Files.writeString(directory.resolve("zone"), key.name() + " " + key.value() + "\n", StandardOpenOption.APPEND);
        configuration("DKIMSelfValidate yes");
        String signed = key.sign("From: a@example.com\r\nTo: b@local.test\r\nSubject:x\r\n\r\nbody\r\n\r\n");
        String twice = other.sign(signed);
        Screen screen = new Screen();
        String file = message(lineEnd.equals("LF") ? twice.replace("\r\n", "\n") : twice);
        assertEquals(0, explain(screen, file, "--client-ip", "203.0.113.1", "--mail-from", "<u@sender.example>"));
        String shown = screen.out().replaceFirst("permerror \\(.*?\\)", "permerror (REASON)");
        assertTrue(shown.contains("""
                    believed authserv-ids: mx.example.net
                    own DKIM check: permerror (REASON) for example.com, selector test, ed25519-sha256
                    own DKIM check: pass for example.com, selector test, rsa-sha256, key of 2048 bits
                """), screen.out());
        assertTrue(shown.contains("inserted: Authentication-Results: mx.example.net; dkim=permerror reason="), shown);
        assertTrue(shown.contains("EXPLAIN: dkim=pass d=example.com s=test a=rsa-sha256 2048 bits"), shown);
    }

    @Test
    void explainsARejection() throws IOException {
        configuration("RejectFailures yes");
        String message = message("From: a@mail.example.com\nSubject: x\n\nbody\n");
        Screen screen = new Screen();
        int code = explain(
                screen,
                message,
                "--client-ip",
                "203.0.113.1",
                "--mail-from",
                "<u@sender.example>",
                "--helo",
                "h.example");
        assertEquals("", screen.err());
        assertEquals(0, code);
        assertEquals("""
                Configuration
                    %s
                Message
                    client 203.0.113.1 ([203.0.113.1]), HELO h.example
                    envelope sender u@sender.example
                Author domain
                    mail.example.com
                Authentication
                    believed authserv-ids: mx.example.net
                    no believed field says anything about SPF or DKIM
                DNS
                    TXT _dmarc.mail.example.com: no such name
                    TXT _dmarc.example.com: v=DMARC1; p=reject; rua=mailto:a@example.com
                Policy
                    record at _dmarc.example.com, inherited from there
                    p=reject adkim=r aspf=r pct=100
                    policy for mail.example.com: reject
                Evaluation
                    fail: no aligned pass: SPF none; DKIM none
                Verdict
                    reply: 550 5.7.1 rejected by DMARC policy for example.com
                Log
                    EXPLAIN: mail.example.com fail
                    EXPLAIN: no aligned pass: SPF none; DKIM none [only with MilterDebug 1]
                    EXPLAIN: details from=mail.example.com result=fail policy=reject applies=reject action=reject rejecting=reject overrides=- client=203.0.113.1 aligned=- record=example.com mfrom=sender.example spf=- arc=- dkim=-
                """.formatted(config), screen.out());
    }

    @Test
    void explainsAPassByTheOwnSpfCheck() throws IOException {
        configuration("SPFSelfValidate yes", "SoftwareHeader yes");
        String message = message("From: a@example.com\n\n");
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message,
                        "--client-ip",
                        "192.0.2.10",
                        "--mail-from",
                        "u@example.com",
                        "--queue-id",
                        "Q7",
                        "--mta-name",
                        "mta.example",
                        "--client-name",
                        "c.example"));
        String text = screen.out();
        assertTrue(text.contains("    client 192.0.2.10 (c.example), HELO not given\n"), text);
        assertTrue(text.contains("    pass: SPF example.com aligned (relaxed)\n"), text);
        assertTrue(text.contains("    delivered\n"), text);
        assertTrue(
                text.contains(
                        "    inserted: Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=example.com\n"),
                text);
        assertTrue(text.contains("    inserted: DMARC-Filter: dmarc-milter v"), text);
        assertTrue(text.contains(" mta.example via "), text);
        assertTrue(text.contains("    Q7: example.com pass\n"), text);
    }

    @Test
    void saysWhyFieldsAreNotBelieved() throws IOException {
        String message = message("""
                Authentication-Results: evil.example;
                \tdkim=pass header.d=example.com
                Authentication-Results: mx.example.net; dkim=fail header.d=other.example;
                \tspf=pass smtp.mailfrom=other.example
                From: a@example.com

                """);
        Screen screen = new Screen();
        assertEquals(0, explain(screen, message, "--client-ip", "2001:DB8::1", "--mail-from", "<>"));
        String text = screen.out();
        assertTrue(text.contains("    client 2001:db8::1 "), text);
        assertTrue(text.contains("    envelope sender <> (a bounce: SPF looks at the HELO name)\n"), text);
        assertTrue(text.contains("    field: evil.example; dkim=pass header.d=example.com\n"), text);
        assertTrue(text.contains("    EXPLAIN ignoring Authentication-Results at 0 from evil.example\n"), text);
        assertTrue(text.contains("    DKIM fail for other.example\n"), text);
        assertTrue(
                text.contains(
                        "    SPF pass by Authentication-Results, not for the envelope sender's domain: does not count\n"),
                text);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        RejectFailures no                                     | From: a@example.com  | RejectFailures is off: not rejected                                      | p=reject, not enforced
        HoldQuarantinedMessages no                            | From: a@held.example | HoldQuarantinedMessages is off: not held                                 | p=quarantine, not enforced
        RejectFailures yes                                    | From: a@example.com  | ''                                                                       | enforced: nothing to add
        RejectFailures yes\\nOnMissingResults tempfail        | From: a@example.com  | no checker said anything: OnMissingResults tempfail                      | no checker
        RejectFailures yes\\nOnMissingResults accept          | From: a@example.com  | no checker said anything: OnMissingResults accept                        | no checker
        RejectFailures no\\nOnMissingResults tempfail         | From: a@example.com  | RejectFailures is off: not rejected                                      | nothing to put off
        RejectFailures no                                     | From: a@none.example | ''                                                                       | p=none: nothing to enforce
        DomainWhitelist relay.example\\nRejectFailures yes     | Authentication-Results: mx.example.net; arc=pass arc.chain=relay.example\\nFrom: a@example.com | overridden: a trusted ARC chain vouches for the message (DomainWhitelist) | ARC
        OnTemporaryError tempfail                             | Authentication-Results: mx.example.net; dkim=temperror header.d=example.com\\nFrom: a@example.com | OnTemporaryError tempfail | temporary error, refused
        RejectFailures yes                                    | Authentication-Results: mx.example.net; dkim=temperror header.d=example.com\\nFrom: a@example.com | OnTemporaryError policy: as a failure it would be rejected, so it is asked to come again | temporary error, the default
        HoldQuarantinedMessages yes                           | Authentication-Results: mx.example.net; dkim=temperror header.d=held.example\\nFrom: a@held.example | OnTemporaryError policy: as a failure it would be held, so it is asked to come again | temporary error, would be held
        HoldQuarantinedMessages yes                           | Authentication-Results: mx.example.net; dkim=temperror header.d=example.com\\nFrom: a@example.com | OnTemporaryError policy: as a failure it would be neither rejected nor held, so it is accepted | temporary error, nothing at stake
        RejectFailures yes\\nDomainWhitelist relay.example     | Authentication-Results: mx.example.net; dkim=temperror header.d=example.com; arc=pass arc.chain=relay.example\\nFrom: a@example.com | OnTemporaryError policy: a trusted ARC chain vouches for the message, so it is accepted | temporary error, ARC
        OnTemporaryError accept                               | Authentication-Results: mx.example.net; dkim=temperror header.d=example.com\\nFrom: a@example.com | OnTemporaryError accept   | temporary error, accepted
        """)
    void saysWhyTheVerdictIsNotWhatTheOwnerAsksFor(String options, String fields, String sentence, String why)
            throws IOException {
        configuration(options.replace("\\n", "\n"));
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message(fields.replace("\\n", "\n") + "\n\n"),
                        "--client-ip",
                        "192.0.2.1",
                        "--mail-from",
                        "u@x.example",
                        "--json"));
        JsonNode evaluation = new ObjectMapper().readTree(screen.out()).get("evaluation");
        assertEquals(sentence.isEmpty() ? 1 : 2, evaluation.size(), evaluation.toString());
        assertEquals(sentence, evaluation.path(1).asText());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', textBlock = """
        rfc7489 | v=DMARC1; p=reject; pct=0; t=y | p=reject adkim=r aspf=r pct=0            | sampled out: reject becomes quarantine
        rfc9989 | v=DMARC1; p=reject; t=y        | p=reject adkim=r aspf=r pct=100          | test mode (t=y): reject becomes quarantine
        rfc9989 | v=DMARC1; p=reject; np=none; t=y | p=reject np=none adkim=r aspf=r pct=100 | test mode (t=y): reject becomes quarantine
        """)
    void saysWhyThePolicyIsWeaker(String standard, String record, String tags, String sentence) throws IOException {
        Files.writeString(directory.resolve("zone"), "_dmarc.weak.example " + record + "\n", StandardOpenOption.APPEND);
        configuration("DMARCStandard " + standard);
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message("From: a@weak.example\n\n"),
                        "--client-ip",
                        "192.0.2.1",
                        "--mail-from",
                        "u@x.example"));
        assertTrue(screen.out().contains("    " + tags + "\n"), screen.out());
        assertTrue(screen.out().contains("    " + sentence + "\n"), screen.out());
    }

    @ParameterizedTest(name = "{2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        RequiredHeaders yes          | From: a@example.com | null        | refused before an evaluation
        IgnoreMailFrom example.com   | From: a@example.com | null        | not looked at
        RequiredHeaders no           | To: b@example.com   | "permerror" | no author domain
        RequiredHeaders no           | From: a@example.com | "fail"      | evaluated
        """)
    void jsonHasTheSameKeysWhateverHappens(String options, String field, String result, String why) throws IOException {
        configuration(options);
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message(field + "\n\n"),
                        "--client-ip",
                        "192.0.2.1",
                        "--mail-from",
                        "u@x.example",
                        "--json"));
        JsonNode json = new ObjectMapper().readTree(screen.out());
        List<String> keys = new ArrayList<>();
        json.fieldNames().forEachRemaining(keys::add);
        assertEquals(
                List.of(
                        "configuration",
                        "message",
                        "author_domain",
                        "authentication",
                        "dns",
                        "policy",
                        "evaluation",
                        "verdict",
                        "log",
                        "result",
                        "values"),
                keys);
        assertEquals(result, json.get("result").toString());
    }

    /** A stranger's text, so it is shown as such and can write no line of its own; without an answer the rest is there all the same. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        why.strict.example TXT "See%_https://strict.example/%{i}"  | its owner explains: See https://strict.example/203.0.113.1 | fetched
        other.example TXT "x"                                       | own SPF check of the sender domain strict.example: fail    | none there
        """)
    void showsWhatTheOwnerOfTheDomainExplains(String record, String sentence, String why) throws IOException {
        Files.writeString(
                directory.resolve("zone"),
                "strict.example v=spf1 -all exp=why.strict.example\n"
                        + record.replace(" TXT", "").replace("\"", "") + "\n",
                StandardOpenOption.APPEND);
        configuration("SPFSelfValidate yes");
        Screen screen = new Screen();
        String message = message("From: a@none.example\n\n");
        assertEquals(0, explain(screen, message, "--client-ip", "203.0.113.1", "--mail-from", "u@strict.example"));
        assertTrue(screen.out().contains("    " + sentence + "\n"), screen.out());
        assertFalse(screen.out().contains("TXT why.strict.example"), "the judgement does not ask for it");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        u@example.com     | own SPF check of the sender domain example.com: fail
        u@broken.example  | own SPF check of the sender domain broken.example: permerror (SPF record of
        """)
    void saysWhatTheOwnSpfCheckFound(String sender, String sentence) throws IOException {
        Files.writeString(directory.resolve("zone"), "broken.example v=spf1 foo:bar -all\n", StandardOpenOption.APPEND);
        configuration("SPFSelfValidate yes");
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message("From: a@none.example\n\n"),
                        "--client-ip",
                        "203.0.113.1",
                        "--mail-from",
                        sender));
        assertTrue(screen.out().contains("    " + sentence), screen.out());
    }

    @Test
    void aHeaderSectionThatTheDaemonRefusesIsRefusedHereToo() throws IOException {
        configuration("RejectFailures yes");
        for (String section : List.of("X: y\n".repeat(2_000), "X: " + "y".repeat(3 << 20) + "\n")) {
            Screen screen = new Screen();
            assertEquals(
                    0,
                    explain(
                            screen,
                            message("From: a@example.com\n" + section),
                            "--client-ip",
                            "192.0.2.1",
                            "--mail-from",
                            "u@x.example"));
            assertTrue(
                    screen.out().contains("    reply: 550 5.3.4 header section too large to be checked\n"),
                    screen.out());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        To: b@example.com                          | no From field
        From: joe                                  | none can be taken from the From field: no address%    no domain can be seen in it either
        From: a@none.example; b@example.com        | none can be taken from the From field: misplaced ';'%    a reader may see [none.example, example.com]; each is evaluated, the strictest failing one counts, none passes
        From: a@none.example, b@example.com        | several: [none.example, example.com]; *
        From: a@none.example                       | none.example
        """)
    void saysWhoTheAuthorIs(String field, String sentence) throws IOException {
        Screen screen = new Screen();
        assertEquals(
                0, explain(screen, message(field + "\n\n"), "--client-ip", "192.0.2.1", "--mail-from", "u@x.example"));
        String expected = "Author domain\n    " + sentence.replace("*", "").replace("%", "\n");
        assertTrue(screen.out().contains(expected), screen.out());
    }

    @Test
    void saysWhyNobodyIsLookedAt() throws IOException {
        Screen screen = new Screen();
        String message = message("From: " + "a@none.example,".repeat(101) + "\n\n");
        assertEquals(0, explain(screen, message, "--client-ip", "192.0.2.1", "--mail-from", "u@x.example"));
        assertTrue(
                screen.out()
                        .contains("Author domain\n    none is looked at: more than 100 mailboxes in the From field\n"),
                screen.out());
    }

    @Test
    void saysThatAClientWouldBeIgnored() throws IOException {
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message("From: a@none.example\n"),
                        "--client-ip",
                        "127.0.0.1",
                        "--mail-from",
                        "x@y.example"));
        assertTrue(screen.out().contains("this client is on the ignore list"), screen.out());
    }

    @Test
    void hostileMessagesAreSafeForTheTerminal() throws IOException {
        String message = message(
                "From: a@none.example\nAuthentication-Results: \u001b[31m\u0007; dkim=pass header.d=x.example\nARC-Seal: \u001b]0;x\n");
        Screen screen = new Screen();
        assertEquals(0, explain(screen, message, "--client-ip", "192.0.2.1", "--mail-from", "x@\u001b.example"));
        assertTrue(screen.out().chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')), screen.out());
    }

    @Test
    void jsonHasTheSameSteps() throws IOException {
        Screen screen = new Screen();
        assertEquals(
                0,
                explain(
                        screen,
                        message("From: a@held.example\n"),
                        "--client-ip",
                        "192.0.2.1",
                        "--mail-from",
                        "x@y.example",
                        "--json"));
        JsonNode json = new ObjectMapper().readTree(screen.out());
        assertEquals("fail", json.get("result").asText());
        assertEquals("[\"held.example\"]", json.get("author_domain").toString());
        assertEquals("delivered", json.at("/verdict/0").asText());
        assertEquals(
                "inserted: Authentication-Results: mx.example.net; dmarc=fail (p=quarantine dis=none) header.from=held.example policy.dmarc=quarantine",
                json.at("/verdict/1").asText());
        assertTrue(screen.out().endsWith("}\n"));
    }

    @Test
    void readsStandardInput() {
        Screen screen = new Screen("From: a@none.example\n\n");
        assertEquals(0, explain(screen, "-", "--client-ip", "192.0.2.1", "--mail-from", "x@y.example"));
        assertTrue(screen.out().contains("dmarc=fail (p=none dis=none)"), screen.out());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        m                                          | one message, --client-ip and --mail-from are needed
        m --client-ip 192.0.2.1                    | one message, --client-ip and --mail-from are needed
        --client-ip 192.0.2.1 --mail-from x        | one message, --client-ip and --mail-from are needed
        m n --client-ip 192.0.2.1 --mail-from x    | one message, --client-ip and --mail-from are needed
        m --client-ip nonsense --mail-from x       | --client-ip takes an IPv4 or IPv6 address
        m --client-ip                              | unknown option or missing value: --client-ip
        m --nonsense                               | unknown option or missing value: --nonsense
        """)
    void usage(String words, String problem) {
        Screen screen = new Screen();
        assertEquals(64, new ExplainCommand(screen.terminal(), Map.of()).run(List.of(words.split(" "))));
        assertTrue(screen.err().startsWith("dmarc-milter explain: " + problem + "\nusage: "), screen.err());
    }

    @Test
    void unreadableAndMalformedMessages() throws IOException {
        Screen missing = new Screen();
        String name = directory.resolve("missing").toString();
        assertEquals(66, explain(missing, name, "--client-ip", "192.0.2.1", "--mail-from", "x@y.example"));
        assertEquals("dmarc-milter explain: " + name + ": No such file or directory\n", missing.err());
        Screen malformed = new Screen();
        String message = message("A: b\nnonsense\n");
        assertEquals(66, explain(malformed, message, "--client-ip", "192.0.2.1", "--mail-from", "x@y.example"));
        assertEquals("dmarc-milter explain: " + message + ": line 2: header malformed\n", malformed.err());
    }

    @Test
    void aBadConfigurationIsSaid() throws IOException {
        configuration("IgnoreHosts " + directory.resolve("missing"));
        Screen screen = new Screen();
        assertEquals(
                78,
                explain(
                        screen,
                        message("From: a@b.example\n"),
                        "--client-ip",
                        "192.0.2.1",
                        "--mail-from",
                        "x@y.example"));
        String said =
                ":4: IgnoreHosts: cannot read " + directory.resolve("missing") + ": No such file or directory. Create";
        assertTrue(
                screen.err().startsWith("dmarc-milter explain: ")
                        && screen.err().contains(said),
                screen.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        -h        | usage: dmarc-milter explain
        --help    | usage: dmarc-milter explain
        --version | dmarc-milter: dmarc-milter v
        """)
    void helpAndVersion(String word, String said) {
        Screen screen = new Screen();
        assertEquals(0, new ExplainCommand(screen.terminal(), Map.of()).run(List.of(word)));
        assertTrue(screen.out().startsWith(said), screen.out());
        assertEquals("", screen.err());
    }
}
