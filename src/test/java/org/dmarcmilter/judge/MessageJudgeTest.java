package org.dmarcmilter.judge;

import static org.dmarcmilter.testing.Shown.answer;
import static org.dmarcmilter.testing.Shown.log;
import static org.dmarcmilter.testing.Shown.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.Asker;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.judge.LogLine.Severity;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole judgements. The zone is {@link MailSystem}'s: each domain is named after what its owner asks for. */
class MessageJudgeTest {
    private static final String PASS = "AR: mx.example.net; dkim=pass header.d=";

    /** All of it: what is answered, what is inserted (from the bottom up, without the authserv-id), what is logged. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                     | fields                                                        | answer                                              | inserted                                                                                  | log                                                                 | why
        ''                            | From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept                             | dmarc=pass (p=reject dis=none) header.from=reject.example policy.dmarc=reject              | INFO Q1: reject.example pass                                        | pass by DKIM
        ''                            | From: a@mail.reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept                        | dmarc=pass (p=reject dis=none) header.from=mail.reject.example policy.dmarc=reject         | INFO Q1: mail.reject.example pass                                   | pass by DKIM, relaxed, inherited record
        ''                            | From: a@strict.example & AR: mx.example.net; dkim=pass header.d=mail.strict.example | continue                      | dmarc=fail (p=reject dis=none) header.from=strict.example policy.dmarc=reject              | INFO Q1: strict.example fail                                        | strict alignment
        ''                            | From: a@strict.example & AR: mx.example.net; dkim=pass header.i=@strict.example | continue                          | dmarc=fail (p=reject dis=none) header.from=strict.example policy.dmarc=reject              | INFO Q1: strict.example fail                                        | C101: header.i proves no strict alignment
        ''                            | From: a@reject.example & AR: mx.example.net; dkim=pass header.i=@reject.example | accept                            | dmarc=pass (p=reject dis=none) header.from=reject.example policy.dmarc=reject              | INFO Q1: reject.example pass                                        | C101: but relaxed alignment
        ''                            | From: a@none.example                                          | accept                                              | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | INFO Q1: none.example fail                                          | fail, p=none
        RejectFailures yes            | From: a@none.example                                          | accept                                              | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | INFO Q1: none.example fail                                          | fail, p=none, rejecting
        ''                            | From: a@quarantine.example                                    | continue                                            | dmarc=fail (p=quarantine dis=none) header.from=quarantine.example policy.dmarc=quarantine  | INFO Q1: quarantine.example fail                                    | fail, p=quarantine
        HoldQuarantinedMessages yes   | From: a@quarantine.example                                    | hold: quarantined by DMARC policy for quarantine.example | dmarc=fail (p=quarantine dis=quarantine) header.from=quarantine.example policy.dmarc=quarantine | INFO Q1: quarantine.example fail                         | fail, held
        ''                            | From: a@reject.example                                        | continue                                            | dmarc=fail (p=reject dis=none) header.from=reject.example policy.dmarc=reject              | INFO Q1: reject.example fail                                        | fail, p=reject
        RejectFailures yes            | From: a@reject.example                                        | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | INFO Q1: reject.example fail                                        | fail, rejected
        RejectFailures yes            | From: a@Mail.Reject.Example                                   | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | INFO Q1: mail.reject.example fail                                   | the reply names the policy domain
        RejectFailures yes;RejectString bad: %s | From: a@reject.example                              | 550 5.7.1 bad: reject.example                       | ''                                                                                         | INFO Q1: reject.example fail                                        | RejectString
        RejectFailures yes            | From: a@x.parent.example                                      | 550 5.7.1 rejected by DMARC policy for parent.example | ''                                                                                       | INFO Q1: x.parent.example fail                                      | sp for a subdomain
        RejectFailures yes            | From: a@parent.example                                        | accept                                              | dmarc=fail (p=none dis=none) header.from=parent.example policy.dmarc=none                  | INFO Q1: parent.example fail                                        | p for the domain itself
        RejectFailures yes            | From: a@sampled.example                                       | continue                                            | dmarc=fail (p=reject dis=none) header.from=sampled.example policy.dmarc=quarantine         | INFO Q1: sampled.example fail                                       | G195: pct=0, not held
        RejectFailures yes;HoldQuarantinedMessages yes | From: a@sampled.example                      | hold: quarantined by DMARC policy for sampled.example | dmarc=fail (p=reject dis=quarantine) header.from=sampled.example policy.dmarc=quarantine | INFO Q1: sampled.example fail                                       | G195: pct=0, quarantined
        HoldQuarantinedMessages yes   | From: a@sampledquarantine.example                             | continue                                            | dmarc=fail (p=quarantine dis=none) header.from=sampledquarantine.example policy.dmarc=none | INFO Q1: sampledquarantine.example fail                       | quarantine sampled out
        ''                            | From: a@sampled.example & AR: mx.example.net; dkim=pass header.d=sampled.example | accept                           | dmarc=pass (p=reject dis=none) header.from=sampled.example policy.dmarc=quarantine         | INFO Q1: sampled.example pass                                       | a pass under pct=0
        DMARCStandard rfc9989         | From: a@testing.example                                       | continue                                            | dmarc=fail (p=reject dis=none) header.from=testing.example policy.dmarc=quarantine         | INFO Q1: testing.example fail                                       | t=y
        DMARCStandard rfc9989         | From: a@sampled.example                                       | continue                                            | dmarc=fail (p=reject dis=none) header.from=sampled.example policy.dmarc=reject             | INFO Q1: sampled.example fail                                       | RFC 9989 knows no pct
        ''                            | From: a@testing.example                                       | continue                                            | dmarc=fail (p=reject dis=none) header.from=testing.example policy.dmarc=reject             | INFO Q1: testing.example fail                                       | RFC 7489 knows no t
        RejectFailures yes            | From: a@nodmarc.example                                       | accept                                              | dmarc=none (p=none dis=none) header.from=nodmarc.example policy.dmarc=none                 | INFO Q1: nodmarc.example none                                       | no record
        RejectFailures yes            | From: a@broken.example                                        | accept                                              | dmarc=temperror header.from=broken.example                                                 | INFO Q1: broken.example temperror                                   | E150: the DNS does not answer
        RejectFailures yes            | From: a@broken.reject.example                                 | 451 4.7.1 DMARC check of broken.reject.example could not be completed, please try again later | ''                                               | INFO Q1: broken.reject.example temperror                            | nor for a subdomain: the organization's policy is at stake
        RejectFailures yes            | From: a@broken.reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept                      | dmarc=temperror header.from=broken.reject.example                                          | INFO Q1: broken.reject.example temperror                            | the organization speaks for it
        RejectFailures yes            | From: a@broken.none.example                                   | accept                                              | dmarc=temperror header.from=broken.none.example                                            | INFO Q1: broken.none.example temperror                              | nothing is at stake
        OnTemporaryError tempfail     | From: a@broken.example                                        | 451 4.7.1 DMARC check of broken.example could not be completed, please try again later | ''                                                      | INFO Q1: broken.example temperror                                   | the DNS does not answer, tempfail
        RejectFailures yes            | From: a@reject.example & AR: mx.example.net; dkim=temperror header.d=reject.example | 451 4.7.1 DMARC check of reject.example could not be completed, please try again later | ''  | INFO Q1: reject.example temperror                                   | C103: an aligned DKIM temperror
        RejectFailures yes;OnTemporaryError accept | From: a@reject.example & AR: mx.example.net; dkim=temperror header.d=reject.example | accept           | dmarc=temperror header.from=reject.example                                                 | INFO Q1: reject.example temperror                                   | the same, where it is wanted
        ''                            | From: a@reject.example & AR: mx.example.net; dkim=temperror header.d=reject.example | accept                        | dmarc=temperror header.from=reject.example                                                 | INFO Q1: reject.example temperror                                   | the same, where nothing is rejected
        RejectFailures yes;DomainWhitelist arc.example | From: a@reject.example & AR: mx.example.net; dkim=temperror header.d=reject.example; arc=pass arc.chain=arc.example | accept | dmarc=temperror header.from=reject.example     | INFO Q1: reject.example temperror                                   | a trusted ARC chain speaks for it
        RejectFailures yes            | From: a@reject.example, b@quarantine.example & AR: mx.example.net; dkim=temperror header.d=reject.example | 451 4.7.1 DMARC check of reject.example could not be completed, please try again later | '' | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example temperror | a failure that is delivered does not close an open question
        HoldQuarantinedMessages yes;RejectFailures yes | From: a@reject.example, b@quarantine.example & AR: mx.example.net; dkim=temperror header.d=reject.example | 451 4.7.1 DMARC check of reject.example could not be completed, please try again later | '' | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example temperror | nor does one that is held
        RejectFailures yes            | From: a@reject.example, b@strict.example & AR: mx.example.net; dkim=temperror header.d=reject.example | 550 5.7.1 rejected by DMARC policy for strict.example | '' | ERROR Q1: multi-valued From field detected / INFO Q1: strict.example fail | one that is rejected does
        RejectFailures yes            | From: a@bad.example                                           | accept                                              | dmarc=permerror header.from=bad.example                                                    | ERROR Q1: DMARC record of bad.example is unusable: *                | bad record: an error line, no result line
        RejectFailures yes            | To: b@example.net                                             | accept                                              | dmarc=permerror                                                                            | INFO Q1: RFC5322 requirement error: missing From field; accepting   | no From
        RequiredFrom yes              | To: b@example.net                                             | 550 5.7.1 missing From field                        | ''                                                                                         | INFO Q1: RFC5322 requirement error: missing From field; reject      | no From, required
        ''                            | From: joe                                                     | accept                                              | dmarc=permerror                                                                            | ERROR Q1: unable to parse From header field: *                      | malformed From
        RequiredFrom yes              | From: joe                                                     | 550 5.7.1 From field names no valid domain          | ''                                                                                         | ERROR Q1: unable to parse From header field: *                      | malformed From, RequiredFrom
        RequiredHeaders yes           | From: joe & Date: x                                           | 550 5.7.1 From field names no valid domain          | ''                                                                                         | ERROR Q1: unable to parse From header field: *                      | malformed From, RequiredHeaders
        RejectFailures yes            | From: a@nodmarc.example & From: a@reject.example              | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | A32: two From fields, each is evaluated
        RejectFailures yes            | From: a@reject.example & From: b@reject.example               | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | A31: two From fields that agree
        RejectFailures yes            | From: a@reject.example & From: b@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept | dmarc=permerror                                                                             | ERROR Q1: multi-valued From field detected                          | A31: but no pass for two From fields
        RequiredFrom yes              | From: a@none.example & From: b@none.example                   | 550 5.7.1 multiple From fields                      | ''                                                                                         | ERROR Q1: multi-valued From field detected                          | two From fields, RequiredFrom
        RejectMultiValueFrom yes      | From: a@none.example & From: b@none.example                   | reject                                              | ''                                                                                         | ERROR Q1: multi-valued From field detected                          | two From fields are several values
        RejectFailures yes            | From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example header.d=evil.example | 550 5.7.1 rejected by DMARC policy for reject.example | '' | INFO Q1: reject.example fail                                        | a result that contradicts itself counts for nobody
        RequiredHeaders yes           | From: a@none.example                                          | 550 5.7.1 missing Date field                        | ''                                                                                         | INFO Q1: RFC5322 requirement error: missing Date field              | I263: no Date
        RequiredHeaders yes           | From: a@none.example & Date: x & Subject: a & Subject: b      | 550 5.7.1 multiple Subject fields                   | ''                                                                                         | INFO Q1: RFC5322 requirement error: multiple Subject fields         | two Subjects
        RequiredHeaders yes           | From: a@none.example & From: a@none.example & Date: x         | 550 5.7.1 multiple From fields                      | ''                                                                                         | INFO Q1: RFC5322 requirement error: multiple From fields            | two From fields, required
        RequiredHeaders yes           | Date: x                                                       | 550 5.7.1 missing From field                        | ''                                                                                         | INFO Q1: RFC5322 requirement error: missing From field              | no From, RequiredHeaders
        RequiredHeaders yes           | From: a@none.example & Date: x                                | accept                                              | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | INFO Q1: none.example fail                                          | all there
        IgnoreMailFrom reject.example | From: a@Reject.example                                        | accept                                              | ''                                                                                         | INFO Q1: ignoring mail from reject.example                          | IgnoreMailFrom
        IgnoreMailFrom reject.example | From: a@mail.reject.example                                   | continue                                            | dmarc=fail (p=reject dis=none) header.from=mail.reject.example policy.dmarc=reject         | INFO Q1: mail.reject.example fail                                   | IgnoreMailFrom: no subdomains
        IgnoreMailFrom sender.example | From: a@reject.example                                        | continue                                            | dmarc=fail (p=reject dis=none) header.from=reject.example policy.dmarc=reject              | INFO Q1: reject.example fail                                        | IgnoreMailFrom is not the envelope sender
        RejectMultiValueFrom yes      | From: a@reject.example, b@none.example                        | reject                                              | ''                                                                                         | ERROR Q1: multi-valued From field detected                          | several authors, rejected
        RejectFailures yes            | From: a@none.example, b@reject.example                        | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | several authors: the strictest failing one
        RejectFailures yes            | From: a@reject.example, b@none.example                        | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | the order does not matter
        RejectFailures yes            | From: a@reject.example, b@none.example & AR: mx.example.net; dkim=pass header.d=none.example | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | a pass of the one is no pass of the other
        RejectFailures yes            | From: a@reject.example, b@none.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept             | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | ERROR Q1: multi-valued From field detected / INFO Q1: none.example fail | the failing one counts
        ''                            | From: a@nodmarc.example, b@other.example                      | accept                                              | dmarc=permerror                                                                            | ERROR Q1: multi-valued From field detected                          | several authors, nothing fails: no pass for anybody
        OnTemporaryError tempfail     | From: a@broken.example, b@none.example                        | 451 4.7.1 DMARC check of broken.example could not be completed, please try again later | ''                                                      | ERROR Q1: multi-valued From field detected / INFO Q1: broken.example temperror | an open question is not closed by a p=none of one's own
        RejectFailures yes            | From: a@broken.example, b@reject.example                      | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                                                                       | ERROR Q1: multi-valued From field detected / INFO Q1: reject.example fail | but by a reject
        AuthservIDWithJobID yes       | From: a@none.example                                          | accept                                              | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | INFO Q1: none.example fail                                          | job id in the authserv-id
        AuthservIDWithJobID yes       | From: a@none.example & AR: "mx.example.net/Q1"; dkim=pass header.d=none.example | accept                            | dmarc=pass (p=none dis=none) header.from=none.example policy.dmarc=none                    | INFO Q1: none.example pass                                          | job id read back
        ''                            | From: a@none.example & ARC-Seal: none                         | accept                                              | dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none                    | WARNING Q1: ignoring invalid ARC-Seal header "none" / INFO Q1: none.example fail | an invalid ARC field
        RejectFailures yes;DomainWhitelist arc.example | From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=arc.example | accept     | dmarc=fail (p=reject dis=none) header.from=reject.example policy.dmarc=reject              | NOTICE Q1: ARC pass, policy pass > overriding DMARC fail / INFO Q1: reject.example fail | ARC override
        RejectFailures yes;DomainWhitelist arc.example | From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=evil.example | 550 5.7.1 rejected by DMARC policy for reject.example | ''                                   | NOTICE Q1: ARC pass, policy fail > continuing DMARC eval / INFO Q1: reject.example fail | ARC sealer not listed
        HoldQuarantinedMessages yes;DomainWhitelist arc.example | From: a@quarantine.example & AR: mx.example.net; arc=pass arc.chain=arc.example | accept | dmarc=fail (p=quarantine dis=none) header.from=quarantine.example policy.dmarc=quarantine | NOTICE Q1: ARC pass, policy pass > overriding DMARC fail / INFO Q1: quarantine.example fail | G205: ARC override of quarantine
        DomainWhitelist arc.example   | From: a@reject.example & AR: mx.example.net; arc=pass arc.chain=arc.example; dkim=pass header.d=reject.example | accept | dmarc=pass (p=reject dis=none) header.from=reject.example policy.dmarc=reject         | INFO Q1: reject.example pass                                        | ARC says nothing about a pass
        """)
    void judges(String options, String fields, String answer, String inserted, String log, String why) {
        Judgement judgement = MailSystem.with(options).judge("<user@sender.example>", fields);
        assertEquals(answer, answer(judgement.verdict()));
        String id = options.startsWith("AuthservIDWithJobID") ? "\"mx.example.net/Q1\"; " : "mx.example.net; ";
        assertEquals(inserted.isEmpty() ? List.of() : List.of(id + inserted), values(judgement));
        String lines = log(judgement);
        if (log.endsWith("*")) {
            assertTrue(lines.startsWith(log.substring(0, log.length() - 1)) && lines.length() > log.length(), lines);
        } else {
            assertEquals(log, lines);
        }
    }

    /** {@code SPFSelfValidate} is off. Anybody may write a Received-SPF field: it is believed as far as it is true. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # client    | sender                | fields                                                                 | result    | recorded  | why
        192.0.2.10  | <u@reject.example>    | Received-SPF: pass                                                     | pass      | pass      | the DNS says the same
        192.0.2.10  | <u@reject.example>    | Received-SPF: temperror                                                | pass      | pass      | the DNS says more
        192.0.2.11  | <u@reject.example>    | Received-SPF: pass                                                     | fail      | fail      | the owner of the domain says no
        192.0.2.11  | <u@reject.example>    | Received-SPF: temperror                                                | fail      | fail      | the same, where nobody is said to know
        192.0.2.10  | <u@nospf.example>     | Received-SPF: pass                                                     | fail      | none      | the owner says nothing
        192.0.2.10  | <u@brokenspf.example> | Received-SPF: pass                                                     | temperror | temperror | nobody knows
        192.0.2.10  | <u@brokenspf.example> | AR: mx.example.net; spf=fail smtp.mailfrom=brokenspf.example & Received-SPF: pass | fail | fail | a trusted checker knows more than we
        192.0.2.10  | <u@reject.example>    | AR: mx.example.net; spf=fail smtp.mailfrom=reject.example & Received-SPF: pass | pass | pass  | a proven pass stands beside a failure, as in the own check
        192.0.2.11  | <u@reject.example>    | AR: mx.example.net; spf=softfail smtp.mailfrom=reject.example & Received-SPF: pass | fail | softfail | a disproved one changes nothing
        127.0.0.1   | <u@nospf.example>     | Received-SPF: pass                                                     | pass      | pass      | from this host itself: nothing to check
        ''          | <u@reject.example>    | Received-SPF: pass                                                     | fail      | -         | a client without address proves nothing
        """)
    void provesReceivedSpf(String client, String sender, String fields, String result, String recorded, String why) {
        String domain = sender.substring(sender.indexOf('@') + 1, sender.length() - 1);
        Judgement judgement = MailSystem.with("")
                .txt("_dmarc." + domain, "v=DMARC1; p=reject")
                .judge(new TestMessage()
                        .sender(sender)
                        .client(client)
                        .fields(fields + " identity=mailfrom; envelope-from=u@" + domain + " & From: a@" + domain));
        assertEquals(result, judgement.result().orElseThrow().status().word(), why);
        assertEquals(
                recorded,
                judgement
                        .evaluation()
                        .orElseThrow()
                        .spf()
                        .map(spf -> spf.result().text())
                        .orElse("-"),
                why);
        assertEquals(1, judgement.headers().size(), "no result field of a check that was not asked for");
    }

    /** The same for a bounce: what the field says about the HELO name, reject.example, is proven and counts (RFC 7208, section 2.4). */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # client    | sender   | Received-SPF                                                                 | result | recorded       | why
        192.0.2.10  | <>       | Pass (x) identity=helo; helo=reject.example; envelope-from=<>                | pass   | pass HELO      | as pypolicyd-spf writes it
        192.0.2.10  | <>       | Pass identity=helo; helo=REJECT.example.; client-ip=192.0.2.10               | pass   | pass HELO      | without an envelope sender, in another spelling
        192.0.2.10  | <>       | Pass identity=mailfrom; helo=reject.example; envelope-from=""                | pass   | pass HELO      | the HELO name stands for the empty sender
        192.0.2.10  | <>       | Pass identity=mailfrom; envelope-from=postmaster@reject.example              | pass   | pass HELO      | postmaster at the HELO name is the same
        192.0.2.10  | <>       | TempError identity=helo; helo=reject.example                                 | pass   | pass HELO      | an open question is closed by our own check
        192.0.2.11  | <>       | Pass identity=helo; helo=reject.example                                      | fail   | fail HELO      | forged: the owner of the name says no
        192.0.2.10  | <>       | Fail identity=helo; helo=reject.example                                      | fail   | fail HELO      | a failure is believed as it stands
        192.0.2.10  | <>       | Pass identity=helo; helo=other.example                                       | fail   | neutral HELO   | about another name than the client gave
        192.0.2.10  | <>       | Pass identity=helo                                                           | fail   | neutral HELO   | about no name
        192.0.2.10  | <>       | Pass helo=reject.example                                                     | fail   | neutral HELO   | it does not say what was checked
        192.0.2.10  | <>       | Pass identity=mailfrom; helo=reject.example; envelope-from=u@other.example   | fail   | neutral HELO   | another sender was checked
        192.0.2.10  | <u@none.example> | Pass identity=helo; helo=reject.example                              | fail   | neutral HELO   | CVE-2019-20790: not for a sender that has a domain
        192.0.2.10  | <root>   | Pass identity=helo; helo=reject.example                                      | fail   | neutral HELO   | nor for one that has none and is not null
        127.0.0.1   | <>       | Pass identity=helo; helo=reject.example                                      | pass   | pass HELO      | from this host itself: nothing to check
        ''          | <>       | Pass identity=helo; helo=reject.example                                      | fail   | -              | a client without address proves nothing
        """)
    void provesReceivedSpfOfABounce(
            String client, String sender, String field, String result, String recorded, String why) {
        Judgement judgement = MailSystem.with("")
                .judge(new TestMessage()
                        .sender(sender)
                        .client(client)
                        .helo("reject.example")
                        .fields("Received-SPF: " + field + " & From: a@reject.example"));
        assertEquals(result, judgement.result().orElseThrow().status().word(), why);
        assertEquals(
                recorded,
                judgement
                        .evaluation()
                        .orElseThrow()
                        .spf()
                        .map(spf -> spf.result().text() + " " + spf.scope())
                        .orElse("-"),
                why);
    }

    /** {@code SPFSelfValidate} is on; the client is 192.0.2.10 and greets as reject.example. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
        # sender                  | fields                                                                                   | SPF field                                   | SPF log                                       | result    | why
        <u@reject.example>        | From: a@reject.example                                                                   | spf=pass smtp.mailfrom=reject.example       | SPF(mailfrom): reject.example pass            | pass      | own check passes
        <u@bounce.reject.example> | From: a@reject.example                                                                   | spf=pass smtp.mailfrom=bounce.reject.example | SPF(mailfrom): bounce.reject.example pass    | pass      | own check passes, relaxed alignment
        <u@none.example>          | From: a@reject.example                                                                   | spf=softfail smtp.mailfrom=none.example     | SPF(mailfrom): none.example softfail          | fail      | softfail in the word of RFC 8601
        <u@quarantine.example>    | From: a@quarantine.example                                                               | spf=neutral smtp.mailfrom=quarantine.example | SPF(mailfrom): quarantine.example neutral    | fail      | neutral is no pass
        <u@nospf.example>         | From: a@reject.example                                                                   | spf=none smtp.mailfrom=nospf.example        | SPF(mailfrom): nospf.example none             | fail      | no record
        <u@strict.example>        | From: a@strict.example                                                                   | spf=permerror smtp.mailfrom=strict.example  | SPF(mailfrom): strict.example permerror       | fail      | C106: permerror is a plain non-pass
        <u@brokenspf.example>     | From: a@reject.example                                                                   | spf=temperror smtp.mailfrom=brokenspf.example | SPF(mailfrom): brokenspf.example temperror  | fail      | temperror of a stranger
        <>                        | From: a@reject.example                                                                   | spf=pass smtp.helo=reject.example           | SPF(helo): reject.example pass                | pass      | null sender: the HELO name
        <root>                    | From: a@reject.example                                                                   | spf=pass smtp.helo=reject.example           | SPF(helo): reject.example pass                | fail      | no domain: HELO is reported and does not count
        <u@reject.example>        | From: a@reject.example & AR: mx.example.net; spf=fail smtp.mailfrom=reject.example       | spf=pass smtp.mailfrom=reject.example       | SPF(mailfrom): reject.example pass            | pass      | a failure read is not final
        <u@reject.example>        | From: a@reject.example & AR: mx.example.net; spf=pass smtp.mailfrom=reject.example       | ''                                          | ''                                            | pass      | a pass read is
        <u@nospf.example>         | From: a@reject.example & Received-SPF: pass identity=mailfrom; envelope-from=u@nospf.example | spf=none smtp.mailfrom=nospf.example    | SPF(mailfrom): nospf.example none             | fail      | Received-SPF is not read
        <any@reject.example(.evil.example> | From: a@reject.example                                                          | spf=none smtp.mailfrom="reject.example(.evil.example" | SPF(mailfrom): reject.example(.evil.example none | fail | CVE-2020-12272 in the envelope
        """)
    void checksSpf(String sender, String fields, String field, String log, String result, String why) {
        Judgement judgement = MailSystem.with("SPFSelfValidate yes")
                .judge(new TestMessage().sender(sender).helo("reject.example").fields(fields));
        List<String> values = values(judgement);
        assertEquals(field.isEmpty() ? 1 : 2, values.size());
        if (!field.isEmpty()) {
            assertEquals("mx.example.net; " + field, values.get(0), "the SPF field first, so that it ends up below");
        }
        assertTrue(values.get(values.size() - 1).startsWith("mx.example.net; dmarc=" + result + " "), values::toString);
        String lines = log(judgement);
        String spfLine = log.isEmpty() ? "" : "INFO Q1: " + log + " / ";
        assertTrue(lines.startsWith(spfLine + "INFO Q1: ") && lines.endsWith(" " + result), lines);
        assertEquals(field.isEmpty() ? 1 : 2, lines.split(" / ").length);
    }

    @Test
    void ownSpfCheckAsksForALabels() {
        MailSystem system = MailSystem.with("SPFSelfValidate yes")
                .txt("xn--bcher-kva.example", "v=spf1 ip4:192.0.2.10 -all")
                .txt("_dmarc.xn--bcher-kva.example", "v=DMARC1; p=reject");
        Judgement judgement = system.judge("<user@b\u00c3\u00bccher.example>", "From: a@b\u00c3\u00bccher.example");
        assertEquals(
                List.of(
                        "mx.example.net; spf=pass smtp.mailfrom=xn--bcher-kva.example",
                        "mx.example.net; dmarc=pass (p=reject dis=none) header.from=xn--bcher-kva.example policy.dmarc=reject"),
                values(judgement));
    }

    @Test
    void ownSpfCheckKnowsIpv6Clients() {
        Judgement judgement = MailSystem.with("SPFSelfValidate yes")
                .judge(new TestMessage()
                        .client("2001:db8::10")
                        .sender("<u@reject.example>")
                        .fields("From: a@reject.example"));
        assertEquals("pass", judgement.result().orElseThrow().status().word());
        assertEquals(
                Optional.of(IpAddress.of("2001:db8::10")),
                judgement.evaluation().orElseThrow().client());
    }

    @Test
    void aClientWithoutAddressIsNotCheckedAndRecordedAsLocal() {
        Judgement judgement = MailSystem.with("SPFSelfValidate yes")
                .judge(new TestMessage().client("").sender("<u@reject.example>").fields("From: a@reject.example"));
        assertEquals(
                List.of(
                        "mx.example.net; dmarc=fail (p=reject dis=none) header.from=reject.example policy.dmarc=reject"),
                values(judgement));
        assertEquals(Optional.empty(), judgement.evaluation().orElseThrow().client());
    }

    @Test
    void spfResultOfATrustedFieldPasses() {
        Judgement judgement = MailSystem.with("")
                .judge(
                        "<u@reject.example>",
                        "From: a@reject.example & AR: mx.example.net; spf=pass smtp.mailfrom=u@reject.example");
        assertEquals(Status.PASS, judgement.result().orElseThrow().status());
        assertEquals(
                Optional.of(spf(ResultWord.PASS, "reject.example")),
                judgement.evaluation().orElseThrow().spf());
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                                  | author             | copied
        ''                                         | reject.example     | false
        CopyFailuresTo p@example.net               | reject.example     | true
        CopyFailuresTo p@example.net               | quarantine.example | true
        CopyFailuresTo p@example.net               | sampled.example    | true
        CopyFailuresTo p@example.net               | none.example       | false
        CopyFailuresTo p@example.net               | nodmarc.example    | false
        CopyFailuresTo p@example.net               | broken.example     | false
        CopyFailuresTo p@example.net;HoldQuarantinedMessages yes | quarantine.example | true
        CopyFailuresTo p@example.net;RejectFailures yes          | reject.example     | false
        """)
    void copiesFailures(String options, String author, boolean copied) {
        Judgement judgement = MailSystem.with(options).judge("<u@sender.example>", "From: a@" + author);
        assertEquals(copied ? List.of("p@example.net") : List.of(), judgement.copyTo());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                               | fields                                       | recorded | why
        ''                                      | From: a@reject.example                       | true     | a failure
        RejectFailures yes                      | From: a@reject.example                       | true     | a rejected message
        ''                                      | From: a@broken.example                       | true     | an open question, also without RecordAllMessages
        ''                                      | From: a@nodmarc.example                      | false    | no record
        RecordAllMessages yes                   | From: a@nodmarc.example                      | true     | no record, all recorded
        RecordAllMessages yes                   | From: a@bad.example                          | false    | permerror never
        RecordAllMessages yes                   | From: joe                                    | false    | no author domain
        RecordAllMessages yes                   | To: a@example.net                            | false    | no From
        RecordAllMessages yes;IgnoreMailFrom reject.example | From: a@reject.example           | false    | ignored
        RequiredHeaders yes                     | From: a@reject.example                       | false    | header requirements
        RejectMultiValueFrom yes                | From: a@reject.example, b@none.example       | false    | several authors, rejected
        IgnoreMailTo list@example.net           | From: a@reject.example & To: list@example.net | false   | IgnoreMailTo
        IgnoreMailTo list@example.net           | From: a@reject.example & To: "The List" <LIST@Example.net> | false | IgnoreMailTo: name and case
        IgnoreMailTo list@example.net           | From: a@reject.example & To: b@x.example, <list@example.net> | false | IgnoreMailTo: any of several
        IgnoreMailTo list@example.net           | From: a@reject.example & To: b@x.example;list@example.net | false | IgnoreMailTo: semicolons too
        IgnoreMailTo other@example.net, list@example.net | From: a@reject.example & To: list@example.net | false | IgnoreMailTo: any of the list
        IgnoreMailTo list@example.net           | From: a@reject.example & To: b@x.example & To: list@example.net | true | IgnoreMailTo: the first To only
        IgnoreMailTo list@example.net           | From: a@reject.example & Cc: list@example.net | true    | IgnoreMailTo: not Cc
        IgnoreMailTo list@example.net           | From: a@reject.example & To: xlist@example.net | true   | IgnoreMailTo: whole addresses
        IgnoreMailTo example.net                | From: a@reject.example & To: list@example.net | true    | IgnoreMailTo: no domains
        """)
    void records(String options, String fields, boolean recorded, String why) {
        JudgedMessage judged = MailSystem.with(options)
                .judged(new TestMessage().sender("<u@sender.example>").fields(fields));
        assertEquals(recorded, judged.forHistory().isPresent());
    }

    @Test
    void ignoreMailToOnlySuppressesTheRecord() {
        Judgement judgement = MailSystem.with("IgnoreMailTo list@example.net;RejectFailures yes")
                .judge("<u@sender.example>", "From: a@reject.example & To: list@example.net");
        assertEquals("550 5.7.1 rejected by DMARC policy for reject.example", answer(judgement.verdict()));
    }

    @ParameterizedTest(name = "{0}, {1}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # options           | sender           | results in the message                                    | identity and SPF records for reports
        SPFSelfValidate yes | <u@none.example> | dkim=fail header.d=none.example header.i=u@none.example    | u@none.example none.example: v=spf1 ~all
        SPFSelfValidate yes | <u@nospf.example>| dkim=fail header.d=none.example header.i=@x.none.example   | @x.none.example
        SPFSelfValidate no  | <u@none.example> | dkim=fail header.d=none.example; spf=fail smtp.mailfrom=none.example | ''
        """)
    void theRecordHoldsWhatReportsNeed(String options, String sender, String results, String expected) {
        Evaluation evaluation = MailSystem.with(options)
                .judge(sender, "From: a@reject.example & AR: mx.example.net; " + results)
                .evaluation()
                .orElseThrow();
        String records = evaluation.spf().orElseThrow().records().stream()
                .map(record -> " " + record.domain() + ": " + record.text())
                .collect(Collectors.joining());
        assertEquals(expected, evaluation.dkim().get(0).identity() + records);
    }

    @Test
    void theRecordSaysWhatWasSeen() {
        Evaluation evaluation = MailSystem.with("")
                .judge(
                        "<u@Bounce.Sender.example>",
                        "From: a@reject.example"
                                + " & AR: mx.example.net; dkim=pass header.d=other.example header.s=s1; spf=softfail smtp.mailfrom=bounce.sender.example")
                .evaluation()
                .orElseThrow();
        assertEquals("Q1", evaluation.queueId());
        assertEquals("mx.example.net", evaluation.reporter());
        assertEquals(MailSystem.NOW, evaluation.at());
        assertEquals(Optional.of(IpAddress.of("192.0.2.10")), evaluation.client());
        assertEquals(
                Optional.of(DomainName.of("bounce.sender.example")),
                evaluation.sender().domain());
        assertEquals(Standard.RFC7489, evaluation.standard());
        assertEquals(
                List.of(new DkimSeen(
                        DomainName.of("other.example"), true, "s1", "", ResultWord.PASS, Source.TRUSTED_FIELD)),
                evaluation.dkim());
        assertEquals(Optional.of(spf(ResultWord.SOFTFAIL, "bounce.sender.example")), evaluation.spf());
        assertEquals(Applied.ACCEPT, evaluation.applied());
    }

    private static SpfSeen spf(ResultWord result, String domain) {
        return new SpfSeen(
                Optional.of(DomainName.of(domain)),
                SpfIdentity.Scope.MAIL_FROM,
                result,
                Source.TRUSTED_FIELD,
                List.of());
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        RejectFailures yes            | reject.example     | REJECT
        ''                            | reject.example     | ACCEPT
        HoldQuarantinedMessages yes   | quarantine.example | QUARANTINE
        OnTemporaryError tempfail     | broken.example     | TEMPFAIL
        ''                            | broken.example     | ACCEPT
        """)
    void theRecordSaysWhatWasDone(String options, String author, Applied applied) {
        Judgement judgement = MailSystem.with(options).judge("<u@sender.example>", "From: a@" + author);
        assertEquals(applied, judgement.evaluation().orElseThrow().applied());
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # options           | author         | added
        ''                  | reject.example | true
        RejectFailures yes  | reject.example | true
        ''                  | bad.example    | false
        """)
    void softwareHeaderComesLastAlsoWhenRejecting(String options, String author, boolean added) {
        Judgement judgement =
                MailSystem.with(options + ";SoftwareHeader yes").judge("<u@sender.example>", "From: a@" + author);
        List<String> names = judgement.headers().stream().map(HeaderField::name).toList();
        assertEquals(added, names.contains("DMARC-Filter"));
        assertEquals(added ? names.size() - 1 : -1, names.lastIndexOf("DMARC-Filter"));
        assertEquals(options.isEmpty(), names.contains("Authentication-Results"));
    }

    @Test
    void withoutAuthservIdTheMtaNamesUsAndNoMessageSaysSo() {
        Judgement judgement = MailSystem.withoutAuthservId("")
                .judge(new TestMessage()
                        .mtaName("mta.example")
                        .fields("From: a@none.example & AR: mta.example; dkim=pass header.d=none.example"));
        assertEquals(
                List.of("mta.example; dmarc=pass (p=none dis=none) header.from=none.example policy.dmarc=none"),
                values(judgement));
        assertEquals("INFO Q1: none.example pass", log(judgement));
    }

    @Test
    void headerSectionTooLargeIsNotWavedThrough() {
        TestMessage message = new TestMessage()
                .fields(PASS + "none.example & From: a@none.example")
                .incomplete();
        Judgement accepted = MailSystem.with("").judge(message);
        assertEquals("accept", answer(accepted.verdict()));
        assertEquals(List.of("mx.example.net; dmarc=permerror"), values(accepted));
        assertEquals("ERROR Q1: header section exceeds MaxHeaderBytes; not evaluated", log(accepted));
        Judgement rejected = MailSystem.with("RejectFailures yes").judge(message);
        assertEquals("550 5.3.4 header section too large to be checked", answer(rejected.verdict()));
        assertEquals(List.of(), values(rejected));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                        | accept
        OnTemporaryError tempfail | 451 4.7.1 DMARC check of silent.example could not be completed, please try again later
        """)
    void aSilentDnsEndsWithTheEvaluationTime(String options, String answer) {
        Judgement judgement =
                MailSystem.with("MaxEvaluationTime 1;" + options).judge("<u@sender.example>", "From: a@silent.example");
        assertEquals(answer, answer(judgement.verdict()));
        assertEquals(Status.TEMPERROR, judgement.result().orElseThrow().status());
        assertEquals("INFO Q1: silent.example temperror", log(judgement));
    }

    @Test
    void aSilentSpfDomainIsATemporaryError() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 1;SPFSelfValidate yes")
                .txt("_dmarc.silentspf.example", "v=DMARC1; p=reject");
        Judgement judgement = system.judge("<u@silentspf.example>", "From: a@silentspf.example");
        assertEquals(
                List.of(
                        "mx.example.net; spf=temperror smtp.mailfrom=silentspf.example",
                        "mx.example.net; dmarc=temperror header.from=silentspf.example"),
                values(judgement));
    }

    @Test
    void aSilentDnsInTheTreeWalkEndsWithTheEvaluationTime() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 1;DMARCStandard rfc9989");
        system.txt("_dmarc.a.walk.example", "v=DMARC1; p=reject");
        system.pending("_dmarc.walk.example");
        Judgement judgement = system.judge("<u@sender.example>", "From: a@a.walk.example & " + PASS + "b.walk.example");
        assertEquals(Status.TEMPERROR, judgement.result().orElseThrow().status());
    }

    @Test
    void aLateAnswerChangesNothingAndHarmsNothing() {
        MailSystem system = MailSystem.with("MaxEvaluationTime 1");
        CompletableFuture<DnsAnswer> answer = system.pending("_dmarc.slow.example");
        Judgement judgement = system.judge("<u@sender.example>", "From: a@slow.example");
        assertFalse(answer.isDone(), "a question that others may share is not completed by us");
        answer.complete(new DnsAnswer.NoSuchName());
        assertEquals(Status.TEMPERROR, judgement.result().orElseThrow().status());
    }

    /** RFC 7208, section 4.6.4: 20 seconds at least. */
    @Test
    void spfMayTakeTwentySeconds() {
        MailSystem system = MailSystem.with("SPFSelfValidate yes")
                .txt("_dmarc.slow.example", "v=DMARC1; p=reject")
                .txt(
                        "slow.example",
                        "v=spf1 include:a.slow.example include:b.slow.example include:c.slow.example"
                                + " include:d.slow.example include:e.slow.example -all");
        List<CompletableFuture<DnsAnswer>> answers = Stream.of("a b c d e".split(" "))
                .map(include -> system.pending(include + ".slow.example"))
                .toList();
        Rules rules = system.rules();
        ManualLoop loop = new ManualLoop();
        TestMessage message = new TestMessage().sender("<u@slow.example>").fields("From: a@slow.example");
        CompletableFuture<Judgement> judgement = MessageJudge.judge(
                        rules, message.facts(), rules.dnsForMessage(new Asker("client"), loop))
                .toCompletableFuture();
        for (CompletableFuture<DnsAnswer> answer : answers) {
            loop.advance(Duration.ofSeconds(4));
            assertFalse(judgement.isDone());
            boolean last = answer == answers.get(answers.size() - 1);
            answer.complete(new DnsAnswer.Found(List.of(last ? "v=spf1 +all" : "v=spf1 -all")));
            loop.runAll();
        }
        assertEquals(Status.PASS, judgement.join().result().orElseThrow().status());
    }

    private static final DnsAnswer NOT_ASKED = new DnsAnswer.Unavailable("no place", true);

    /** Whoever fills our queues gets no forged mail past them, and what an answer could not change is not put off. */
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # not asked               | message                                                  | verdict
        _dmarc.reject.example     | From: a@reject.example                                   | 451
        _dmarc.busy.example       | From: a@busy.example, b@none.example                     | 451
        _dmarc.busy.example       | From: a@busy.example, b@quarantine.example               | 451
        _dmarc.nowhere.example    | From: a@reject.example                                   | 550
        sender.example            | From: a@sender.example                                   | accept
        sender.example            | From: a@reject.example                                   | 451
        reject.example            | From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | accept
        """)
    void aLimitOfOursLetsNoForgedMailPast(String notAsked, String fields, String expected) {
        MailSystem system = MailSystem.with("RejectFailures yes;HoldQuarantinedMessages yes;SPFSelfValidate yes")
                .answer(DnsQuestion.txt(notAsked), NOT_ASKED);
        Judgement judgement = system.judge("<u@sender.example>", fields);
        Verdict verdict = judgement.verdict();
        assertEquals(
                expected,
                verdict instanceof Verdict.Refuse refuse ? String.valueOf(refuse.code()) : "accept",
                verdict.toString());
        assertEquals(
                expected.equals("451"),
                judgement.log().stream().anyMatch(line -> line.toString().contains("a limit of ours")));
    }

    /** A forger's own slow servers must not use up the time that the policies of others are looked for in. */
    @Test
    void theTimeIsOverBeforeAPolicyIsAskedForOnlyIfItIsSlowItself() {
        MailSystem system = MailSystem.with("RejectFailures yes;SPFSelfValidate yes");
        Judgement judgement =
                system.judge("<u@silentspf.example>", "From: a@nodmarc.example, b@reject.example, c@silent.example");
        assertEquals(550, ((Verdict.Refuse) judgement.verdict()).code());
    }

    /** The existence of the author domain decides between sp and np, and is asked for last. */
    @Test
    void whatIsNeverAskedBecauseTheTimeIsOverPutsTheMessageOff() {
        MailSystem system = MailSystem.with("RejectFailures yes;SPFSelfValidate yes;DMARCStandard rfc9989")
                .txt("_dmarc.np.example", "v=DMARC1; p=reject; sp=none; np=reject");
        Judgement judgement = system.judge("<u@silentspf.example>", "From: a@ghost.np.example");
        assertEquals(451, ((Verdict.Refuse) judgement.verdict()).code());
    }

    @Test
    void completesAtOnceWhenNoQuestionIsOpen() {
        Rules rules = MailSystem.with("").rules();
        CompletionStage<Judgement> judgement = MessageJudge.judge(
                rules,
                new TestMessage().fields("From: a@none.example").facts(),
                rules.dnsForMessage(new Asker("client"), NO_THREAD));
        assertTrue(judgement.toCompletableFuture().isDone());
    }

    /** A loop on which nothing may have to be done. */
    private static final ScheduledExecutorService NO_THREAD = new ScheduledThreadPoolExecutor(0);

    @Test
    void findsTheAnswerOfTheSearchThatBeganWithTheFromField() {
        MailSystem system = MailSystem.with("");
        Rules rules = system.rules();
        MessageDns dns = rules.dnsForMessage(new Asker("client"), NO_THREAD);
        PolicySearch search = new PolicySearch(rules, dns);
        search.begin(AuthorDomain.of(new HeaderField("From", "a@none.example")));
        assertEquals(List.of("_dmarc.none.example"), system.asked());
        assertEquals(
                Status.FAIL, judged("From: a@none.example", rules, dns, search).status());
        assertEquals(List.of("_dmarc.none.example"), system.asked(), "asked once");
    }

    @Test
    void aSearchForTheFirstOfSeveralFromFieldsIsNotTheAnswer() {
        Rules rules = MailSystem.with("").rules();
        MessageDns dns = rules.dnsForMessage(new Asker("client"), NO_THREAD);
        PolicySearch search = new PolicySearch(rules, dns);
        search.begin(AuthorDomain.of(new HeaderField("From", "a@nodmarc.example")));
        assertEquals(
                "reject.example",
                judged("From: a@nodmarc.example & From: a@reject.example", rules, dns, search)
                        .author()
                        .ascii());
    }

    private static DmarcResult judged(String fields, Rules rules, MessageDns dns, PolicySearch search) {
        return MessageJudge.judge(rules, new TestMessage().fields(fields).facts(), dns, search, Optional.empty())
                .toCompletableFuture()
                .join()
                .result()
                .orElseThrow();
    }

    /** RFC 7489, section 6.6.1, and RFC 9989, section 11.5: each author domain gives a row, all with what was done. */
    @Test
    void eachAuthorDomainIsEvaluatedAndKept() {
        Judgement judgement = MailSystem.with("RejectFailures yes")
                .judge("<u@sender.example>", "From: a@none.example, b@reject.example, c@nodmarc.example");
        assertEquals("reject.example", judgement.result().orElseThrow().author().ascii());
        assertEquals(
                List.of("none.example FAIL REJECT", "nodmarc.example NONE REJECT"),
                judgement.others().stream()
                        .map(other ->
                                other.dmarc().author() + " " + other.dmarc().status() + " " + other.applied())
                        .toList());
        Judgement nobody = MailSystem.with("").judge("<u@sender.example>", "From: a@nodmarc.example, b@other.example");
        assertEquals(Optional.empty(), nobody.evaluation(), "none decided");
        assertEquals(2, nobody.others().size());
    }

    @ParameterizedTest(name = "{0}, {1}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                     | author                   | results                            | overrides
        RejectFailures yes            | reject.example           | ''                                 | []
        ''                            | reject.example           | ''                                 | [LOCAL_POLICY]
        ''                            | none.example             | ''                                 | []
        ''                            | nodmarc.example          | ''                                 | []
        HoldQuarantinedMessages yes   | quarantine.example       | ''                                 | []
        RejectFailures yes            | quarantine.example       | ''                                 | [LOCAL_POLICY]
        RejectFailures yes            | sampled.example          | ''                                 | [SAMPLED_OUT, LOCAL_POLICY]
        HoldQuarantinedMessages yes   | sampled.example          | ''                                 | [SAMPLED_OUT]
        HoldQuarantinedMessages yes   | sampledquarantine.example | ''                                | [SAMPLED_OUT]
        DMARCStandard rfc9989;RejectFailures yes;HoldQuarantinedMessages yes | testing.example | ''   | [POLICY_TEST_MODE]
        RejectFailures yes;DomainWhitelist arc.example | reject.example | arc=pass arc.chain=arc.example | [TRUSTED_FORWARDER]
        RejectFailures yes;DomainWhitelist arc.example | none.example   | arc=pass arc.chain=arc.example | []
        RejectFailures yes            | reject.example           | dkim=pass header.d=reject.example  | []
        """)
    void theRecordSaysWhyLessWasDone(String options, String author, String results, String overrides) {
        String fields = "From: a@" + author + (results.isEmpty() ? "" : " & AR: mx.example.net; " + results);
        Judgement judgement = MailSystem.with(options)
                .txt("_dmarc.testing.example", "v=DMARC1; p=reject; t=y")
                .judge("<u@sender.example>", fields);
        assertEquals(overrides, judgement.evaluation().orElseThrow().overrides().toString());
    }

    @Test
    void moreAuthorDomainsThanAnybodyHas() {
        StringBuilder from = new StringBuilder("From: a@reject.example");
        for (int i = 0; i < 10; i++) {
            from.append(", a@d").append(i).append(".example");
        }
        MailSystem system = MailSystem.with("RejectFailures yes");
        assertEquals(
                "550 5.7.1 too many authors in From field",
                answer(system.judge("<u@sender.example>", from.toString()).verdict()));
        assertEquals(List.of(), system.asked(), "nothing is asked for them");
        Judgement marked = MailSystem.with("").judge("<u@sender.example>", from.toString());
        assertEquals(List.of("mx.example.net; dmarc=permerror"), values(marked));
    }

    /** However a bound is met, the answer is the same: size gets no message around a policy. */
    @ParameterizedTest
    @MethodSource("tooBigFromFields")
    void hasOneAnswerToTooMuch(String from) {
        TestMessage message = new TestMessage().field("From", from);
        MailSystem system = MailSystem.with("RejectFailures yes");
        assertEquals(
                "550 5.7.1 too many authors in From field",
                answer(system.judge(message).verdict()));
        assertEquals(List.of(), system.asked(), "nothing is asked for them");
        assertEquals(
                "hold: too many authors in From field",
                answer(MailSystem.with("HoldQuarantinedMessages yes")
                        .judge(message)
                        .verdict()));
        assertEquals(
                "reject",
                answer(MailSystem.with("RejectMultiValueFrom yes")
                        .judge(message)
                        .verdict()));
    }

    static List<String> tooBigFromFields() {
        return List.of(
                "a@reject.example, ".repeat(101),
                "(" + "x".repeat(70_000) + ") a@reject.example",
                "a@reject.example"
                        + IntStream.range(0, 10)
                                .mapToObj(i -> ", a@d" + i + ".example")
                                .collect(Collectors.joining()),
                "a@reject.example"
                        + IntStream.range(0, 10)
                                .mapToObj(i -> "; a@d" + i + ".example")
                                .collect(Collectors.joining()));
    }

    @Test
    void samplingIsTheSameForEachTryAndDiffersBetweenMessages() {
        int quarantined = 0;
        for (int i = 0; i < 200; i++) {
            MailSystem system =
                    MailSystem.with("RejectFailures yes").txt("_dmarc.half.example", "v=DMARC1; p=reject; pct=50");
            String fields = "From: a@half.example & Message-ID: <" + i + "@half.example> & Date: today";
            String first = answer(system.judge("<u@sender.example>", fields).verdict());
            String retry = answer(
                    system.judge(new TestMessage().queueId("Q2").fields(fields)).verdict());
            assertEquals(first, retry, "G196: a retry must not change the outcome");
            quarantined += first.equals("continue") ? 1 : 0;
        }
        assertTrue(quarantined > 60 && quarantined < 140, quarantined + " of 200 sampled out");
    }

    @Test
    void theReasonIsThereForDebugging() {
        Judgement judgement = MailSystem.with("").judge("<u@sender.example>", "From: a@reject.example");
        assertEquals(
                List.of("Q1: no aligned pass: SPF none; DKIM none"),
                judgement.log().stream()
                        .filter(line -> line.severity() == Severity.DEBUG)
                        .map(LogLine::text)
                        .toList());
    }

    @Test
    void foreignTextIsSafeInEveryLine() {
        Judgement judgement = MailSystem.with("SPFSelfValidate yes;SoftwareHeader yes")
                .judge(new TestMessage()
                        .queueId("Q\r\n1")
                        .mtaName("mx\u0007.example.net")
                        .sender("<u@evil\n.example>")
                        .field("From", "a@none.example")
                        .field("Authentication-Results", "evil\u001b\n; dkim=pass header.d=x.example")
                        .field("ARC-Seal", "\r\nforged"));
        judgement
                .log()
                .forEach(line ->
                        assertTrue(line.text().chars().allMatch(c -> c >= ' ' && c <= '~'), () -> line.text()));
        judgement
                .headers()
                .forEach(field ->
                        assertTrue(field.value().chars().allMatch(c -> c >= ' ' && c <= '~'), () -> field.value()));
    }
}
