package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenDMARC's disposition table with our corrections; the author is mail.example.com, the policy domain example.com. */
class VerdictTest {
    private static final DomainName AUTHOR = DomainName.of("mail.example.com");

    @ParameterizedTest(name = "{7}")
    @CsvSource(delimiter = '|', textBlock = """
        # status  | policy     | disposition | arc   | options                   | answer     | shown/applied         | why
        PASS      | REJECT     | NONE        | false | RejectFailures yes        | accept     | NONE ACCEPT           | a pass
        NONE      | NONE       | NONE        | false | RejectFailures yes        | accept     | NONE ACCEPT           | no record
        PERMERROR | NONE       | NONE        | false | RejectFailures yes        | accept     | NONE ACCEPT           | bad record: accepted
        FAIL      | NONE       | NONE        | false | RejectFailures yes        | accept     | NONE ACCEPT           | G192: p=none with RejectFailures
        FAIL      | QUARANTINE | QUARANTINE  | false | ''                        | continue   | NONE ACCEPT           | quarantine, not held
        FAIL      | QUARANTINE | QUARANTINE  | false | RejectFailures yes        | continue   | NONE ACCEPT           | RejectFailures says nothing about quarantine
        FAIL      | QUARANTINE | QUARANTINE  | false | HoldQuarantinedMessages y | hold       | QUARANTINE QUARANTINE | G206: held without RejectFailures
        FAIL      | REJECT     | REJECT      | false | ''                        | continue   | NONE ACCEPT           | reject, not configured
        FAIL      | REJECT     | REJECT      | false | HoldQuarantinedMessages y | continue   | NONE ACCEPT           | reject is not quarantine
        FAIL      | REJECT     | REJECT      | false | RejectFailures yes        | reject     | NONE REJECT           | rejected
        FAIL      | REJECT     | QUARANTINE  | false | RejectFailures yes        | continue   | NONE ACCEPT           | reject sampled out
        FAIL      | REJECT     | QUARANTINE  | false | HoldQuarantinedMessages y | hold       | QUARANTINE QUARANTINE | G195: sampled out of reject is quarantine (RFC 7489, 6.6.4)
        FAIL      | QUARANTINE | NONE        | false | HoldQuarantinedMessages y | continue   | NONE ACCEPT           | quarantine sampled out
        FAIL      | REJECT     | REJECT      | true  | RejectFailures yes        | accept     | NONE ACCEPT           | ARC rescues reject
        FAIL      | QUARANTINE | QUARANTINE  | true  | HoldQuarantinedMessages y | accept     | NONE ACCEPT           | G205: ARC rescues quarantine
        TEMPERROR | NONE       | NONE        | false | RejectFailures yes        | accept     | NONE ACCEPT           | open question, nothing at stake
        TEMPERROR | REJECT     | REJECT      | false | RejectFailures yes        | tempfail   | NONE TEMPFAIL         | open question, a failure would be rejected
        TEMPERROR | REJECT     | REJECT      | false | ''                        | accept     | NONE ACCEPT           | a failure would not
        TEMPERROR | REJECT     | QUARANTINE  | false | RejectFailures yes        | accept     | NONE ACCEPT           | nor would one that is sampled out
        TEMPERROR | REJECT     | QUARANTINE  | false | HoldQuarantinedMessages y | tempfail   | NONE TEMPFAIL         | but it would be held
        TEMPERROR | QUARANTINE | QUARANTINE  | false | HoldQuarantinedMessages y | tempfail   | NONE TEMPFAIL         | open question, a failure would be held
        TEMPERROR | REJECT     | REJECT      | true  | RejectFailures yes        | accept     | NONE ACCEPT           | ARC would rescue a failure, and so this
        TEMPERROR | REJECT     | REJECT      | false | RejectFailures yes;OnTemporaryError policy | tempfail | NONE TEMPFAIL | the default, said
        TEMPERROR | REJECT     | REJECT      | false | RejectFailures yes;OnTemporaryError accept | accept | NONE ACCEPT | open question, accept
        TEMPERROR | NONE       | NONE        | false | OnTemporaryError tempfail | tempfail   | NONE TEMPFAIL         | open question, tempfail
        TEMPERROR | REJECT     | REJECT      | true  | OnTemporaryError tempfail | tempfail   | NONE TEMPFAIL         | ARC answers no open question
        PERMERROR | NONE       | NONE        | false | OnTemporaryError tempfail | accept     | NONE ACCEPT           | a permanent error is not temporary
        """)
    void decides(
            Status status,
            Policy policy,
            Policy disposition,
            boolean arc,
            String options,
            String answer,
            String shownAndApplied,
            String why)
            throws ConfigException {
        Verdict verdict = Verdict.of(result(status, policy, disposition), false, arc, handling(options));
        assertEquals(answer, answer(verdict));
        assertEquals(shownAndApplied, verdict.shown() + " " + verdict.applied());
    }

    @Test
    void repliesNameThePolicyDomain() throws ConfigException {
        DmarcResult reject = result(Status.FAIL, Policy.REJECT, Policy.REJECT);
        assertEquals(
                new Verdict.Refuse(550, "5.7.1", "rejected by DMARC policy for example.com"),
                Verdict.of(reject, false, false, handling("RejectFailures yes")));
        DmarcResult quarantine = result(Status.FAIL, Policy.QUARANTINE, Policy.QUARANTINE);
        assertEquals(
                new Verdict.Hold("quarantined by DMARC policy for example.com"),
                Verdict.of(quarantine, false, false, handling("HoldQuarantinedMessages yes")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        see https://dmarc.example/?d=%s     | see https://dmarc.example/?d=example.com
        no domain named                     | no domain named
        100%% %d %n %x %s                   | 100%% %d %n %x example.com
        %s                                  | example.com
        """)
    void substitutesPlainly(String rejectString, String text) throws ConfigException {
        Verdict verdict = Verdict.of(
                result(Status.FAIL, Policy.REJECT, Policy.REJECT),
                false,
                false,
                handling("RejectFailures yes;RejectString " + rejectString));
        assertEquals(new Verdict.Refuse(550, "5.7.1", text), verdict);
    }

    /** Who brings us to our limits gets nothing past them, and what no answer could change stays as it is. */
    @ParameterizedTest(name = "{0} {1} arc={2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
        TEMPERROR | NONE   | false |                                                | 451
        TEMPERROR | REJECT | true  | OnTemporaryError accept                        | 451
        FAIL      | REJECT | false | RejectFailures yes                             | 451
        FAIL      | REJECT | false |                                                | 451
        FAIL      | REJECT | true  | RejectFailures yes                             | accept
        FAIL      | NONE   | false | RejectFailures yes                             | accept
        PASS      | REJECT | false | RejectFailures yes;OnTemporaryError tempfail   | accept
        NONE      | NONE   | false | RejectFailures yes;OnTemporaryError tempfail   | accept
        PERMERROR | NONE   | false | RejectFailures yes;OnTemporaryError tempfail   | accept
        """)
    void aLimitOfOursLeavesOpenWhatAnAnswerMightChange(
            Status status, Policy policy, boolean arc, String options, String expected) throws ConfigException {
        Verdict verdict =
                Verdict.of(result(status, policy, policy), true, arc, handling(options == null ? "" : options));
        assertEquals(
                expected.equals("451")
                        ? new Verdict.Refuse(
                                451,
                                "4.7.1",
                                "DMARC check of mail.example.com could not be completed within the limits of this server,"
                                        + " please try again later")
                        : new Verdict.Accept(),
                verdict);
    }

    private static Settings.Handling handling(String options) throws ConfigException {
        return Settings.from(ConfigFile.parse(options.replace(";", "\n"))).handling();
    }

    private static DmarcResult result(Status status, Policy policy, Policy disposition) {
        DmarcRecord record = new DmarcRecord(
                policy,
                Optional.empty(),
                Optional.empty(),
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                100,
                false,
                DmarcRecord.Psd.UNKNOWN,
                List.of("0"),
                86_400,
                List.of(),
                List.of());
        return new DmarcResult(
                AUTHOR,
                status,
                new Discovery.Found(record, DomainName.of("example.com"), true, true, List.of()),
                policy,
                disposition,
                Optional.empty(),
                Optional.empty(),
                "");
    }

    private static String answer(Verdict verdict) {
        if (verdict instanceof Verdict.Refuse refuse) {
            return refuse.applied().word();
        }
        return verdict.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }
}
