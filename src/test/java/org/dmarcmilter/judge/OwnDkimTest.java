package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestFindings;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a message comes to where we verify DKIM ourselves (DKIMSelfValidate), whatever its fields say. */
class OwnDkimTest {
    private static final String OPTIONS = "DKIMSelfValidate yes;RejectFailures yes;";

    /** Results are those of DMARC; a field of a result is written as its methods and words. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # fields                                                                       | own check                       | removed | inserted, the lowest first | verdict  | why
        From: a@reject.example                                                         | reject.example pass             | -       | dkim=pass, dmarc=pass      | ACCEPT   | an own pass
        From: a@reject.example                                                         | none                            | -       | -                          | REJECT   | nothing signed
        AR: mx.example.net; dkim=pass header.d=reject.example & From: a@reject.example | none                            | -       | -                          | REJECT   | a sender's field decides nothing
        AR: mx.example.net; dkim=pass header.d=reject.example & From: a@reject.example | reject.example fail             | -       | -                          | REJECT   | nor beside a signature that is wrong
        AR: mx.example.net; dkim=pass header.d=none.example & From: a@none.example     | none                            | 1       | dkim=none, dmarc=fail      | ACCEPT   | and is gone
        AR: mx.example.net; dkim=fail header.d=reject.example & From: a@reject.example | reject.example pass             | 1       | dkim=pass, dmarc=pass      | ACCEPT   | nor does it harm
        AR: mx.example.net; spf=none & AR: mx.example.net; dmarc=pass & From: a@none.example & AR: mx.example.net; arc=pass | none | 2 3 | dkim=none, dmarc=fail | ACCEPT | an SPF policy service's stays
        AR: other.example; dkim=pass header.d=none.example & From: a@none.example      | none                            | -       | dkim=none, dmarc=fail      | ACCEPT   | fields of others are no business of ours
        AR: mx.example.net; spf=pass smtp.mailfrom=u@reject.example & From: a@reject.example | none                      | -       | dkim=none, dmarc=pass      | ACCEPT   | SPF is believed as before
        From: a@reject.example                                                         | reject.example temperror        | -       | -                          | TEMPFAIL | a key that cannot be had
        From: a@none.example                                                           | none.example temperror          | -       | dkim=temperror, dmarc=temperror | ACCEPT | the same where nothing is at stake
        From: a@reject.example                                                         | reject.example policy           | -       | -                          | REJECT   | what we do not accept
        From: a@reject.example                                                         | ? neutral; reject.example pass  | -       | dkim=neutral dkim=pass, dmarc=pass | ACCEPT | each signature is told
        From: a@reject.example                                                         | other.example pass              | -       | -                          | REJECT   | somebody else's
        Subject: x                                                                     | other.example pass              | -       | dkim=pass, dmarc=permerror | ACCEPT   | no author domain: its signatures are told all the same
        From: a@ignored.example                                                        | ignored.example pass            | -       | dkim=pass                  | ACCEPT   | an author that is not evaluated
        AR: mx.example.net; dkim=pass & From: a@ignored.example                        | none                            | 1       | dkim=none                  | ACCEPT   | and what was forged goes
        From: a@reject.example, b@none.example                                         | reject.example pass; none.example fail | - | dkim=pass dkim=fail, dmarc=fail | ACCEPT | two authors
        """)
    void decides(String fields, String own, String removed, String inserted, String verdict, String why) {
        Judgement judgement = judged(OPTIONS + "IgnoreMailFrom ignored.example", fields, own);
        assertEquals(verdict, judgement.verdict().applied().name(), why);
        assertEquals(removed, shown(judgement.removed()), why);
        assertEquals(
                inserted,
                judgement.headers().isEmpty()
                        ? "-"
                        : judgement.headers().stream().map(OwnDkimTest::results).collect(Collectors.joining(", ")),
                why);
    }

    /** With SPF of our own alone nobody else writes that under our name either. */
    @Test
    void leavesNoSpfResultThatNobodyReads() {
        String fields = "AR: mx.example.net; spf=pass smtp.mailfrom=u@none.example & From: a@none.example";
        assertEquals(
                List.of(),
                judged("DKIMSelfValidate yes;SPFSelfValidate yes", fields, "none")
                        .removed());
        assertEquals(
                List.of(1),
                judged("DKIMSelfValidate yes;SPFSelfValidate yes;SPFIgnoreResults yes", fields, "none")
                        .removed());
    }

    @Test
    void neverCallsTheCheckerInFrontMissing() {
        assertEquals(
                "REJECT",
                judged(OPTIONS + "OnMissingResults accept", "From: a@reject.example", "none")
                        .verdict()
                        .applied()
                        .name());
    }

    @Test
    void recordsWhatWasFoundWithSelectors() {
        var evaluation = judged(OPTIONS, "From: a@reject.example", "reject.example pass; ? neutral; +1")
                .evaluation()
                .orElseThrow();
        assertEquals(
                "[DkimSeen[domain=reject.example, exact=true, selector=s, identity=@reject.example, result=pass,"
                        + " source=OWN_CHECK]]",
                evaluation.dkim().toString());
    }

    @Test
    void logsEachSignatureForDebugging() {
        List<String> log =
                judged(OPTIONS, "From: a@reject.example", "reject.example pass; b.example fail; ? neutral")
                        .log()
                        .stream()
                        .filter(line -> line.severity() == LogLine.Severity.DEBUG)
                        .map(LogLine::text)
                        .filter(text -> text.contains("dkim="))
                        .toList();
        assertEquals(
                List.of(
                        "Q1: dkim=pass d=reject.example s=s a=rsa-sha256 2048 bits",
                        "Q1: dkim=fail reason=\"wanted by the test\" d=b.example s=s a=rsa-sha256 2048 bits",
                        "Q1: dkim=neutral reason=\"wanted by the test\""),
                log);
    }

    @Test
    void aChainOfListedSealersThatHoldsOverrides() {
        String options = OPTIONS + "DomainWhitelist lists.example";
        TestMessage message = new TestMessage()
                .fields("AR: mx.example.net; arc=pass arc.chain=lists.example & ARC-Seal: i=1; d=lists.example; s=arc"
                        + " & ARC-Authentication-Results: i=1; lists.example; arc=none smtp.remote-ip=192.0.2.7"
                        + " & From: a@reject.example");
        MailSystem system = MailSystem.with(options);
        assertEquals(
                "REJECT",
                system.judged(message, TestFindings.none())
                        .judgement()
                        .verdict()
                        .applied()
                        .name(),
                "a field says so, and nobody has proven it");
        assertEquals(
                "REJECT",
                system.judged(message, TestFindings.of("? neutral", false, "lists.example"))
                        .judgement()
                        .verdict()
                        .applied()
                        .name(),
                "it does not hold");
        Judgement judgement = system.judged(message, TestFindings.of("? neutral", true, "lists.example"))
                .judgement();
        assertEquals("ACCEPT", judgement.verdict().applied().name());
        assertTrue(judgement.evaluation().orElseThrow().arc().overrides());
        assertEquals(
                "[TRUSTED_FORWARDER]",
                judgement.evaluation().orElseThrow().overrides().toString());
        assertEquals(1, judgement.evaluation().orElseThrow().arc().sets().size(), "for reports");
    }

    private static Judgement judged(String options, String fields, String own) {
        return MailSystem.with(options)
                .judged(
                        new TestMessage()
                                .sender("<u@reject.example>")
                                .client("192.0.2.99")
                                .fields(fields),
                        own.equals("none") ? TestFindings.none() : TestFindings.of(own))
                .judgement();
    }

    private static String shown(List<Integer> places) {
        return places.isEmpty() ? "-" : places.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String results(HeaderField field) {
        return java.util.Arrays.stream(field.value().split("; "))
                .skip(1)
                .map(result -> result.split(" ")[0])
                .collect(Collectors.joining(" "));
    }
}
