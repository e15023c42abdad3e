package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.authres.AuthenticationResultsParser;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnDkim;
import org.dmarcmilter.evidence.OwnSpf;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;
import org.dmarcmilter.testing.TestFindings;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts that filters, Sieve rules and SpamAssassin search for, to the letter. */
class ResultFieldsTest {
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # status   | policy     | to apply   | shown      | field                                                                                                  | why
        PASS       | REJECT     | REJECT     | NONE       | mx.test.example; dmarc=pass (p=reject dis=none) header.from=example.com policy.dmarc=reject            | pass
        PASS       | NONE       | NONE       | NONE       | mx.test.example; dmarc=pass (p=none dis=none) header.from=example.com policy.dmarc=none                | pass, p=none
        NONE       | NONE       | NONE       | NONE       | mx.test.example; dmarc=none (p=none dis=none) header.from=example.com policy.dmarc=none                | no record
        FAIL       | NONE       | NONE       | NONE       | mx.test.example; dmarc=fail (p=none dis=none) header.from=example.com policy.dmarc=none                | fail, p=none
        FAIL       | QUARANTINE | QUARANTINE | NONE       | mx.test.example; dmarc=fail (p=quarantine dis=none) header.from=example.com policy.dmarc=quarantine    | fail, p=quarantine, not held
        FAIL       | QUARANTINE | QUARANTINE | QUARANTINE | mx.test.example; dmarc=fail (p=quarantine dis=quarantine) header.from=example.com policy.dmarc=quarantine | fail, held
        FAIL       | REJECT     | REJECT     | NONE       | mx.test.example; dmarc=fail (p=reject dis=none) header.from=example.com policy.dmarc=reject            | fail, p=reject, not rejected
        FAIL       | REJECT     | QUARANTINE | NONE       | mx.test.example; dmarc=fail (p=reject dis=none) header.from=example.com policy.dmarc=quarantine        | p=reject pct=0, or t=y
        FAIL       | REJECT     | QUARANTINE | QUARANTINE | mx.test.example; dmarc=fail (p=reject dis=quarantine) header.from=example.com policy.dmarc=quarantine  | the same, held
        FAIL       | QUARANTINE | NONE       | NONE       | mx.test.example; dmarc=fail (p=quarantine dis=none) header.from=example.com policy.dmarc=none          | p=quarantine pct=0, or t=y
        PASS       | REJECT     | QUARANTINE | NONE       | mx.test.example; dmarc=pass (p=reject dis=none) header.from=example.com policy.dmarc=quarantine        | a pass under t=y
        PERMERROR  | NONE       | NONE       | NONE       | mx.test.example; dmarc=permerror header.from=example.com                                               | bad record
        TEMPERROR  | REJECT     | REJECT     | NONE       | mx.test.example; dmarc=temperror header.from=example.com                                               | open question
        """)
    void dmarc(Status status, Policy policy, Policy toApply, Policy shown, String text, String why) {
        DmarcResult result = new DmarcResult(
                DomainName.of("example.com"),
                status,
                new Discovery.NoPolicy(""),
                policy,
                toApply,
                Optional.empty(),
                Optional.empty(),
                "");
        assertEquals(
                new HeaderField("Authentication-Results", text), ResultFields.dmarc("mx.test.example", result, shown));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # signatures                        | field                                                                                              | why
        a.example pass                      | mx.test.example; dkim=pass header.d=a.example header.i=@a.example header.s=s header.a=rsa-sha256 header.b=f2vc9m67 | one
        ? neutral                           | mx.test.example; dkim=neutral reason="wanted by the test"                                              | nothing could be read
        ? neutral; b.example policy         | mx.test.example; dkim=neutral reason="wanted by the test"; dkim=policy reason="wanted by the test" header.d=b.example header.i=@b.example header.s=s header.a=rsa-sha256 header.b=f2vc9m67 | in the order of the fields
        ? neutral; +1                       | mx.test.example; dkim=neutral reason="wanted by the test"; dkim=policy reason="1 more signature not checked" | one too many
        ? fail; +2 | mx.test.example; dkim=fail reason="wanted by the test"; dkim=policy reason="2 more signatures not checked" | two too many
        """)
    void ownDkim(String signatures, String text, String why) {
        assertEquals(
                text,
                ResultFields.dkim("mx.test.example", new OwnDkim(TestFindings.of(signatures)))
                        .value(),
                why);
    }

    @Test
    void aMessageWithoutSignature() {
        assertEquals(
                new HeaderField("Authentication-Results", "mx.test.example; dkim=none"),
                ResultFields.dkim("mx.test.example", new OwnDkim(TestFindings.none())));
    }

    @Test
    void ownArc() {
        assertEquals(
                "mx.test.example; dkim=neutral reason=\"wanted by the test\"; arc=pass smtp.remote-ip=192.0.2.7"
                        + " arc.chain=\"new.example:old.example\"",
                ResultFields.dkim(
                                "mx.test.example",
                                new OwnDkim(TestFindings.of("? neutral", true, "new.example", "old.example")))
                        .value());
        assertEquals(
                "mx.test.example; dkim=neutral reason=\"wanted by the test\"; arc=fail"
                        + " reason=\"the seal of set 1 did not verify\"",
                ResultFields.dkim(
                                "mx.test.example",
                                new OwnDkim(TestFindings.of("? neutral", false, "new.example", "old.example")))
                        .value());
    }

    /** What a sender writes into his i= stays in its place, and is read as it was meant. */
    @Test
    void nothingLeavesItsPlaceInTheFieldOfOwnDkim() {
        String identity = "x; dkim=pass header.d=bank.example (\"\\ \u00e9@a.example";
        DkimResult signature = new DkimResult(
                0,
                DkimResult.Code.PASS,
                "",
                DomainName.parse("a.example"),
                "s;(x",
                identity,
                "rsa-sha256",
                1024,
                "a/+=",
                true);
        String field = ResultFields.dkim(
                        "mx.test.example",
                        new OwnDkim(new DkimVerification.Findings(List.of(signature), 0, Optional.empty())))
                .value();
        assertEquals(
                "mx.test.example; dkim=pass (test mode) header.d=a.example"
                        + " header.i=\"x; dkim=pass header.d=bank.example (\\\"\\\\ ?@a.example\" header.s=\"s;(x\""
                        + " header.a=rsa-sha256 header.b=\"a/+=\"",
                field);
        Parsed.Field read = assertInstanceOf(Parsed.Field.class, AuthenticationResultsParser.parse(field));
        assertEquals(1, read.results().results().size());
        assertEquals(Optional.of("a.example"), read.results().results().get(0).property("header", "d"));
    }

    private static OwnSpf own(String domain, SpfIdentity.Scope scope, SpfResult.Code code) {
        SpfIdentity identity = scope == SpfIdentity.Scope.HELO
                ? new SpfIdentity(Optional.empty(), "", domain)
                : new SpfIdentity(Optional.empty(), "u@" + domain, "");
        return new OwnSpf(identity, DomainName.parse(domain), new SpfResult(code, ""));
    }

    @Test
    void jobIdIsQuoted() {
        assertEquals(
                "\"mx/QID123\"; spf=pass smtp.mailfrom=example.com",
                ResultFields.spf("mx/QID123", own("example.com", SpfIdentity.Scope.MAIL_FROM, SpfResult.Code.PASS))
                        .value());
        assertEquals(
                "\"mx/Q\"; dmarc=permerror", ResultFields.noAuthorDomain("mx/Q").value());
    }

    @Test
    void ownSpfCheckNamesTheIdentity() {
        assertEquals(
                "mx; spf=softfail smtp.mailfrom=example.com",
                ResultFields.spf("mx", own("example.com", SpfIdentity.Scope.MAIL_FROM, SpfResult.Code.SOFTFAIL))
                        .value());
        assertEquals(
                "mx; spf=fail smtp.helo=mail.example.com",
                ResultFields.spf("mx", own("mail.example.com", SpfIdentity.Scope.HELO, SpfResult.Code.FAIL))
                        .value());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a b               | "a b"
        a;dkim=pass       | "a;dkim=pass"
        x(comment         | "x(comment"
        "quoted           | "\\"quoted"
        [192.0.2.1]       | "[192.0.2.1]"
        b\u00fccher.example | "b?cher.example"
        """)
    void noIdentityEndsItsOwnProperty(String helo, String value) {
        assertEquals(
                "mx; spf=none smtp.helo=" + value,
                ResultFields.spf("mx", own(helo, SpfIdentity.Scope.HELO, SpfResult.Code.NONE))
                        .value());
    }

    @Test
    void softwareHeaderNamesTheMtaAndTheHost() {
        MessageFacts facts =
                new TestMessage().mtaName("mx.test.example").queueId("QID").facts();
        assertEquals(
                new HeaderField("DMARC-Filter", ProgramVersion.NAME_AND_VERSION + " mx.test.example QID"),
                ResultFields.software(facts, "MX.test.example"));
        assertEquals(
                new HeaderField("DMARC-Filter", ProgramVersion.NAME_AND_VERSION + " mx.test.example via box QID"),
                ResultFields.software(facts, "box"));
    }
}
