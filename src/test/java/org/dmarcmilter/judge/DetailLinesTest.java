package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The line of LogDetails: what it says, for which messages, and that no sender writes in it. */
class DetailLinesTest {
    private static final Pattern OPENDMARC = Pattern.compile("[: ](pass|fail|none|temperror|permerror)( |$)");
    private static final Path TABLE = Path.of("src/site/markdown/operation.md");

    private static List<String> details(String options, TestMessage message) {
        return MailSystem.with("LogDetails failures;" + options).judge(message).log().stream()
                .map(LogLine::text)
                .filter(line -> line.startsWith("Q1: details "))
                .map(line -> line.substring("Q1: details ".length()))
                .toList();
    }

    private static TestMessage message(String fields) {
        return new TestMessage()
                .queueId("Q1")
                .sender("<u@sender.example>")
                .client("192.0.2.99")
                .fields(fields);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options               | fields                                                                       | keys                                                                            | why
        ``                      | From: a@reject.example                                                       | result=fail policy=reject applies=reject action=accept rejecting=reject overrides=local_policy aligned=- | not rejected: what would happen
        RejectFailures yes      | From: a@reject.example                                                       | action=reject rejecting=reject overrides=-                                      | rejected
        ``                      | From: a@mail.reject.example                                                  | from=mail.reject.example record=reject.example                                  | an inherited record
        ``                      | From: a@quarantine.example                                                   | action=accept rejecting=accept overrides=local_policy                           | RejectFailures holds nothing
        HoldQuarantinedMessages yes | From: a@quarantine.example                                               | action=quarantine rejecting=quarantine overrides=-                              | held
        HoldQuarantinedMessages yes | From: a@sampled.example                                                  | policy=reject applies=quarantine action=quarantine rejecting=quarantine overrides=sampled_out | sampled out
        DMARCStandard rfc9989   | From: a@testing.example                                                      | policy=reject applies=quarantine action=accept rejecting=accept overrides=policy_test_mode,local_policy | test mode
        ``                      | From: a@none.example                                                         | policy=none action=accept rejecting=accept overrides=-                          | nothing asked
        DomainWhitelist arc.example | From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=arc.example | action=accept rejecting=accept overrides=trusted_forwarder arc=trusted       | ARC overrides
        ``                      | From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=arc.example  | rejecting=reject arc=pass                                                       | ARC does not
        ``                      | From: a@reject.example & AR: mx.example.net; dkim=fail header.d=reject.example header.s=s1; dkim=pass header.d=x.example | dkim=fail:reject.example:s1,pass:x.example:- aligned=- | each signature
        ``                      | From: a@reject.example & AR: mx.example.net; spf=softfail smtp.mailfrom=sender.example | spf=softfail:sender.example:mfrom mfrom=sender.example client=192.0.2.99 | SPF
        ``                      | From: a@reject.example & AR: mx.example.net; spf=pass smtp.mailfrom=other.example | spf=pass:-:mfrom                                                           | SPF of another sender
        ``                      | From: a@reject.example                                                       | spf=- dkim=- arc=-                                                              | nothing known
        LogDetails all          | From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example header.s=s1 | result=pass aligned=dkim:reject.example action=accept rejecting=accept | a pass
        LogDetails all          | From: a@nodmarc.example                                                      | result=none policy=- applies=- record=- action=accept                           | no record
        LogDetails ALL          | From: a@bad.example                                                          | result=permerror policy=-                                                       | an unusable record
        OnTemporaryError tempfail | From: a@broken.example                                                     | result=temperror action=tempfail rejecting=tempfail                             | an open question
        """)
    void says(String options, String fields, String keys, String why) {
        List<String> lines = details(options, message(fields));
        assertEquals(1, lines.size(), why);
        for (String key : keys.split(" ")) {
            assertTrue((" " + lines.get(0) + " ").contains(" " + key + " "), () -> key + " in " + lines.get(0));
        }
    }

    @ParameterizedTest(name = "LogDetails {0}: {1}")
    @CsvSource({
        "'',                  a@reject.example,  1",
        "'',                  a@none.example,    1",
        "'',                  a@bad.example,     1",
        "'',                  a@broken.example,  1",
        "'',                  a@nodmarc.example, 0",
        "LogDetails failures, a@nodmarc.example, 0",
        "LogDetails all,      a@nodmarc.example, 1",
        "LogDetails none,     a@reject.example,  0",
        "LogDetails NONE,     a@reject.example,  0",
        "IgnoreMailFrom reject.example;LogDetails all, a@reject.example, 0",
    })
    void isForTheMessagesThatAreAskedFor(String options, String author, int lines) {
        assertEquals(lines, details(options, message("From: " + author)).size());
    }

    @Test
    void eachAuthorDomainHasItsLineAndAllSayWhatIsDoneWithTheMessage() {
        List<String> lines = details("", message("From: a@none.example, b@reject.example"));
        assertEquals(2, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.contains(" action=accept rejecting=reject ")), lines::toString);
    }

    @Test
    void agreesWithWhatHistoryAndReportsAreMadeOf() {
        Judgement judgement = MailSystem.with("LogDetails failures").judge(message("From: a@sampled.example"));
        String line = judgement.log().get(judgement.log().size() - 1).text();
        assertTrue(line.contains(" applies="
                + judgement.evaluation().orElseThrow().dmarc().toApply().word() + " action="
                + judgement.evaluation().orElseThrow().applied().word() + " "));
    }

    @Test
    void hasTheKeysOfTheTable() throws IOException {
        List<String> documented = Files.readAllLines(TABLE).stream()
                .dropWhile(line -> !line.startsWith("| Key | Value"))
                .takeWhile(line -> line.startsWith("|"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`")[1])
                .toList();
        assertEquals(
                documented, keys(details("", message("From: a@reject.example")).get(0)));
    }

    private static List<String> keys(String line) {
        return Arrays.stream(line.split(" "))
                .map(pair -> pair.substring(0, pair.indexOf('=')))
                .toList();
    }

    @ParameterizedTest(name = "hostile text {index}")
    @ValueSource(
            strings = {
                "x action=reject",
                "x\u0000\u001b[2J",
                "x: example.com pass",
                "x,pass:bank.example:s",
                "x\\\"'=;",
                "\u00a0\u2028\u0085",
                "\t fail",
                "-",
                "",
            })
    void noSenderWritesInIt(String text) {
        TestMessage hostile = new TestMessage()
                .queueId("Q1")
                .client("192.0.2.99")
                .helo(text)
                .sender("<\"" + text + "\"@sender.example>")
                .fields("From: a@reject.example & AR: mx.example.net; dkim=fail header.d=d.example" + " header.s=\""
                        + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        String plain = details("", message("From: a@reject.example")).get(0);
        String line = details("", hostile).get(0);
        assertEquals(keys(plain), keys(line));
        assertTrue(line.contains(" action=accept "), line);
        assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line);
        assertFalse(
                OPENDMARC
                        .matcher(("Q1: details " + line).replaceAll("=\\S+", "=x"))
                        .find(),
                line);
    }

    @Test
    void isNoLineOfOpenDmarc() {
        String line = details("", message("From: a@reject.example")).get(0);
        assertFalse(
                Pattern.compile(": \\S+ (pass|fail|none)( |$)")
                        .matcher("Q1: details " + line)
                        .find(),
                line);
        assertFalse(
                Pattern.compile(" (pass|fail|none)( |$)")
                        .matcher("Q1: details " + line)
                        .find(),
                line);
    }

    @Test
    void fitsIntoADatagramHoweverManyAndLongTheNamesAre() {
        String label = "x".repeat(60);
        String domain = String.join(".", label, label, label) + ".example";
        StringBuilder field = new StringBuilder("AR: mx.example.net; spf=fail smtp.mailfrom=" + domain);
        for (int i = 0; i < 90; i++) {
            field.append(String.format(Locale.ROOT, "; dkim=fail header.d=%s header.s=%s%d", domain, label, i));
        }
        TestMessage large = message("From: a@" + domain + " & " + field).sender("<u@" + domain + ">");
        String line =
                MailSystem.with("LogDetails failures")
                        .txt("_dmarc." + domain, "v=DMARC1; p=reject")
                        .judge(large)
                        .log()
                        .stream()
                        .map(LogLine::text)
                        .filter(text -> text.contains(": details "))
                        .findFirst()
                        .orElseThrow();
        assertTrue(line.length() < 2_000, () -> line.length() + ": " + line);
        assertTrue(line.matches(".*,\\+[0-9]+"), line);
    }
}
