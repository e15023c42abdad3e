package org.dmarcmilter.report;

import static org.dmarcmilter.testing.TestEvaluation.dkim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.message.HeaderField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureConditionsTest {
    private static FailureReportSettings settings(boolean onNone, String bcc) {
        return new FailureReportSettings(
                true,
                onNone,
                Optional.of(bcc).filter(text -> !text.isEmpty()),
                Optional.empty(),
                "true",
                NoReportsList.NONE);
    }

    @ParameterizedTest(name = "{6}")
    @CsvSource(delimiter = '|', textBlock = """
        # status  | policy     | ruf   | OnNone | bcc           | report | why
        FAIL      | REJECT     | true  | false  | ''            | true   | the plain case
        FAIL      | QUARANTINE | true  | false  | ''            | true   | quarantine too
        FAIL      | NONE       | true  | false  | ''            | false  | not for p=none
        FAIL      | NONE       | true  | true   | ''            | true   | unless FailureReportsOnNone
        FAIL      | REJECT     | false | false  | ''            | false  | nobody asked
        FAIL      | REJECT     | false | false  | b@our.example | true   | our own copy
        FAIL      | NONE       | false | false  | b@our.example | false  | our own copy follows the same rule
        PASS      | REJECT     | true  | false  | b@our.example | false  | nothing failed
        PASS      | REJECT     | false | false  | b@our.example | false  | nothing failed
        TEMPERROR | REJECT     | true  | false  | ''            | false  | an open verdict is no failure
        PERMERROR | REJECT     | true  | true   | ''            | false  | nothing applied
        """)
    void followsTheOptions(
            Status status, Policy policy, boolean ruf, boolean onNone, String bcc, boolean report, String why) {
        Notices message = new Notices();
        message.status = status;
        message.policy = policy;
        message.ruf = ruf ? message.ruf : List.of();
        assertEquals(report, FailureConditions.met(message.notice(), settings(onNone, bcc)), why);
    }

    @ParameterizedTest(name = "{6}")
    @CsvSource(delimiter = '|', textBlock = """
        # fo  | status | DKIM aligned | SPF aligned | DKIM      | SPF      | report: why
        0     | FAIL   | false        | false       | none      | none     | true: 0 and no aligned pass
        0     | PASS   | true         | false       | pass      | fail     | false: 0 and one aligned pass
        1     | PASS   | true         | false       | pass      | fail     | true: 1 and not both aligned
        1     | PASS   | true         | true        | pass      | pass     | false: 1 and both aligned
        d     | PASS   | true         | true        | fail      | pass     | true: d and a failed signature
        d     | PASS   | true         | true        | permerror | pass     | true: d and a broken signature
        d     | FAIL   | false        | false       | temperror | fail     | false: d and no signature that was evaluated
        d     | FAIL   | false        | false       | none      | fail     | false: d and no signature
        s     | PASS   | true         | false       | pass      | fail     | true: s and SPF fail
        s     | PASS   | true         | false       | pass      | SoftFail | true: s and SPF softfail
        s     | FAIL   | false        | false       | fail      | none     | false: s and no SPF
        d:s   | FAIL   | false        | false       | fail      | none     | true: any of them
        0:s   | FAIL   | false        | false       | none      | none     | true: any of them (0)
        ''    | FAIL   | false        | false       | none      | none     | true: 0 is the default
        x     | FAIL   | false        | false       | fail      | fail     | false: nothing known is asked for
        """)
    void honoursFo(
            String fo,
            Status status,
            boolean dkimAligned,
            boolean spfAligned,
            String dkim,
            String spf,
            String reportWhy) {
        Notices message = new Notices();
        message.fo = fo.isEmpty() ? List.of() : List.of(fo.split(":"));
        message.status = status;
        message.dkimAligned = dkimAligned;
        message.spfAligned = spfAligned;
        message.dkim = List.of(dkim("example.com", "s", "pass"), dkim("other.example", "s", dkim));
        message.spf = spf;
        boolean report = FailureConditions.met(message.notice(), settings(false, ""));
        assertEquals(reportWhy.startsWith("true"), report, reportWhy);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # field          | value                                                    | report | why
        Content-Type     | multipart/report; report-type=feedback-report            | false  | another's failure report
        content-type     | Multipart/Report;%n%treport-type=delivery-status         | false  | a bounce
        Content-Type     | message/feedback-report                                  | false  | a bare report
        Content-Type     | multipart/mixed                                          | true   | ordinary mail
        Auto-Submitted   | auto-generated                                           | false  | a machine, such as our own reporter
        Auto-Submitted   | Auto-Replied (vacation)                                  | false  | an answer
        Auto-Submitted   | no                                                       | true   | a person
        Auto-Submitted   | No (really)                                              | true   | a person
        Auto-Submitted   | notify                                                   | false  | any other word is a machine's
        Auto-Submitted   | ''                                                       | true   | says nothing
        Subject          | multipart/report                                         | true   | only a subject
        """)
    void neverReportsAboutReports(String field, String value, boolean report, String why) {
        Notices message = new Notices();
        message.headers =
                List.of(new HeaderField(field, value.replace("%n", "\n").replace("%t", "\t")));
        assertEquals(report, FailureConditions.met(message.notice(), settings(false, "")), why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"true, reports that fo=0 wants", "false, our own copy"})
    void neverReportsAboutTheNullSender(boolean asked, String why) {
        Notices message = new Notices();
        message.ruf = asked ? message.ruf : List.of();
        assertTrue(FailureConditions.met(message.notice(), settings(false, "b@our.example")), why);
        message.envelopeSender = "";
        assertFalse(FailureConditions.met(message.notice(), settings(false, "b@our.example")), why);
    }

    /** Whatever host it comes back to, a report of ours is the end of the matter. */
    @Test
    void neverReportsAboutOurOwnReports() {
        String mail = new FailureReport(
                        "a@mx.test.example",
                        List.of("f@example.com"),
                        Optional.empty(),
                        Instant.EPOCH,
                        "dmarc-milter/1.0.0",
                        "b",
                        new Notices().notice(),
                        Optional.empty())
                .text();
        String header = mail.substring(0, mail.indexOf("\n\n")).replace("\n\t", " ");
        List<HeaderField> fields = header.lines()
                .map(line ->
                        new HeaderField(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2)))
                .toList();
        for (String mark : List.of("Auto-Submitted", "Content-Type")) {
            Notices message = new Notices();
            message.headers = fields.stream().filter(field -> field.is(mark)).toList();
            assertEquals(1, message.headers.size(), mark);
            assertFalse(FailureConditions.met(message.notice(), settings(true, "b@our.example")), mark);
        }
    }

    @Test
    void needsARecordAndTheOption() {
        Notices message = new Notices();
        FailureReportSettings off = new FailureReportSettings(
                false, true, Optional.of("b@our.example"), Optional.empty(), "", NoReportsList.NONE);
        assertFalse(FailureConditions.met(message.notice(), off));
        message.discovery = Optional.of(new Discovery.NoPolicy("none"));
        assertFalse(FailureConditions.met(message.notice(), settings(true, "b@our.example")));
    }

    @Test
    void tellsPublicSuffixDomainsNothing() {
        Notices message = new Notices();
        message.psd = DmarcRecord.Psd.YES;
        assertFalse(FailureConditions.met(message.notice(), settings(false, "")));
        assertTrue(FailureConditions.met(message.notice(), settings(false, "b@our.example")), "our own copy");
    }
}
