package org.dmarcmilter.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which results count. The field's authserv-id is ours (mx.example.net) and the envelope sender is user@sender.example
 * unless a row says otherwise.
 *
 * <p>Evidence is written as {@code DKIM OUTCOME DOMAIN}, with {@code ~} where strict alignment cannot be proven, and {@code
 * SPF OUTCOME DOMAIN}; {@code -} is none.
 */
class FieldReaderTest {
    private static final Settings.Spf READ_RESULTS = new Settings.Spf(false, false);

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | result                                                              | evidence                    | why
        E086 | spf=pass smtp.mailfrom=any@sender.example(a.attack.com                | -                           | CVE-2020-12272: parenthesis in the domain
        E086 | spf=pass smtp.mailfrom=sender.example(.attack.com                     | -                           | CVE-2020-12272: parenthesis, no local part
        E087 | spf=pass smtp.mailfrom=any@sender.example'@any.attack.com             | -                           | two at signs and a quote
        E090 | dkim=pass header.d=legitimate.com'a.attack.com                        | -                           | not a domain
        E090 | dkim=pass header.d=legitimate.com(.attack.com                         | -                           | not a domain
        E090 | dkim=pass header.d=legitimate.com(x)                                  | DKIM PASS legitimate.com    | a real comment says nothing
        E092 | spf=pass smtp.helo=sender.example                                     | -                           | HELO never counts for a sender (CVE-2019-20790)
        E092 | spf=pass smtp.helo=sender.example smtp.mailfrom=other.example         | -                           | nor next to another sender
        E095 | spf=pass smtp.mailfrom=@sender.example                                | SPF PASS sender.example     | no local part
        E095 | spf=pass smtp.mailfrom=sender.example                                 | SPF PASS sender.example     | bare domain, as OpenDMARC wants it
        E095 | spf=pass smtp.mailfrom=u@sender.example                               | SPF PASS sender.example     | address, which OpenDMARC never matches
        E095 | spf=pass smtp.mailfrom="u@sender.example"                             | SPF PASS sender.example     | quoted
        E095 | spf=pass smtp.mailfrom=u@SENDER.Example.                              | SPF PASS sender.example     | case and trailing dot
        E096 | spf=pass smtp.mail=user@sender.example                                | -                           | not a registered property
        E096 | spf=pass smtp.envfrom=sender.example                                  | -                           | not a registered property
        E096 | spf=pass policy.mailfrom=sender.example                               | -                           | another property type
        E097 | spf=pass smtp.mailfrom=other.example                                  | -                           | not the envelope sender
        E097 | spf=pass smtp.mailfrom=sub.sender.example                             | -                           | not the envelope sender, though below it
        E097 | spf=pass smtp.mailfrom=xsender.example                                | -                           | not the envelope sender, though its end
        E100 | spf=pass smtp.mailfrom=bounce+a=b@sender.example                      | SPF PASS sender.example     | = in the local part
        E101 | dkim=pass header.i=@example.com                                       | DKIM PASS example.com ~     | header.i alone: relaxed only
        E101 | dkim=pass header.i=user@sub.example.com                               | DKIM PASS sub.example.com ~ | header.i alone, with local part
        E101 | dkim=pass header.i=@a.example.com header.d=example.com                | DKIM PASS example.com       | header.d says it
        E102 | dkim=pass                                                             | -                           | no property at all
        E102 | dkim=pass header.b=abcd                                               | -                           | no domain
        E103 | dkim=neutral header.d=example.com                                     | DKIM NO_PASS example.com    | neutral
        E103 | dkim=policy header.d=example.com                                      | DKIM NO_PASS example.com    | policy
        E103 | dkim=fail header.d=example.com                                        | DKIM NO_PASS example.com    | fail
        E103 | dkim=none header.d=example.com                                        | DKIM NO_PASS example.com    | none
        E103 | dkim=permerror header.d=example.com                                   | DKIM NO_PASS example.com    | permerror
        E103 | dkim=temperror header.d=example.com                                   | DKIM TEMPORARY_ERROR example.com | temperror stays open
        E103 | dkim=dkim_pass header.d=example.com                                   | DKIM NO_PASS example.com    | E073: unknown words are no pass
        E103 | dkim=Pass header.D=Example.COM                                        | DKIM PASS example.com       | E074: keywords without case
        E104 | dkim=pass (test mode) header.d=example.com                            | DKIM PASS example.com       | a pass as reported
        E105 | spf=softfail smtp.mailfrom=sender.example                             | SPF NO_PASS sender.example  | softfail
        E105 | spf=neutral smtp.mailfrom=sender.example                              | SPF NO_PASS sender.example  | neutral
        E105 | spf=none smtp.mailfrom=sender.example                                 | SPF NO_PASS sender.example  | none
        E105 | spf=policy smtp.mailfrom=sender.example                               | SPF NO_PASS sender.example  | policy
        E105 | spf=fail smtp.mailfrom=sender.example                                 | SPF NO_PASS sender.example  | fail
        E105 | spf=temperror smtp.mailfrom=sender.example                            | SPF TEMPORARY_ERROR sender.example | temperror stays open
        E106 | spf=permerror smtp.mailfrom=sender.example                            | SPF NO_PASS sender.example  | permerror is a plain non-pass
        E107 | dkim=pass header.d=com                                                | DKIM PASS com               | counted here, and aligned with nothing
        E108 | dkim=pass header.d=example.com body.length=5                          | DKIM PASS example.com       | partial bodies are the verifier's business
        E109 | dkim=pass header.d=example.com header.s=sel header.b=aaaa             | DKIM PASS example.com       | a replay passes by design
        E078 | dkim=pass header.d=; spf=pass smtp.mailfrom=sender.example            | SPF PASS sender.example     | an empty domain is none
        E079 | dkim=pass header.d=..                                                 | -                           | dots are no domain
        E079 | dkim=pass header.d=.example.com                                       | -                           | a leading dot is none
        E079 | dkim=pass header.d=192.0.2.1                                          | -                           | an address is none
        E080 | dkim=pass header.d=a.example; dkim=fail header.d=b.example; dkim=pass header.d=c.example | DKIM PASS a.example, DKIM NO_PASS b.example, DKIM PASS c.example | several entries
        E081 | dkim=pass header.d=a.example header.b=same; dkim=fail header.d=b.example header.b=same | DKIM PASS a.example, DKIM NO_PASS b.example | each entry stands alone
        E072 | dkim/2=pass header.d=example.com                                      | -                           | unknown method version
        E073 | dmarc=pass header.from=example.com                                    | -                           | other methods are no evidence
        E075 | gateway.spf=pass smtp.mailfrom=sender.example                         | -                           | a method with a dot
        -   | dkim=pass header.d=example.com dns.sec=no x-foo.bar=1                 | DKIM PASS example.com       | unknown property types cost nothing, unlike in OpenDMARC
        -   | dkim-adsp=pass header.d=example.com; domainkeys=pass header.d=example.com | -                       | relatives of DKIM are not DKIM
        -   | spf=fail smtp.mailfrom=sender.example; spf=pass smtp.mailfrom=sender.example | SPF PASS sender.example | a later pass replaces a failure
        -   | spf=pass smtp.mailfrom=sender.example; spf=fail smtp.mailfrom=sender.example | SPF PASS sender.example | a pass stands
        -   | spf=temperror smtp.mailfrom=sender.example; spf=fail smtp.mailfrom=other.example | SPF TEMPORARY_ERROR sender.example | another domain's failure replaces nothing
        """)
    void results(String row, String results, String evidence, String why) {
        assertEquals(evidence, show(collect("AR: mx.example.net; " + results)));
    }

    @ParameterizedTest(name = "{0}: {5}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | envelope sender                               | helo         | result                                     | evidence              | why
        E088 | '<@legitimate.com,@any.com:''any@attack.com>'   | x.example    | spf=pass smtp.mailfrom=attack.com          | SPF PASS attack.com   | a source route names the last domain
        E088 | '<@legitimate.com,@any.com:''any@attack.com>'   | x.example    | spf=pass smtp.mailfrom=legitimate.com      | -                     | and not the first
        E089 | <(any@legitimate.com>                           | x.example    | spf=pass smtp.mailfrom=legitimate.com      | -                     | no mailbox: nothing to agree with
        E089 | <any@legitimate.com(.attack.com>                | x.example    | spf=pass smtp.mailfrom=legitimate.com      | -                     | CVE-2020-12272 in the envelope
        E093 | <>                                              | example.com  | spf=pass smtp.helo=example.com             | SPF PASS example.com  | null sender: HELO counts (RFC 7208, 2.4)
        E093 | <>                                              | example.com  | spf=pass smtp.helo=other.com               | -                     | another HELO name does not
        E093 | <>                                              | example.com  | spf=pass smtp.mailfrom=postmaster@example.com | SPF PASS example.com | the postmaster at the HELO name
        E093 | <>                                              | Example.COM  | spf=pass smtp.helo=example.com             | SPF PASS example.com  | without case
        E093 | <>                                              | [192.0.2.1]  | spf=pass smtp.helo=example.com             | -                     | a literal is no domain
        E093 | <>                                              | ''           | spf=pass smtp.helo=example.com             | -                     | no HELO
        E094 | <>                                              | example.com  | spf=pass smtp.mailfrom=""                  | -                     | no domain by itself
        E094 | <>                                              | example.com  | spf=pass smtp.mailfrom="" smtp.helo=example.com | SPF PASS example.com | but next to the HELO name
        E094 | <>                                              | example.com  | spf=pass smtp.mailfrom=<> smtp.helo=example.com | SPF PASS example.com | the same in angle brackets
        E094 | <>                                              | example.com  | spf=pass smtp.mailfrom=victim.com smtp.helo=example.com | -        | a sender that is not null does not fit
        E092 | <user@victim.example>                           | attack.com   | spf=pass smtp.helo=attack.com              | -                     | CVE-2019-20790
        E092 | <user@victim.example>                           | victim.example | spf=pass smtp.helo=victim.example        | -                     | not even for the same name
        -   | user@sender.example                             | x.example    | spf=pass smtp.mailfrom=sender.example      | SPF PASS sender.example | without angle brackets
        -   | <"a b"@sender.example>                          | x.example    | spf=pass smtp.mailfrom=sender.example      | -                     | a checker may have copied the quotes
        -   | <root>                                          | example.com  | spf=pass smtp.helo=example.com             | -                     | HELO counts for the null sender only
        -   | <user@[192.0.2.1]>                              | example.com  | spf=pass smtp.helo=example.com             | -                     | an address literal has no domain
        """)
    void senders(String row, String sender, String helo, String results, String evidence, String why) {
        TestMessage message = new TestMessage().sender(sender).helo(helo).fields("AR: mx.example.net; " + results);
        assertEquals(evidence, show(collect(message, READ_RESULTS)));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | fields                                                                             | evidence              | why
        E051 | AR: evil.example; dkim=pass header.d=example.com                                       | -                     | not in the trusted list
        E052 | AR: mx.example.net; dkim=pass header.d=example.com                                     | DKIM PASS example.com | own id although the list names another
        E053 | AR: mx.example.net; dkim=pass header.d=example.com & Received: from outside            | DKIM PASS example.com | forged under our id: removing it is the MTA's work
        E054 | AR: mx.example.net; dkim=pass header.d=a.example & AR: mx.example.net; dkim=pass header.d=b.example | DKIM PASS a.example, DKIM PASS b.example | nothing is removed, all count
        E055 | AR: MX.EXAMPLE.NET; dkim=pass header.d=example.com                                     | DKIM PASS example.com | id without case
        E056 | AR: "mx.example.net"; dkim=pass header.d=example.com                                   | DKIM PASS example.com | quoted id
        E057 | AR: "mx.example.net/Q1"; dkim=pass header.d=example.com                                | -                     | job id only if configured
        E058 | AR: evil.example(mx.example.net); dkim=pass header.d=example.com                       | -                     | the comment is not the id
        E058 | AR: mx.example.net(x).evil.example; dkim=pass header.d=example.com                     | -                     | nor the part before it
        E059 | AR: mx.example.net 1; none                                                             | -                     | version 1, no results
        E060 | AR: mx.example.net 2; dkim=pass header.d=example.com                                   | -                     | unknown version
        E062 | AR: spf=pass smtp.mailfrom=sender.example; dkim=pass header.d=example.com              | -                     | Microsoft 365 without id
        E066 | Authentication-results: mx.example.net; dkim=pass header.d=example.com                 | DKIM PASS example.com | field names without case
        E067 | AR: i=1; mx.example.net; dkim=pass header.d=example.com                                | -                     | an ARC body is no A-R
        E068 | ARC-Authentication-Results: i=1; mx.example.net; dkim=pass header.d=example.com        | -                     | ARC results are no evidence
        E080 | AR: b.example; dkim=pass header.d=a.example & AR: mx.example.net; dkim=fail header.d=b.example | DKIM PASS a.example, DKIM NO_PASS b.example | many fields
        E082 | AR: mx.example.net; dkim=fail header.d=a.example header.s=s & AR: b.example; dkim=pass header.d=a.example header.s=s | DKIM NO_PASS a.example, DKIM PASS a.example | one trusted pass is a pass
        E071 | AR: mx.example.net; dkim=pass (unclosed header.d=example.com                           | -                     | an unterminated comment spoils the field
        E071 | AR: mx.example.net; dkim=pass (x header.d=a.example & AR: mx.example.net; dkim=pass header.d=b.example | DKIM PASS b.example | and only that field
        E069 | AR: mx.example.net; none; dkim=pass header.d=example.com                               | -                     | none excludes results
        E084 | From: a@example.com                                                                    | -                     | no field at all
        """)
    void fields(String row, String fields, String evidence, String why) {
        assertEquals(evidence, show(collect(fields)));
    }

    @ParameterizedTest(name = "{0}: {4}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # sender             | helo | fields                                                                           | evidence                  | why
        <u@sender.example>   | h(   | AR: mx.example.net; dkim=pass header.d=a.example                                 | - !                       | no pass of DKIM
        <u@sender.example>   | h(   | AR: mx.example.net; dkim=temperror header.d=a.example                            | - !                       | no open question
        <u@sender.example>   | h(   | AR: mx.example.net; dkim=fail header.d=a.example                                 | DKIM NO_PASS a.example    | what does not help him stands
        <u@sender.example>   | h(   | AR: mx.example.net; spf=pass smtp.mailfrom=sender.example                        | - ! claimed               | SPF is to be proven
        <u@sender.example>   | h(   | AR: mx.example.net; spf=pass smtp.mailfrom=other.example                         | - !                       | unless it is about somebody else
        <u@sender.example>   | h(   | AR: mx.example.net; spf=fail smtp.mailfrom=sender.example                        | SPF NO_PASS sender.example | a failure stands
        <u@sender.example>   | h(   | AR: mx.example.net; arc=pass; dkim=none                                          | - !                       | no pass of ARC
        <u@sender.example>   | h(   | AR: mx.example.net; dmarc=pass header.from=a.example                             | -                         | nothing that counts
        <u@sender.example>   | h(   | AR: evil.example; dkim=pass header.d=a.example                                   | -                         | nor from a stranger
        <u@sender.example>   | h    | DKIM-Signature: i=x=3B@a & AR: mx.example.net; dkim=pass header.d=a.example      | - !                       | a signature
        <u@sender.example>   | h    | AR: mx.example.net; dkim=pass header.d=a.example & DKIM-Signature: i=x=3B@a      | - !                       | wherever it stands
        <"x"@sender.example> | h    | AR: mx.example.net; dkim=pass header.d=a.example                                 | - !                       | the envelope sender
        <u@sender.example>   | h    | AR: mx.example.net; spf=permerror (Unknown mechanism found: );dkim=pass(a)header.d=a.example;() smtp.mailfrom=x.example (client-ip=192.0.2.1; helo=h) | - ! | the SPF record, through pypolicyd-spf
        <u@sender.example>   | h    | AR: mx.example.net; spf=none (no SPF record) smtp.mailfrom=x.example (client-ip=192.0.2.1; receiver=x); spf=pass smtp.mailfrom=sender.example (y) | - ! claimed | the recipient, through pypolicyd-spf
        <u@sender.example>   | h    | AR: mx.example.net; spf=pass (sender SPF authorized) smtp.mailfrom=sender.example (client-ip=192.0.2.1; helo=h; envelope-from=u@sender.example; receiver=b@c) | SPF PASS sender.example | one result, as it writes it
        """)
    void disbelieves(String sender, String helo, String fields, String expected, String why) {
        FieldEvidence evidence =
                collect(new TestMessage().sender(sender).helo(helo).fields(fields), READ_RESULTS);
        assertEquals(
                expected,
                show(evidence)
                        + (evidence.disbelieved().isPresent() ? " !" : "")
                        + (evidence.claimsSpf() ? " claimed" : ""),
                why);
        assertEquals(false, evidence.arc().pass());
    }

    @Test
    void row83aHugeFieldIsBounded() {
        String many = "dkim=pass header.d=a.example; ".repeat(20_000);
        FieldEvidence evidence =
                collect(new TestMessage().field("Authentication-Results", "mx.example.net; " + many), READ_RESULTS);
        assertEquals(100, evidence.dkim().size());
    }

    @Test
    void row85anUnquotedIdOfOtherOctetsIsInvalid() {
        FieldEvidence evidence = collect(
                new TestMessage()
                        .field("Authentication-Results", "m\u00c3\u00bc.example; dkim=pass header.d=a.example"),
                READ_RESULTS);
        assertEquals("-", show(evidence));
    }

    @Test
    void row91aSelectorWithControlCharactersMakesTheEntryUnusable() {
        FieldEvidence evidence = collect(
                new TestMessage()
                        .field(
                                "Authentication-Results",
                                "mx.example.net; dkim=pass header.d=legitimate.com"
                                        + " header.s=selector._domainkey.attack.com.\0.any; dkim=pass header.d=good.example"),
                READ_RESULTS);
        assertEquals("DKIM PASS good.example", show(evidence));
    }

    @Test
    void row110whatWasSignedIsNotVisibleHere() {
        FieldEvidence evidence =
                collect("AR: mx.example.net; dkim=pass header.d=a.example & From: x@a.example & From: x@b.example");
        assertEquals("DKIM PASS a.example", show(evidence), "the From rules decide, see MessageJudgeTest");
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # settings               | fields                                                                                | spf                                        | why
        read                     | Received-SPF: pass identity=mailfrom; envelope-from="somebody@sender.example"         | - claimed | C99: the field OpenDMARC's test shows
        read                     | Received-SPF: pass                                                                    | neutral MAIL_FROM - final                  | C98: neither identity nor sender: says nothing
        read                     | Received-SPF: pass identity=helo; envelope-from=user@sender.example                   | neutral HELO - final                       | CVE-2019-20790
        read                     | Received-SPF: pass identity=mailfrom; envelope-from=user@other.example                | neutral MAIL_FROM - final                  | another sender: no report says that ours passed
        read                     | Received-SPF: fail identity=mailfrom; envelope-from=user@sender.example               | fail MAIL_FROM NO_PASS sender.example final | any result is final
        read                     | Received-SPF: Pass (a = b; c) identity=mailfrom; envelope-from="bounce+a=b@sender.example"; receiver=mx.example.net; client-ip=192.0.2.10 | - claimed | C100: = in the local part; our receiver, our client
        read                     | Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example; client-ip=203.0.113.9 | -                                    | written for another client
        read                     | Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example; receiver=u@b.example | - claimed | pypolicyd-spf names the recipient
        read                     | Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example; receiver=<UNKNOWN> | - claimed | as pypolicyd-spf hides its host's name
        read                     | Received-SPF: TempError identity=mailfrom; envelope-from=u@sender.example             | - claimed                                  | an open question helps a sender too
        read                     | Received: from a & Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example; receiver=B.example; client-ip=203.0.113.9 | - | below a Received field, whatever receiver it names
        read                     | Received-SPF: pass identity=mailfrom; envelope-from=u@other.example; receiver=b.example | neutral MAIL_FROM - final            | the same, about somebody else
        read                     | Received-SPF: none identity=mailfrom; envelope-from=u@sender.example & Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example; receiver=b.example | none MAIL_FROM NO_PASS sender.example final | the topmost only, whoever wrote the next
        read                     | Received: from a & Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example | -                                        | below a Received field: came in from outside
        read                     | Received-SPF: none identity=mailfrom; envelope-from=u@sender.example & Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example | none MAIL_FROM NO_PASS sender.example final | the topmost only
        read                     | Received-SPF: pass identity=mailfrom envelope-from=u@sender.example                   | -                                          | broken grammar
        self                     | Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example                  | -                                          | not read where we check ourselves
        ignore                   | Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example                  | -                                          | SPFIgnoreResults
        ignore                   | AR: mx.example.net; spf=pass smtp.mailfrom=sender.example                             | -                                          | SPFIgnoreResults
        self                     | AR: mx.example.net; spf=pass smtp.mailfrom=sender.example                             | pass MAIL_FROM PASS sender.example final   | a trusted pass is final
        self                     | AR: mx.example.net; spf=fail smtp.mailfrom=sender.example                             | fail MAIL_FROM NO_PASS sender.example open | a trusted failure is not
        read                     | AR: mx.example.net; spf=fail smtp.mailfrom=sender.example & Received-SPF: pass identity=mailfrom; envelope-from=u@sender.example | fail MAIL_FROM NO_PASS sender.example open claimed | Received-SPF after a failure
        read                     | AR: mx.example.net; spf=pass smtp.mailfrom=sender.example & Received-SPF: fail identity=mailfrom; envelope-from=u@sender.example | pass MAIL_FROM PASS sender.example final | but not after a pass
        read                     | AR: mx.example.net; spf=pass smtp.mailfrom=other.example                              | pass MAIL_FROM - open                      | a pass for another domain is remembered, no more
        """)
    void spfSources(String settings, String fields, String expected, String why) {
        Settings.Spf spf = new Settings.Spf(settings.equals("ignore"), settings.equals("self"));
        FieldEvidence evidence = collect(new TestMessage().fields(fields), spf);
        assertEquals(
                expected,
                evidence.spf().map(seen -> show(seen, evidence)).orElse("-") + (evidence.claimsSpf() ? " claimed" : ""),
                why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # sealers           | results                                                                                   | arc                 | why
        a.example           | arc=pass arc.chain=a.example                                                              | pass overrides      | G200: listed
        a.example,b.example | arc=pass arc.chain=a.example:B.Example                                                    | pass overrides      | all listed, without case
        a.example           | arc=pass arc.chain=a.example:b.example                                                    | pass                | G201: one member is not listed
        a.example           | arc=pass arc.chain=xa.example                                                             | pass                | whole names
        a.example           | arc=pass arc.chain=":"                                                                    | pass                | an empty chain, where OpenDMARC crashes
        a.example           | arc=pass arc.chain="a.example:"                                                           | pass                | an empty member is nobody
        a.example           | arc=pass arc.chain=""                                                                     | pass                | no chain
        a.example           | arc=pass                                                                                  | pass                | no chain
        ''                  | arc=pass arc.chain=a.example                                                              | pass                | no list
        a.example           | arc=fail arc.chain=a.example                                                              | -                   | not a pass
        a.example           | arc=none                                                                                  | -                   | no chain
        a.example           | arc=pass arc.chain=a.example; arc=fail                                                    | -                   | contradiction; OpenDMARC still overrides
        a.example           | arc=fail; arc=pass arc.chain=a.example                                                    | -                   | contradiction the other way round
        a.example           | arc=pass arc.chain=a.example; arc=pass arc.chain=evil.example                             | pass                | two chains, one of them unlisted
        a.example           | arc=pass arc.chain=a.example; arc=pass arc.chain=a.example                                | pass overrides      | two that agree
        a.example           | arc=pass arc.chain="a.example : a.example"                                                | pass overrides      | white space around the colon
        """)
    void arc(String sealers, String results, String expected, String why) {
        FieldEvidence evidence = FieldReader.read(
                new TestMessage().fields("AR: mx.example.net; " + results).facts(),
                new Trust("mx.example.net", List.of(), false, false, Set.of()),
                READ_RESULTS,
                new Settings.Dkim(false),
                Set.copyOf(Arrays.stream(sealers.split(","))
                        .filter(s -> !s.isEmpty())
                        .toList()));
        String shown = (evidence.arc().pass() ? "pass" : "-") + (evidence.arc().overrides() ? " overrides" : "");
        assertEquals(expected, shown);
    }

    @Test
    void arcPassFromAStrangerCountsForNothing() {
        FieldEvidence evidence = FieldReader.read(
                new TestMessage()
                        .fields("AR: evil.example; arc=pass arc.chain=a.example")
                        .facts(),
                new Trust("mx.example.net", List.of(), false, false, Set.of()),
                READ_RESULTS,
                new Settings.Dkim(false),
                Set.of("a.example"));
        assertEquals(false, evidence.arc().pass());
        assertEquals(false, evidence.arc().overrides());
    }

    @Test
    void arcSetsAreJoinedAndInvalidFieldsNamed() {
        FieldEvidence evidence = collect(
                "ARC-Seal: i=2; d=b.example; s=s2; cv=pass; b=x & ARC-Seal: i=1; d=a.example; s=s1; cv=none; b=x"
                        + " & ARC-Authentication-Results: i=1; a.example; arc=none smtp.remote-ip=203.0.113.5"
                        + " & ARC-Seal: i=0; d=evil & ARC-Authentication-Results: evil.example; arc=pass");
        assertEquals(
                "[ArcSet[instance=2, sealer=b.example, selector=s2, clientIp=],"
                        + " ArcSet[instance=1, sealer=a.example, selector=s1, clientIp=203.0.113.5]]",
                evidence.arc().sets().toString());
        assertEquals(
                List.of(
                        "Q1: ignoring invalid ARC-Seal header \"i=0; d=evil\"",
                        "Q1: ignoring invalid ARC-Authentication-Results header \"evil.example; arc=pass\""),
                evidence.warnings());
    }

    @Test
    void noSenderFillsTheLogWithInvalidFields() {
        TestMessage message = new TestMessage().queueId("Q\n1");
        for (int i = 0; i < 1_000; i++) {
            message.field("ARC-Seal", "none\r\n\tforged line " + "x".repeat(500));
        }
        List<String> warnings = collect(message, READ_RESULTS).warnings();
        assertEquals(5, warnings.size());
        warnings.forEach(warning -> assertEquals(true, warning.chars().allMatch(c -> c >= ' ' && c <= '~'), warning));
        assertEquals(
                true, warnings.get(0).startsWith("Q\\n1: ignoring invalid ARC-Seal header \"none\\r\\n\\tforged line"));
    }

    @Test
    void saysWhatWasNotBelievedInOpenDmarcsWords() {
        FieldEvidence evidence =
                collect("AR: mx.example.net; none & AR: evil.example; dkim=pass header.d=a.example & AR: (");
        assertEquals(
                "Q1 ignoring Authentication-Results at 1 from evil.example",
                evidence.notes().get(0));
        assertEquals(true, evidence.notes().get(1).startsWith("Q1 ignoring Authentication-Results at 2: "));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # fields                                                                               | ignored         | why
        AR: mx.example.net; dkim=pass header.d=a.example                                       |                 | believed
        AR: other.example; dkim=pass header.d=a.example & AR: third.example; spf=fail          | STRANGER STRANGER | one for each field
        AR: mx.example.net; dkim=pass header.d=a.example(                                      | UNREADABLE      | no grammar
        AR: mx.example.net; dkim=pass header.d=a.example header.d=b.example                    | CONTRADICTORY   | two signers of one signature
        DKIM-Signature: i=x=3B=20dkim=3Dpass & AR: mx.example.net; dkim=pass header.d=a.example | COPIED          | what a checker may have copied
        Received-SPF: (                                                                        | UNREADABLE      | no grammar either
        Received-SPF: fail                                                                     | OTHER_SENDER    | about nobody
        Received: x & Received-SPF: pass (x) client-ip=192.0.2.1;                              | OUT_OF_PLACE    | below what the sender wrote
        Received-SPF: pass (x) client-ip=203.0.113.77;                                         | OTHER_CLIENT    | of another session
        """)
    void namesTheCauseOfWhatDoesNotCount(String fields, String expected, String why) {
        assertEquals(
                expected == null ? "" : expected,
                collect(fields).ignored().stream().map(Enum::name).collect(Collectors.joining(" ")),
                why);
    }

    @Test
    void notesAreSafeForTheLog() {
        FieldEvidence evidence = collect(
                new TestMessage()
                        .queueId("Q\n1")
                        .field("Authentication-Results", "\"evil\u0007\\\n\"; dkim=pass header.d=a.example"),
                READ_RESULTS);
        evidence.notes().forEach(note -> assertEquals(true, note.chars().allMatch(c -> c >= ' ' && c <= '~'), note));
        assertEquals(1, evidence.notes().size());
    }

    @Test
    void recordsDkimResultsWithSelectorWordAndIdentity() {
        FieldEvidence evidence = collect(
                "AR: mx.example.net; dkim=pass header.d=a.example header.s=s1; dkim=neutral header.i=@b.example");
        assertEquals(
                List.of(
                        new DkimSeen(DomainName.of("a.example"), true, "s1", "", ResultWord.PASS, Source.TRUSTED_FIELD),
                        new DkimSeen(
                                DomainName.of("b.example"),
                                false,
                                "",
                                "@b.example",
                                ResultWord.NEUTRAL,
                                Source.TRUSTED_FIELD)),
                evidence.dkim());
    }

    private static FieldEvidence collect(String fields) {
        return collect(new TestMessage().fields(fields), READ_RESULTS);
    }

    private static FieldEvidence collect(TestMessage message, Settings.Spf spf) {
        return FieldReader.read(
                message.facts(),
                new Trust("mx.example.net", List.of("b.example"), false, false, Set.of()),
                spf,
                new Settings.Dkim(false),
                Set.of());
    }

    private static String show(FieldEvidence evidence) {
        String dkim =
                evidence.dkim().stream().map(seen -> show(seen.identifier())).collect(Collectors.joining(", "));
        String spf = evidence.spf()
                .flatMap(SpfSeen::identifier)
                .map(FieldReaderTest::show)
                .orElse("");
        String both = dkim + (dkim.isEmpty() || spf.isEmpty() ? "" : ", ") + spf;
        return both.isEmpty() ? "-" : both;
    }

    private static String show(AuthenticatedIdentifier identifier) {
        return identifier.mechanism() + " " + identifier.outcome() + " " + identifier.domain()
                + (identifier.relaxedOnly() ? " ~" : "");
    }

    private static String show(SpfSeen spf, FieldEvidence evidence) {
        return spf.result() + " " + spf.scope() + " "
                + spf.identifier().map(id -> id.outcome() + " " + id.domain()).orElse("-")
                + (spf.source() == Source.RECEIVED_SPF || evidence.isSettled() ? " final" : " open");
    }
}
