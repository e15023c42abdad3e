package org.dmarcmilter.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.history.HistoryFormat;
import org.dmarcmilter.judge.IgnoreList;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.milter.Limits;
import org.dmarcmilter.milter.MilterCommand;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.Shown;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a replacement of OpenDMARC gets wrong most likely, and what attackers did to it: each as a named test. Where
 * OpenDMARC's behaviour is a bug, the name says what we do instead.
 *
 * <p>What stands elsewhere:
 *
 * <ul>
 *   <li>failure reports: {@code FailureReporterTest};
 *   <li>CVE-2019-16378 by milter script, the order of the start (errors before detaching, pid file as the target user) and the
 *       five seconds of SIGTERM: the end-to-end tests and {@code LauncherScriptTest};
 *   <li>CVE-2020-12460, reading of aggregate reports that others send: {@code ArchitectureTest}, this program reads no XML;
 *   <li>escaping in XML: it writes none ({@code ArchitectureTest}), and gives no markup to OpenDMARC's reports, which escape
 *       nothing: here and {@code HistoryFormatTest};
 *   <li>smaller ones: both masks in the log when negotiation fails, {@code NegotiationTest}; a missing suffix list is said,
 *       {@code DaemonCommandTest}; SIGTERM takes no five seconds, {@code SignalsIT}, and leaves no socket, {@code
 *       MilterServerTest}.
 * </ul>
 */
class OpenDmarcTrapsTest {
    private static final String DKIM = "AR: mx.example.net; dkim=pass header.d=";

    private static Judgement judge(String options, String fields) {
        return MailSystem.with(options).judge("<user@sender.example>", fields);
    }

    private static String answer(Judgement judgement) {
        return Shown.answer(judgement.verdict());
    }

    private static String result(Judgement judgement) {
        return judgement.result().map(result -> result.status().word()).orElse("-");
    }

    private static String historyOf(Judgement judgement) {
        return HistoryFormat.write(judgement.evaluation().orElseThrow(), true);
    }

    private static Settings settings(String config) throws ConfigException {
        return Settings.from(ConfigFile.parse(config));
    }

    @Nested
    class Traps {
        @ParameterizedTest(name = "return codes: {0}, {1}: {2}")
        @CsvSource(delimiter = '|', textBlock = """
            RejectFailures no          | reject.example     | continue
            RejectFailures yes         | sampled.example    | continue
            HoldQuarantinedMessages no | quarantine.example | continue
            RejectFailures yes         | none.example       | accept
            RejectFailures yes         | nodmarc.example    | accept
            RejectFailures yes         | bad.example        | accept
            """)
        void returnCodes(String options, String author, String answer) {
            assertEquals(answer, answer(judge(options, "From: a@" + author)));
        }

        @Test
        @DisplayName("smtp.mailfrom=user@domain counts by its domain")
        void mailfromWithLocalPart() {
            Judgement judgement = MailSystem.with("")
                    .judge(
                            "<u@reject.example>",
                            "From: a@reject.example & AR: mx.example.net; spf=pass smtp.mailfrom=u@reject.example");
            assertEquals("pass", result(judgement));
        }

        @Test
        @DisplayName("a failed SPF result is not final, any Received-SPF of our own host is")
        void finality() {
            Judgement afterFailure = MailSystem.with("SPFSelfValidate yes")
                    .judge(
                            "<u@reject.example>",
                            "From: a@reject.example & AR: mx.example.net; spf=fail smtp.mailfrom=reject.example");
            assertEquals("pass", result(afterFailure));
            Evidence evidence = MailSystem.with("")
                    .judge(
                            "<u@sender.example>",
                            "From: a@reject.example"
                                    + " & Received-SPF: fail identity=mailfrom; envelope-from=u@sender.example")
                    .evidence()
                    .orElseThrow();
            assertEquals(Source.RECEIVED_SPF, evidence.spf().orElseThrow().source());
            assertEquals(Optional.empty(), evidence.own(), "nothing else is asked");
        }

        @ParameterizedTest(name = "authserv-id {1} with {0}: trusted = {2}")
        @CsvSource(delimiter = '|', textBlock = """
            TrustedAuthservIDs b.example | B.Example        | true
            TrustedAuthservIDs HOSTNAME  | host.example.net | true
            TrustedAuthservIDs b.example | MX.example.net   | true
            TrustedAuthservIDs b.example | c.example        | false
            """)
        void trust(String options, String id, boolean trusted) {
            Judgement judgement =
                    judge(options, "From: a@none.example & AR: " + id + "; dkim=pass header.d=none.example");
            assertEquals(trusted ? "pass" : "fail", result(judgement));
        }

        @ParameterizedTest(name = "an unknown property type costs nothing else: {0}")
        @ValueSource(strings = {"dns.sec=no", "x-foo.bar=1", "tls.version=1.3", "policy.x=y"})
        void unknownPropertyTypes(String property) {
            assertEquals("pass", result(judge("", "From: a@none.example & " + DKIM + "none.example " + property)));
        }

        @Test
        @DisplayName("DNS failure is temperror, accepted and recorded as OpenDMARC records it")
        void dnsFailure() {
            Judgement judgement = judge("RejectFailures yes", "From: a@broken.example");
            assertEquals("temperror", result(judgement));
            assertEquals("accept", answer(judgement));
            assertTrue(historyOf(judgement).contains("\npolicy 14\n"), historyOf(judgement));
        }

        @Test
        @DisplayName("permerror path: header, accept, no result log line, no history, no DMARC-Filter")
        void permerror() {
            JudgedMessage judged = MailSystem.with("RecordAllMessages yes;SoftwareHeader yes;RejectFailures yes")
                    .judged(new TestMessage().fields("From: a@bad.example"));
            Judgement judgement = judged.judgement();
            assertEquals("accept", answer(judgement));
            assertEquals(
                    List.of(new HeaderField(
                            "Authentication-Results", "mx.example.net; dmarc=permerror header.from=bad.example")),
                    judgement.headers());
            assertEquals(Optional.empty(), judged.forHistory());
            assertFalse(Shown.log(judgement).contains("bad.example permerror"));
        }

        @Test
        @DisplayName("several From domains: the log line as in OpenDMARC, but never without a result")
        void severalAuthors() {
            Judgement judgement = judge("", "From: a@nodmarc.example, b@other.example");
            assertEquals("ERROR Q1: multi-valued From field detected", Shown.log(judgement));
            assertEquals(List.of("mx.example.net; dmarc=permerror"), Shown.values(judgement));
            assertEquals("reject", answer(judge("RejectMultiValueFrom yes", "From: a@x.example, b@y.example")));
        }

        @Test
        @DisplayName(
                "IgnoreMailFrom is the From header's domain, DomainWhitelist ARC sealers, IgnoreMailTo history only")
        void misleadingNames() {
            assertEquals(
                    "accept",
                    answer(judge("IgnoreMailFrom reject.example;RejectFailures yes", "From: a@reject.example")));
            String rejected = "550 5.7.1 rejected by DMARC policy for reject.example";
            assertEquals(
                    rejected,
                    answer(judge("IgnoreMailFrom sender.example;RejectFailures yes", "From: a@reject.example")));
            assertEquals(
                    rejected,
                    answer(judge("DomainWhitelist reject.example;RejectFailures yes", "From: a@reject.example")));
            JudgedMessage ignoredTo = MailSystem.with("IgnoreMailTo b@example.net;RejectFailures yes")
                    .judged(new TestMessage().fields("From: a@reject.example & To: b@example.net"));
            assertEquals(rejected, answer(ignoredTo.judgement()));
            assertEquals(Optional.empty(), ignoredTo.forHistory());
        }

        @Test
        @DisplayName("127.0.0.1 and ::1 are ignored always, also next to a file")
        void localhost() {
            IgnoreList withFile = IgnoreList.parse("192.0.2.1\n");
            assertTrue(withFile.ignores("localhost", IpAddress.parse("127.0.0.1")));
            assertTrue(withFile.ignores("localhost", IpAddress.parse("::1")));
        }

        @Test
        @DisplayName(
                "IgnoreHosts: host bits and leading space tolerated, first token only, name before address, exceptions by specificity")
        void ignoreHosts() {
            IgnoreList list =
                    IgnoreList.parse("  198.51.100.77/24 203.0.113.1\n!198.51.100.8\ngw.example\n!192.0.2.7\n");
            assertTrue(list.ignores("x", IpAddress.parse("198.51.100.1")));
            assertFalse(list.ignores("x", IpAddress.parse("198.51.100.8")));
            assertFalse(list.ignores("x", IpAddress.parse("203.0.113.1")));
            assertTrue(list.ignores("gw.example", IpAddress.parse("192.0.2.7")));
        }

        @Test
        @DisplayName("insert at 0, SPF first, DMARC second, software last; rejected mail gets the software header only")
        void headerOrder() {
            TestMessage message = new TestMessage().sender("<u@nospf.example>").fields("From: a@reject.example");
            List<MilterReply> replies = Replies.of(
                    MailSystem.with("SPFSelfValidate yes;SoftwareHeader yes").judge(message));
            assertEquals(
                    List.of("spf=none", "dmarc=fail", "development"),
                    replies.stream()
                            .filter(MilterReply.InsertHeader.class::isInstance)
                            .map(MilterReply.InsertHeader.class::cast)
                            .peek(insert -> assertEquals(0, insert.index()))
                            .map(insert -> insert.value().replaceAll(".*?(spf=none|dmarc=fail|development).*", "$1"))
                            .toList());
            Judgement rejected = MailSystem.with("SPFSelfValidate yes;SoftwareHeader yes;RejectFailures yes")
                    .judge(message);
            assertEquals(
                    List.of("DMARC-Filter"),
                    rejected.headers().stream().map(HeaderField::name).toList());
        }

        @Test
        @DisplayName("pct sampled out is quarantine (RFC 7489), copies ignore sampling; pct=abc is the default")
        void sampling() {
            Judgement sampledOut = judge("RejectFailures yes;CopyFailuresTo p@example.net", "From: a@sampled.example");
            assertEquals("continue", answer(sampledOut));
            assertEquals(
                    List.of(
                            "mx.example.net; dmarc=fail (p=reject dis=none) header.from=sampled.example policy.dmarc=quarantine"),
                    Shown.values(sampledOut));
            assertEquals(List.of("p@example.net"), sampledOut.copyTo());
            assertEquals(Policy.QUARANTINE, sampledOut.result().orElseThrow().disposition());
            Judgement bad = MailSystem.with("RejectFailures yes")
                    .txt("_dmarc.badpct.example", "v=DMARC1; p=reject; pct=abc")
                    .judge("<u@sender.example>", "From: a@badpct.example");
            assertEquals("550 5.7.1 rejected by DMARC policy for badpct.example", answer(bad));
        }

        @Test
        @DisplayName("replies and quarantine reasons name the policy domain, log line and header the From domain")
        void whichDomain() {
            Judgement rejected = judge("RejectFailures yes", "From: a@mail.reject.example");
            assertEquals("550 5.7.1 rejected by DMARC policy for reject.example", answer(rejected));
            assertEquals("INFO Q1: mail.reject.example fail", Shown.log(rejected));
            Judgement held = judge("HoldQuarantinedMessages yes", "From: a@mail.quarantine.example");
            assertEquals("hold: quarantined by DMARC policy for quarantine.example", answer(held));
            assertTrue(Shown.values(held).get(0).contains("header.from=mail.quarantine.example "));
        }

        @Test
        @DisplayName("history of a message: OpenDMARC's lines in OpenDMARC's order, also when rejected")
        void history() {
            Judgement judgement = MailSystem.with("RejectFailures yes")
                    .judge(
                            "<>",
                            "From: a@Reject.example & AR: mx.example.net; dkim=fail header.d=other.example; dkim=pass header.d=x.example header.s=s1");
            assertEquals("""
                    job Q1
                    reporter mx.example.net
                    received 1795493204
                    ipaddr 192.0.2.10
                    from reject.example
                    mfrom\s
                    dkim other.example - 7
                    dkim x.example s1 0
                    spf -1
                    spf_scope -1
                    pdomain reject.example
                    policy 16
                    rua mailto:a@reject.example
                    pct 100
                    adkim 114
                    aspf 114
                    p 114
                    sp 0
                    fo 0
                    align_dkim 5
                    align_spf 5
                    arc 7
                    arc_policy 2 json:[]
                    action 0
                    """, historyOf(judgement));
        }

        @Test
        @DisplayName("history without record: zeros, rua -, policy 14")
        void historyWithoutRecord() {
            String history = historyOf(judge("RecordAllMessages yes", "From: a@nodmarc.example"));
            assertTrue(history.endsWith("""
                            spf -1
                            spf_scope -1
                            pdomain nodmarc.example
                            policy 14
                            rua -
                            pct 0
                            adkim 0
                            aspf 0
                            p 0
                            sp 0
                            fo 0
                            align_dkim 0
                            align_spf 0
                            arc 7
                            arc_policy 2 json:[]
                            action 2
                            """), history);
        }

        @ParameterizedTest(name = "SPF words are those of RFC 8601: {1}, history code {2}")
        @CsvSource(delimiter = '|', textBlock = """
            <u@none.example>       | softfail  | 2
            <u@quarantine.example> | neutral   | 3
            <u@brokenspf.example>  | temperror | 4
            <u@strict.example>     | permerror | 5
            <u@nospf.example>      | none      | 6
            """)
        void spfWords(String sender, String word, int code) {
            Judgement judgement = MailSystem.with("SPFSelfValidate yes").judge(sender, "From: a@reject.example");
            assertTrue(Shown.values(judgement).get(0).startsWith("mx.example.net; spf=" + word + " smtp.mailfrom="));
            assertTrue(historyOf(judgement).contains("\nspf " + code + "\nspf_scope 1\n"));
        }

        @ParameterizedTest(name = "From {0}, d={1}: {2}")
        @CsvSource(delimiter = '|', textBlock = """
            x.com             | y.com            | fail
            t.co              | co               | fail
            example.com       | com              | fail
            foo.co.uk         | b.co.uk          | fail
            a.example.com     | b.example.com    | pass
            a.b.c.example.com | example.com      | pass
            example.com       | a.b.example.com  | pass
            x.com             | x.com            | pass
            """)
        void alignment(String author, String signer, String result) {
            Judgement judgement = MailSystem.with("")
                    .txt("_dmarc." + author, "v=DMARC1; p=reject")
                    .judge("<u@sender.test>", "From: j@" + author + " & " + DKIM + signer);
            assertEquals(result, result(judgement));
        }

        @ParameterizedTest(name = "configuration syntax: {0}: {1}")
        @CsvSource(delimiter = '|', textBlock = """
            RejectFailures yes # comment | true
            RejectFailures T             | true
            RejectFailures 1             | true
            rejectfailures Yonder        | true
            RejectFailures no            | false
            RejectFailures yes;RejectFailures no | false
            """)
        void configurationSyntax(String text, boolean value) throws ConfigException {
            assertEquals(value, settings(text.replace(';', '\n')).handling().rejectFailures());
        }

        @ParameterizedTest(name = "configuration error: {0}")
        @ValueSource(
                strings = {"RejectFailures on", "RejectFailures off", "NoSuchOption yes", "UMask 009", "Include x"})
        void configurationErrors(String text) {
            ConfigException e = assertThrows(ConfigException.class, () -> settings("\n" + text));
            assertTrue(e.getMessage().startsWith("-:2: "), e.getMessage());
        }

        @Test
        @DisplayName("numbers may be octal")
        void octal() throws ConfigException {
            assertEquals(Optional.of(2), settings("UMask 0002").service().umask());
        }
    }

    /** Trap 20: what the history file holds, so that reports that are made from it can be right. */
    @Nested
    class HistoryForReports {
        private String line(String history, String key) {
            return history.lines().filter(line -> line.startsWith(key + " ")).collect(Collectors.joining("\n"));
        }

        @ParameterizedTest(name = "{0} under {1}: From domain and policy domain each in its line, in lower case")
        @CsvSource(delimiter = '|', textBlock = """
            Mail.Reject.Example | reject.example     | 16
            reject.example      | reject.example     | 16
            a.b.Quarantine.example | quarantine.example | 17
            x.none.example      | none.example       | 18
            """)
        void bothDomains(String author, String policyDomain, int policy) {
            String history = historyOf(judge("", "From: a@" + author));
            assertEquals("from " + author.toLowerCase(Locale.ROOT), line(history, "from"));
            assertEquals("pdomain " + policyDomain, line(history, "pdomain"));
            assertEquals("policy " + policy, line(history, "policy"));
        }

        @Test
        @DisplayName("every message gives the whole record, so that the latest overwrites it with the same")
        void theRecordIsTheSameEachTime() {
            MailSystem system = MailSystem.with("")
                    .txt(
                            "_dmarc.full.example",
                            "v=DMARC1; p=quarantine; sp=reject; adkim=s; pct=40; fo=1:d; rua=mailto:a@full.example, mailto:b@x.example; ruf=mailto:f@full.example");
            List<String> messages = List.of(
                    "From: a@full.example",
                    "From: a@mail.full.example",
                    "From: a@full.example & " + DKIM + "full.example",
                    "From: a@full.example & " + DKIM + "full.example; dkim=fail header.d=other.example");
            for (String message : messages) {
                String history = historyOf(system.judge("<u@sender.example>", message));
                assertEquals("""
                        rua mailto:a@full.example
                        rua mailto:b@x.example
                        pct 40
                        adkim 115
                        aspf 114
                        p 113
                        sp 114
                        fo 6
                        """, history.substring(history.indexOf("rua "), history.indexOf("align_dkim ")), message);
            }
        }

        @ParameterizedTest(name = "a reason is known only for an override: {0}: {2}, {3}, {4}")
        @CsvSource(delimiter = '|', textBlock = """
            DomainWhitelist a.example | ''                           | arc 7 | arc_policy 2 json:[] | action 0
            DomainWhitelist a.example | ; arc=fail arc.chain=a.example | arc 7 | arc_policy 2 json:[] | action 0
            DomainWhitelist a.example | ; arc=pass arc.chain=b.example | arc 0 | arc_policy 2 json:[] | action 0
            DomainWhitelist a.example | ; arc=pass arc.chain=a.example | arc 0 | arc_policy 0 json:[] | action 2
            """)
        void reasonOnlyForAnOverride(String options, String arc, String pass, String policy, String action) {
            String history = historyOf(judge(
                    options + ";RejectFailures yes",
                    "From: a@reject.example & AR: mx.example.net; dkim=fail header.d=other.example" + arc));
            assertEquals(
                    List.of(pass, policy, action),
                    List.of(line(history, "arc"), line(history, "arc_policy"), line(history, "action")));
        }

        @Test
        @DisplayName("the time is in seconds since 1970, UTC, so that no report's day depends on a time zone")
        void secondsOfUtc() {
            assertEquals(
                    "received " + MailSystem.NOW.getEpochSecond(),
                    line(historyOf(judge("", "From: a@reject.example")), "received"));
        }

        @Test
        @DisplayName("markup in selectors and ARC seals does not reach reports that escape nothing")
        void markupStaysOut() {
            String history = historyOf(judge(
                    "",
                    "From: a@reject.example & " + DKIM + "x.example header.s=\"<s>&\""
                            + " & ARC-Authentication-Results: i=1; a.example; arc=pass smtp.remote-ip=\"<ip>\""
                            + " & ARC-Seal: i=1; d=</comment><x>; s=<s>&amp"));
            assertTrue(history.contains("\ndkim x.example ?s?? 0\n"), history);
            assertTrue(history.contains("\"d\":\"?/comment??x?\""), history);
            assertTrue(history.chars().noneMatch(c -> "<>&".indexOf(c) >= 0), history);
        }
    }

    /** The macros {@code i} and {@code j}, late or missing, and the empty {auth_authen}: {@link DmarcSessionTest}. */
    @Nested
    class SmallerTraps {
        @Test
        @DisplayName("a client of unspecified family is recorded as 127.0.0.1 and judged")
        void unspecifiedFamily() {
            Judgement judgement = MailSystem.with("")
                    .judge(new TestMessage().client("").host("localhost").fields("From: a@reject.example"));
            assertEquals("continue", answer(judgement));
            assertTrue(historyOf(judgement).contains("\nipaddr 127.0.0.1\n"));
        }

        @Test
        @DisplayName("but 127.0.0.1 gets it no SPF pass, as in OpenDMARC for every sender")
        void unspecifiedFamilyPassesNoSpf() {
            Judgement judgement = MailSystem.with("SPFSelfValidate yes")
                    .txt("local.example", "v=spf1 ip4:127.0.0.1 -all")
                    .txt("_dmarc.local.example", "v=DMARC1; p=reject")
                    .judge(new TestMessage()
                            .client("")
                            .sender("<u@local.example>")
                            .fields("From: a@local.example"));
            assertEquals("continue", answer(judgement));
            assertEquals(1, judgement.headers().size());
            assertTrue(judgement.headers().get(0).value().contains("dmarc=fail"));
        }

        @ParameterizedTest(name = "no result line only for permerror and ignored mail: {0}, {1}: {2}")
        @CsvSource(delimiter = '|', textBlock = """
            RejectFailures yes            | reject.example   | INFO Q1: reject.example fail
            RejectFailures no             | nodmarc.example  | INFO Q1: nodmarc.example none
            RejectFailures no             | broken.example   | INFO Q1: broken.example temperror
            RejectFailures no             | bad.example      | ERROR Q1: DMARC record of bad.example is unusable: no valid p= and no rua=
            IgnoreMailFrom reject.example | reject.example   | INFO Q1: ignoring mail from reject.example
            """)
        void oneLineAMessage(String options, String author, String line) {
            assertEquals(line, Shown.log(judge(options, "From: a@" + author)));
        }

        @ParameterizedTest(name = "folds in header values ({index})")
        @ValueSource(strings = {"\n\t", "\r\n\t", "\n ", "\r\n  "})
        void folds(String fold) {
            Judgement judgement = MailSystem.with("")
                    .judge(new TestMessage()
                            .field("From", "A Name" + fold + "<a@reject.example>")
                            .field(
                                    "Authentication-Results",
                                    "mx.example.net;" + fold + "dkim=pass" + fold + "header.d=reject.example"));
            assertEquals("pass", result(judgement));
        }

        @Test
        @DisplayName("only the first To counts for IgnoreMailTo")
        void firstTo() {
            assertTrue(judge(
                            "IgnoreMailTo b@example.net",
                            "From: a@reject.example & To: c@example.net & To: b@example.net")
                    .evaluation()
                    .isPresent());
        }

        @Test
        @DisplayName("AuthservID as a comma list: the first is written, all are read")
        void authservIdList() {
            Judgement judgement =
                    judge("AuthservID a.x,b.x", "From: a@none.example & AR: b.x; dkim=pass header.d=none.example");
            assertEquals(
                    List.of("a.x; dmarc=pass (p=none dis=none) header.from=none.example policy.dmarc=none"),
                    Shown.values(judgement));
        }

        @Test
        @DisplayName("unrelated TXT records before the DMARC record")
        void unrelatedRecords() {
            Judgement judgement = MailSystem.with("RejectFailures yes")
                    .txt("_dmarc.wild.example", "v=spf1 -all", "google-site-verification=x", "v=DMARC1; p=reject")
                    .judge("<u@sender.example>", "From: a@wild.example");
            assertEquals("550 5.7.1 rejected by DMARC policy for wild.example", answer(judgement));
        }
    }

    @Nested
    class PublishedAttacks {
        @Test
        @DisplayName("CVE-2019-16378: several author domains are never judged by one of them")
        void cve201916378() {
            String from = "From: a@nodmarc.example, b@reject.example & " + DKIM + "nodmarc.example";
            assertEquals(
                    "550 5.7.1 rejected by DMARC policy for reject.example", answer(judge("RejectFailures yes", from)));
            assertEquals("reject", answer(judge("RejectMultiValueFrom yes", from)));
            Judgement twoFields = judge(
                    "RejectFailures yes",
                    "From: a@nodmarc.example & From: b@reject.example & " + DKIM + "nodmarc.example");
            assertEquals("550 5.7.1 rejected by DMARC policy for reject.example", answer(twoFields));
        }

        @ParameterizedTest(name = "CVE-2019-20790: HELO identity: {0}")
        @ValueSource(
                strings = {
                    "AR: mx.example.net; spf=pass smtp.helo=attack.example",
                    "AR: mx.example.net; spf=pass smtp.helo=reject.example",
                    "AR: mx.example.net; spf=pass (sender SPF authorized) smtp.helo=attack.example smtp.mailfrom=attack.example",
                    "Received-SPF: pass (x) identity=helo; helo=attack.example; envelope-from=u@reject.example; client-ip=192.0.2.10",
                    "Received-SPF: Pass (helo) identity=helo; envelope-from=\"u@reject.example\""
                })
        void cve201920790(String field) {
            Judgement judgement = MailSystem.with("").judge("<u@reject.example>", "From: a@reject.example & " + field);
            assertEquals("fail", result(judgement));
        }

        @ParameterizedTest(name = "CVE-2020-12272: {0} from {1}")
        @CsvSource(delimiter = '|', textBlock = """
            dkim=pass header.d=reject.example(.attack.example               | <u@x.example>
            dkim=pass header.d="reject.example(.attack.example"             | <u@x.example>
            dkim=pass header.i=@reject.example(.attack.example              | <u@x.example>
            spf=pass smtp.mailfrom=x@reject.example(.attack.example         | <x@reject.example(.attack.example>
            spf=pass smtp.mailfrom=reject.example(.attack.example           | <x@reject.example(.attack.example>
            spf=pass smtp.mailfrom="x@reject.example(.attack.example"       | <x@reject.example>
            spf=pass smtp.mailfrom=reject.example'@attack.example           | <x@reject.example>
            """)
        void cve202012272(String result, String sender) {
            Judgement judgement =
                    MailSystem.with("").judge(sender, "From: a@reject.example & AR: mx.example.net; " + result);
            assertEquals("fail", result(judgement));
            assertEquals("continue", answer(judgement), "and no temporary failure, as in OpenDMARC");
        }

        @ParameterizedTest(name = "CVE-2021-34555: From: {0}: {1}")
        @CsvSource(delimiter = '|', textBlock = """
            a@x.example, b, c@x.example | dmarc=none (p=none dis=none) header.from=x.example policy.dmarc=none
            b, c@x.example              | dmarc=none (p=none dis=none) header.from=x.example policy.dmarc=none
            a@x.example,                | dmarc=none (p=none dis=none) header.from=x.example policy.dmarc=none
            ,,,                         | dmarc=permerror
            b, c                        | dmarc=permerror
            a@, b@x.example             | dmarc=permerror
            <>, <>                      | dmarc=permerror
            """)
        void cve202134555(String from, String result) {
            Judgement judgement = judge("", "From: " + from);
            assertEquals("accept", answer(judgement));
            assertEquals(List.of("mx.example.net; " + result), Shown.values(judgement));
        }
    }

    @Nested
    class AttacksFoundSince {
        @ParameterizedTest(name = "one-letter labels: From joe@{0}, {1}")
        @CsvSource(delimiter = '|', textBlock = """
            x.com         | dkim=pass header.d=other.com          | relaxed
            x.com         | spf=pass smtp.mailfrom=sender.com     | relaxed
            t.co          | dkim=pass header.d=other.co           | relaxed
            a.example.com | dkim=pass header.d=example.com        | strict
            x.com         | dkim=pass header.d=q.com              | strict
            """)
        void oneLetterLabels(String author, String result, String mode) {
            Judgement judgement = MailSystem.with("")
                    .txt("_dmarc." + author, "v=DMARC1; p=reject" + (mode.equals("strict") ? "; adkim=s; aspf=s" : ""))
                    .judge("<u@sender.com>", "From: joe@" + author + " & AR: mx.example.net; " + result);
            assertEquals("fail", result(judgement));
        }

        @Test
        @DisplayName("the organizational domain of x.com is x.com: nobody asks for _dmarc.com")
        void organizationalDomain() {
            MailSystem system = MailSystem.with("");
            system.judge("<u@sender.example>", "From: joe@x.com");
            assertEquals(List.of("_dmarc.x.com"), system.asked());
        }

        @ParameterizedTest(name = "header.d={0} aligns with nobody below it")
        @ValueSource(strings = {"com", "co.uk", "example"})
        void publicSuffixes(String suffix) {
            Judgement judgement = MailSystem.with("")
                    .txt("_dmarc.bank." + suffix, "v=DMARC1; p=reject")
                    .judge("<u@sender.test>", "From: a@bank." + suffix + " & " + DKIM + suffix);
            assertEquals("fail", result(judgement));
        }

        @ParameterizedTest(name = "ARC-Seal: {0}")
        @ValueSource(
                strings = {
                    "i=0; d=x; s=y",
                    "d=x; s=y",
                    "i=; d=x",
                    "i=-1; d=x",
                    "i=99999999999; d=x",
                    "i=1; none",
                    "i=51; d=x",
                    ";;;",
                    ""
                })
        void arcSealInstances(String seal) {
            Judgement judgement = judge(
                    "DomainWhitelist arc.example",
                    "From: a@reject.example & ARC-Authentication-Results: i=1; a.example; arc=pass & ARC-Seal: "
                            + seal);
            assertEquals("continue", answer(judgement));
            assertEquals(List.of(), judgement.evaluation().orElseThrow().arc().sets());
        }

        @ParameterizedTest(name = "arc.chain={0} overrides nothing")
        @ValueSource(strings = {"\":\"", "\"::::\"", "\"\"", "\" : \""})
        void emptyChain(String chain) {
            Judgement judgement = judge(
                    "DomainWhitelist arc.example;RejectFailures yes",
                    "From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=" + chain);
            assertEquals("550 5.7.1 rejected by DMARC policy for reject.example", answer(judgement));
        }

        @Test
        @DisplayName("ARC-Seal with a long b= is accepted")
        void longSeal() {
            Judgement judgement = judge(
                    "",
                    "From: a@reject.example & ARC-Authentication-Results: i=1; a.example; arc=none & ARC-Seal: i=1; d=a.example; s=s; b="
                            + "A".repeat(5_000));
            assertEquals(1, judgement.evaluation().orElseThrow().arc().sets().size());
        }

        @Test
        @DisplayName("thousands of results and tokens are bounded")
        void manyResults() {
            String results = "dkim=pass header.d=x.example header.s=s header.b=b; ".repeat(3_000);
            Judgement judgement = judge("", "From: a@reject.example & AR: mx.example.net; " + results);
            assertEquals(100, judgement.evaluation().orElseThrow().dkim().size());
        }

        @Test
        @DisplayName("a field forged under our id cannot be told from a real one: the MTA must remove it")
        void forgedField() {
            Judgement judgement =
                    judge("", "Received: from outside & From: a@reject.example & " + DKIM + "reject.example");
            assertEquals("pass", result(judgement), "documented at Trust and in the configuration file");
        }

        @ParameterizedTest(name = "forged Received-SPF: {0}, {1}")
        @CsvSource(delimiter = '|', textBlock = """
            SPFSelfValidate yes | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example
            SPFSelfValidate no  | Received: from the MTA before us & Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example
            SPFSelfValidate no  | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example; client-ip=203.0.113.1
            SPFSelfValidate no  | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example
            SPFSelfValidate no  | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example; receiver=mx.example.net; client-ip=192.0.2.10
            SPFSelfValidate no  | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example; receiver=<UNKNOWN>
            SPFSelfValidate no; TrustedAuthservIDs b.example | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example; receiver=b.example
            SPFSelfValidate no  | Received-SPF: temperror identity=mailfrom; envelope-from=u@quarantine.example
            SPFSelfValidate no  | Received-SPF: unknown identity=mailfrom; envelope-from=u@quarantine.example
            SPFIgnoreResults y  | Received-SPF: pass identity=mailfrom; envelope-from=u@quarantine.example
            """)
        void forgedReceivedSpf(String options, String fields) {
            Judgement judgement =
                    MailSystem.with(options).judge("<u@quarantine.example>", fields + " & From: a@quarantine.example");
            assertEquals("fail", result(judgement));
        }

        @ParameterizedTest(name = "From: {0}")
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            joe@reject.example>                   | 550 5.7.1 rejected by DMARC policy for reject.example
            joe@"reject.example"                  | 550 5.7.1 rejected by DMARC policy for reject.example
            @reject.example                       | 550 5.7.1 rejected by DMARC policy for reject.example
            joe@reject.example joe2@other.example | 550 5.7.1 rejected by DMARC policy for reject.example
            "unclosed <joe@reject.example>        | 550 5.7.1 rejected by DMARC policy for reject.example
            joe@ex ample.com                      | accept
            joe@[192.0.2.1]                       | accept
            joe@.reject.example                   | accept
            joe@192.0.2.1                         | accept
            joe@reject..example                   | accept
            """)
        void fromWithoutValidDomain(String from, String answer) {
            TestMessage message = new TestMessage().field("From", from);
            Judgement judgement = MailSystem.with("RejectFailures yes").judge(message);
            assertEquals(answer, answer(judgement));
            assertEquals(
                    answer.equals("accept") ? List.of("mx.example.net; dmarc=permerror") : List.of(),
                    Shown.values(judgement));
            Judgement required = MailSystem.with("RequiredFrom yes").judge(message);
            assertEquals("550 5.7.1 From field names no valid domain", answer(required));
        }

        @Test
        @DisplayName("white space around the at sign and the dots changes no domain")
        void whiteSpaceIsNoBypass() {
            assertEquals(
                    "550 5.7.1 rejected by DMARC policy for reject.example",
                    answer(judge("RejectFailures yes", "From: joe @ reject . example")));
        }

        @Test
        @DisplayName("quotes and backslashes in ARC-Seal leave the history's JSON valid")
        void arcJson() throws IOException {
            Judgement judgement = judge(
                    "",
                    "From: a@reject.example & ARC-Authentication-Results: i=1; a.example; arc=pass smtp.remote-ip=\"1\\\"2\\\\\""
                            + " & ARC-Seal: i=1; d=a\"},{\"x\\; s=\\\"\u0007");
            String line = historyOf(judgement)
                    .lines()
                    .filter(text -> text.startsWith("arc_policy "))
                    .collect(Collectors.joining());
            JsonNode sets = new ObjectMapper().readTree(line.substring(line.indexOf("json:") + 5));
            assertEquals(1, sets.size());
            assertEquals("a\"},{\"x\\", sets.get(0).get("d").asText());
        }

        @ParameterizedTest(name = "a domain with markup is no domain: {0}")
        @ValueSource(strings = {"a<b>.example", "a&b.example", "\"a<script>.example\"", "a'b.example"})
        void markup(String domain) {
            Judgement judgement = judge("", "From: a@reject.example & " + DKIM + domain);
            assertEquals(List.of(), judgement.evaluation().orElseThrow().dkim());
        }

        @Test
        @DisplayName("DNS failure for the victim's name can be tempfailed")
        void dnsFailure() {
            Judgement judgement = judge("OnTemporaryError tempfail", "From: a@broken.example");
            assertEquals(Status.TEMPERROR, judgement.result().orElseThrow().status());
            assertTrue(answer(judgement).startsWith("451 4.7.1 "));
        }

        @Test
        @DisplayName("a record at a public suffix is nobody's policy")
        void recordAtPublicSuffix() {
            MailSystem system = MailSystem.with("RejectFailures yes").txt("_dmarc.co.uk", "v=DMARC1; p=reject");
            Judgement judgement = system.judge("<u@sender.example>", "From: a@foo.co.uk");
            assertEquals("none", result(judgement));
            assertEquals(List.of("_dmarc.foo.co.uk"), system.asked());
        }

        @Test
        @DisplayName("RejectString is no format: other percent signs are text")
        void rejectString() {
            Judgement judgement = judge("RejectFailures yes;RejectString %n%d%100s %s", "From: a@reject.example");
            assertEquals("550 5.7.1 %n%d%100s reject.example", answer(judgement));
        }

        @Test
        @DisplayName("a plain file at the socket's path stays")
        void plainFileAtSocket(@TempDir Path directory) throws IOException {
            Path file = Files.writeString(directory.resolve("precious"), "data");
            DmarcFilter filter = new DmarcFilter(MailSystem.with("")::rules, message -> {});
            try (MilterServer server = new MilterServer(filter, Limits.DEFAULTS, new MilterReply.Accept(), 1)) {
                assertThrows(
                        IOException.class,
                        () -> server.bind(ListenAddress.parse("local:" + file), OptionalInt.empty()));
            }
            assertEquals("data", Files.readString(file));
        }

        @ParameterizedTest(name = "an empty list is a configuration error: {0} ,")
        @ValueSource(
                strings = {"DomainWhitelist", "TrustedAuthservIDs", "IgnoreMailFrom", "IgnoreMailTo", "AuthservID"})
        void emptyList(String option) {
            ConfigException e = assertThrows(ConfigException.class, () -> settings(option + " ,"));
            assertTrue(e.getMessage().contains("illegal value"), e.getMessage());
        }
    }

    /** OpenDMARC's own milter scripts, with the records they find in the real DNS. */
    @Nested
    class MilterScripts {
        private Judgement script(String options, String client, String domain, String... fields) {
            TestMessage message = new TestMessage().client(client).sender("<user@" + domain + ">");
            for (String field : fields) {
                message.fields(field);
            }
            return MailSystem.with(options)
                    .txt("_dmarc.paypal.com", "v=DMARC1; p=reject")
                    .txt("_dmarc.trusteddomain.org", "v=DMARC1; p=none")
                    .txt("trusteddomain.org", "v=spf1 -all")
                    .judge(message);
        }

        @Test
        void multiFromMalformed() {
            Judgement judgement =
                    script("", "127.0.0.2", "paypal.com", "From: user1@blackops.org, user2, user3@blackops.org");
            assertEquals("accept none", answer(judgement) + " " + result(judgement));
            assertEquals(
                    List.of("mx.example.net; dmarc=none (p=none dis=none) header.from=blackops.org policy.dmarc=none"),
                    Shown.values(judgement));
        }

        @Test
        void multiFromReject() {
            Judgement judgement = script(
                    "RejectMultiValueFrom Yes",
                    "127.0.0.2",
                    "eleet.org",
                    "From: user1@eleet.org, user2@blackops.org, user3@eleet.org");
            assertEquals("reject", answer(judgement));
        }

        @Test
        void nodata() {
            Judgement judgement = script("", "127.0.0.2", "paypal.com", "From: user@paypal.com");
            assertEquals("continue", answer(judgement));
            assertEquals("fail", result(judgement));
            assertTrue(answer(script("RejectFailures Yes", "127.0.0.2", "paypal.com", "From: user@paypal.com"))
                    .startsWith("550 5.7.1 "));
        }

        @Test
        void receivedSpf() {
            Judgement bad =
                    script("", "127.0.0.2", "trusteddomain.org", "From: user@trusteddomain.org", "Received-SPF: pass");
            assertEquals("accept fail", answer(bad) + " " + result(bad));
            Judgement good = script(
                    "",
                    "127.0.0.2",
                    "trusteddomain.org",
                    "From: user@trusteddomain.org",
                    "Received-SPF: pass identity=mailfrom; envelope-from=\"somebody@trusteddomain.org\"");
            assertEquals("accept pass", answer(good) + " " + result(good));
        }

        @Test
        void selfSpfAndAuthservidJobid() {
            Judgement judgement = script(
                    "AuthservID testhost;AuthservIDWithJobID Yes;SPFSelfValidate Yes",
                    "66.220.149.251",
                    "trusteddomain.org",
                    "From: user@trusteddomain.org");
            assertEquals("accept", answer(judgement));
            assertEquals(
                    List.of(
                            "\"testhost/Q1\"; spf=fail smtp.mailfrom=trusteddomain.org",
                            "\"testhost/Q1\"; dmarc=fail (p=none dis=none) header.from=trusteddomain.org policy.dmarc=none"),
                    Shown.values(judgement));
        }

        @Test
        @DisplayName("the client 127.0.0.2 of the scripts is not ignored")
        void client() {
            MilterReply reply = new DmarcFilter(MailSystem.with("")::rules, message -> {})
                    .open(1, new ManualLoop())
                    .connect(
                            new MilterCommand.Connect(
                                    "localhost2", IpAddress.parse("127.0.0.2"), OptionalInt.of(40_000)),
                            name -> Optional.empty());
            assertEquals(new MilterReply.Continue(), reply);
        }
    }
}
