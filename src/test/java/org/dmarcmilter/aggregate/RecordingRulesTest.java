package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecordParser;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingRulesTest {
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, Period.DAY);
    private static final String RECORD = "v=DMARC1; p=reject; rua=mailto:a@example.com";

    @Test
    void recordsThePlainMessage() {
        ReportFacts facts = facts(TestEvaluation.plain("Q").evaluation());
        assertEquals("example.com", facts.policy().domain().ascii());
        assertEquals(
                "v=1;std=7489;disc=psl;p=reject;sp=reject;np=reject;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400",
                facts.policy().text());
        assertEquals(List.of("mailto:a@example.com"), facts.rua());
        assertEquals(List.of(), facts.mistakes());
        assertEquals("192.0.2.10", facts.client().text());
        assertEquals(
                "disposition=pass;dkim=p;spf=p;reasons=;from=example.com;mail_from=example.com;rcpt_to=;"
                        + "auth_dkim=example.com sel1 pass;auth_spf=example.com mfrom pass;weight=reason",
                facts.row().text());
    }

    @Test
    void recordsTheDomainOfTheRecipients() {
        ReportFacts facts =
                facts(TestEvaluation.plain("Q").recipients("own.example").evaluation());
        assertEquals("own.example", facts.row().envelopeTo());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
            # record                                                | discovery   | applied    | recorded | why
            v=DMARC1; p=none; rua=mailto:a@example.com              | found       | accept     | true     | somebody asked
            v=DMARC1; p=none; rua=mailto:a@example.com              | found       | reject     | true     | rejected mail was received too
            v=DMARC1; p=none; rua=mailto:a@example.com              | found       | quarantine | true     | so was mail that is held
            v=DMARC1; p=none; rua=mailto:a@example.com              | found       | tempfail   | false    | it comes again and would count twice
            v=DMARC1; p=none                                        | found       | accept     | false    | nobody asked
            v=DMARC1; p=none; ruf=mailto:a@example.com              | found       | accept     | false    | nobody asked for these reports
            v=DMARC1; p=none; rua=https://example.com/              | found       | accept     | false    | no mail address
            v=DMARC1; p=none; rua=https://example.com/,mailto:a@b.c | found       | accept     | true     | one of the addresses is one
            v=DMARC1; p=none; rua=mailto:a@example.com              | none        | accept     | false    | no record
            v=DMARC1; p=none; rua=mailto:a@example.com              | bad         | accept     | false    | permerror
            v=DMARC1; p=none; rua=mailto:a@example.com              | unavailable | accept     | false    | no policy is known
            """)
    void recordsWhatSomebodyAskedFor(String record, String discovery, String applied, boolean recorded, String why) {
        Discovery.Found found = found(record, Standard.RFC7489);
        DmarcResult result = switch (discovery) {
            case "found" -> TestEvaluation.result(Status.PASS, found, Policy.NONE, true);
            case "none" -> TestEvaluation.result(Status.NONE, new Discovery.NoPolicy(""), Policy.NONE, false);
            case "bad" ->
                TestEvaluation.result(
                        Status.PERMERROR, new Discovery.BadRecord(found.domain(), "", true), Policy.NONE, false);
            default ->
                TestEvaluation.result(
                        Status.TEMPERROR, new Discovery.Unavailable("", Optional.of(found)), Policy.NONE, false);
        };
        Evaluation evaluation = TestEvaluation.plain("Q")
                .dmarc(result)
                .applied(Applied.valueOf(upper(applied)))
                .evaluation();
        assertEquals(recorded, RULES.facts(evaluation, false).isPresent(), why);
    }

    /** One of 2,048 characters is recorded, one of 2,049 is nobody to report to. */
    @ParameterizedTest
    @CsvSource({"2048, true", "2049, false"})
    void recordsNoAddressThatIsTooLong(int length, boolean recorded) {
        String address = "mailto:" + "a".repeat(length - "mailto:@example.com".length()) + "@example.com";
        Discovery.Found found = found("v=DMARC1; p=none; rua=" + address, Standard.RFC7489);
        Evaluation evaluation = TestEvaluation.plain("Q")
                .dmarc(TestEvaluation.result(Status.PASS, found, Policy.NONE, true))
                .evaluation();
        assertEquals(recorded, RULES.facts(evaluation, false).isPresent());
    }

    @Test
    void recordsNoClientWithoutAddress() {
        Evaluation evaluation =
                TestEvaluation.plain("Q").client(Optional.empty()).evaluation();
        assertEquals(Optional.empty(), RULES.facts(evaluation, false));
    }

    @ParameterizedTest(name = "none {0}, only {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # none             | only                 | recorded
                               |                      | true
            example.com        |                      | false
            com                |                      | true
            a.example.com      |                      | true
                               | example.com          | true
                               | com                  | true
                               | other.example        | false
                               | other.example com    | true
                               | a.example.com        | false
            example.com        | com                  | false
            """)
    void recordsWithinTheScope(String none, String only, boolean recorded) {
        RecordingRules rules = new RecordingRules(new ReportScope(domains(none), domains(only)), Period.DAY);
        Evaluation evaluation = TestEvaluation.plain("Q").evaluation();
        assertEquals(recorded, rules.facts(evaluation, false).isPresent());
    }

    @Test
    void recordsNoAuthorDomainThatIsListed() {
        Discovery.Found found = found(RECORD, Standard.RFC7489);
        DmarcResult below = new DmarcResult(
                DomainName.of("a.example.com"),
                Status.PASS,
                found,
                Policy.REJECT,
                Policy.REJECT,
                Optional.empty(),
                Optional.empty(),
                "");
        Evaluation evaluation = TestEvaluation.plain("Q").dmarc(below).evaluation();
        RecordingRules rules = new RecordingRules(new ReportScope(domains("a.example.com"), Set.of()), Period.DAY);
        assertEquals(Optional.empty(), rules.facts(evaluation, false));
        assertEquals("a.example.com", facts(evaluation).row().headerFrom());
        assertEquals("example.com", facts(evaluation).policy().domain().ascii(), "where the record was found");
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # record                                  | standard | text
            p=none                                    | RFC7489  | v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=reject; sp=none                         | RFC7489  | v=1;std=7489;disc=psl;p=reject;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=none; np=reject                         | RFC7489  | v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=none; np=reject                         | RFC9989  | v=1;std=9989;disc=treewalk;p=none;sp=none;np=reject;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=none; sp=quarantine                     | RFC9989  | v=1;std=9989;disc=treewalk;p=none;sp=quarantine;np=quarantine;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=none; adkim=s; aspf=s; pct=7; fo=s:1:d  | RFC7489  | v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=s;aspf=s;pct=7;fo=s:1:d;t=n;psd=u;every=86400
            p=none; t=y; psd=n; ri=3600; pct=7        | RFC9989  | v=1;std=9989;disc=treewalk;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=y;psd=n;every=86400
            p=none; psd=y                             | RFC9989  | v=1;std=9989;disc=treewalk;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=y;every=86400
            sp=reject                                 | RFC7489  | v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400
            p=none; ri=3600                           | RFC7489  | v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=7200
            """)
    void tellsThePolicyAsPublished(String tags, Standard standard, String text) {
        Discovery.Found found = found("v=DMARC1; " + tags + "; rua=mailto:a@example.com", standard);
        Evaluation evaluation = evaluation(standard, TestEvaluation.result(Status.PASS, found, Policy.NONE, true));
        ReportFacts facts = new RecordingRules(ReportScope.ALL, 7_200)
                .facts(evaluation, false)
                .orElseThrow();
        assertEquals(text, facts.policy().text());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # rua                                             | standard | kept
            mailto:A.b@Example.com                            | RFC7489  | mailto:A.b@Example.com
            mailto:a@b.example!10m,mailto:c@d.example         | RFC7489  | mailto:a@b.example!10m mailto:c@d.example
            mailto:a@b.example!10m                            | RFC9989  | mailto:a@b.example
            mailto:a@b.example!any thing                      | RFC9989  | mailto:a@b.example
            mailto:a@b.example, mailto:a@b.example            | RFC7489  | mailto:a@b.example
            https://b.example/, mailto:a@b.example, mailto:no | RFC7489  | mailto:a@b.example
            """)
    void keepsTheAddresses(String rua, Standard standard, String kept) {
        Discovery.Found found = found("v=DMARC1; p=none; rua=" + rua, standard);
        Evaluation evaluation = evaluation(standard, TestEvaluation.result(Status.PASS, found, Policy.NONE, true));
        assertEquals(List.of(kept.split(" ")), facts(evaluation).rua());
    }

    @Test
    void keepsSoManyAddresses() {
        String rua = IntStream.range(0, 30)
                .mapToObj(i -> "mailto:a" + i + "@b.example")
                .collect(Collectors.joining(","));
        assertEquals(10, factsOf("p=none; rua=" + rua).rua().size());
        String large = IntStream.range(0, 9)
                .mapToObj(i -> "mailto:" + "x".repeat(400) + i + "@b.example")
                .collect(Collectors.joining(","));
        assertEquals(4, factsOf("p=none; rua=" + large).rua().size());
    }

    @Test
    void tellsMistakesBriefly() {
        List<String> mistakes = factsOf("p=none; sp=bad; np; fo=9; pct=x; adkim=q; rua=mailto:a@example.com")
                .mistakes();
        assertEquals(3, mistakes.size(), mistakes::toString);
        assertEquals("\"np\" is ignored: a tag is written name=value.", mistakes.get(0));
        String text = String.join("; ", mistakes);
        assertTrue(text.length() <= 304 && text.chars().allMatch(c -> c >= ' ' && c < 0x7F), text);
    }

    @ParameterizedTest(name = "{7}")
    @CsvSource(delimiter = '|', textBlock = """
            # status   | published  | to apply   | done       | because           | disposition | reason                                        | why
            pass       | none       | none       | accept     |                   | none        |                                               | nothing was asked for
            pass       | quarantine | quarantine | accept     |                   | pass        |                                               | it passed where something was asked for
            pass       | reject     | reject     | accept     |                   | pass        |                                               | the same
            fail       | none       | none       | accept     |                   | none        |                                               | the owner watches
            fail       | quarantine | quarantine | quarantine |                   | quarantine  |                                               | as asked
            fail       | quarantine | quarantine | accept     | local_policy      | none        | LOCAL_POLICY quarantine not enforced          | HoldQuarantinedMessages is off
            fail       | reject     | reject     | reject     |                   | reject      |                                               | as asked
            fail       | reject     | reject     | accept     | local_policy      | none        | LOCAL_POLICY reject not enforced              | RejectFailures is off
            fail       | reject     | reject     | quarantine | local_policy      | quarantine  | LOCAL_POLICY reject treated as quarantine     | another author domain asks for that
            fail       | reject     | quarantine | quarantine | sampled_out       | quarantine  | SAMPLED_OUT sampled out, pct=30               | pct weakens it
            fail       | quarantine | none       | accept     | sampled_out       | none        | SAMPLED_OUT sampled out, pct=30               | pct takes it away
            fail       | reject     | quarantine | accept     | sampled_out local_policy | none | SAMPLED_OUT sampled out, pct=30 + LOCAL_POLICY quarantine not enforced | weakened, and not done
            fail       | reject     | quarantine | quarantine | policy_test_mode  | quarantine  | POLICY_TEST_MODE t=y                          | t=y weakens it
            fail       | quarantine | none       | accept     | policy_test_mode  | none        | POLICY_TEST_MODE t=y                          | t=y takes it away
            fail       | reject     | reject     | accept     | trusted_forwarder | none        | TRUSTED_FORWARDER arc=pass                    | ARC vouches for it
            fail       | quarantine | none       | accept     | sampled_out trusted_forwarder | none | SAMPLED_OUT sampled out, pct=30 + TRUSTED_FORWARDER arc=pass | both
            temperror  | none       | none       | accept     |                   | none        |                                               | nothing would follow
            temperror  | reject     | reject     | accept     |                   | none        | OTHER temporary error                         | SPF or DKIM is open
            pass       | none       | none       | reject     |                   | reject      | LOCAL_POLICY policy of another author domain  | a second author fails
            fail       | none       | none       | quarantine |                   | quarantine  | LOCAL_POLICY policy of another author domain  | the same
            fail       | quarantine | quarantine | reject     | local_policy      | reject      | LOCAL_POLICY policy of another author domain  | the same
            fail       | reject     | reject     | reject     | local_policy      | reject      |                                               | it would have been let in by itself
            """)
    void tellsWhatWasDone(
            String status,
            String published,
            String toApply,
            String done,
            String because,
            String disposition,
            String reason,
            String why) {
        Status typed = Status.valueOf(upper(status));
        DmarcResult result = new DmarcResult(
                DomainName.of("example.com"),
                typed,
                found("v=DMARC1; p=reject; pct=30; rua=mailto:a@example.com", Standard.RFC7489),
                Policy.valueOf(upper(published)),
                Policy.valueOf(upper(toApply)),
                Optional.empty(),
                Optional.empty(),
                "");
        List<OverrideReason> overrides =
                words(because).map(word -> OverrideReason.valueOf(upper(word))).toList();
        Evaluation evaluation =
                evaluation(Standard.RFC7489, result, overrides, ArcSeen.NONE).with(Applied.valueOf(upper(done)));
        RowFacts row = facts(evaluation).row();
        assertEquals(disposition, row.disposition().name().toLowerCase(Locale.ROOT), why);
        assertEquals(
                reason == null ? "" : reason,
                row.reasons().stream()
                        .map(each -> each.type() + " " + each.comment())
                        .collect(Collectors.joining(" + ")),
                why);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # sets: instance,sealer,selector,address        | comment                                                                            | why
            1,a.example,s1,192.0.2.1                        | arc=pass as[1].d=a.example as[1].s=s1 client-ip[1]=192.0.2.1                       | one hop
            1,a.example,s1,192.0.2.1 2,B.example,s2,        | arc=pass as[2].d=b.example as[2].s=s2 as[1].d=a.example as[1].s=s1 client-ip[1]=192.0.2.1 | the last one first
            1,a,s,192.0.2.1 2,b,s, 3,c,s, 4,d,s,            | arc=pass as[4].d=d as[4].s=s as[3].d=c as[3].s=s as[2].d=b as[2].s=s client-ip[1]=192.0.2.1 | three are told
            1,a.example,s1,no.address                       | arc=pass as[1].d=a.example as[1].s=s1                                              | an address that is none
            1,<a>&;',s{1},                                  | arc=pass as[1].d=?a???? as[1].s=s?1?                                               | hostile names
            """)
    void tellsWhoVouches(String sets, String comment, String why) {
        ArcSeen arc = new ArcSeen(
                true, true, words(sets).map(RecordingRulesTest::arcSet).toList());
        assertEquals(comment, arcComment(arc), why);
    }

    @Test
    void aLongChainKeepsTheCommentShort() {
        List<ArcSet> sets = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> new ArcSet(i, "d".repeat(250), "s", "192.0.2.1"))
                .toList();
        assertEquals("arc=pass client-ip[1]=192.0.2.1", arcComment(new ArcSeen(true, true, sets)));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            # signatures                                                        | aligned     | reported                                                       | why
                                                                                |             |                                                                | no signature, no element
            example.com s1 pass                                                 | example.com | example.com s1 pass                                            | one
            x.example a pass, mail.example.com b pass, example.com c pass       | example.com | example.com c pass, mail.example.com b pass, x.example a pass  | strictly aligned first, then relaxed, then others
            x.example a fail, x.example b neutral, example.com c fail, y.example d pass | y.example | y.example d pass, x.example a fail, x.example b neutral, example.com c fail | passes first, the others as they come
            x.example a pass, x.example a pass, x.example b pass                |             | x.example a pass, x.example b pass                             | each once
            x.example a pass, x.example a fail                                  |             | x.example a pass, x.example a fail                             | two results
            x.example - nonsense, x.example b PASS, x.example c temperror       |             | x.example b pass, x.example - neutral, x.example c temperror   | a word that nobody knows
            x.example a softfail, x.example b none, x.example c policy, x.example d permerror, x.example e hardfail | | x.example a neutral, x.example b none, x.example c policy, x.example d permerror, x.example e neutral | the words of DKIM
            """)
    void tellsTheSignatures(String signatures, String aligned, String reported, String why) {
        List<DkimSeen> seen = items(signatures)
                .map(parts -> TestEvaluation.dkim(parts[0], parts[1], parts[2]))
                .toList();
        DmarcResult result = new DmarcResult(
                DomainName.of("example.com"),
                Status.PASS,
                found(RECORD, Standard.RFC7489),
                Policy.REJECT,
                Policy.REJECT,
                Optional.ofNullable(aligned).map(DomainName::of),
                Optional.empty(),
                "");
        RowFacts row = facts(TestEvaluation.plain("Q").dmarc(result).dkim(seen).evaluation())
                .row();
        assertEquals(
                reported == null ? "" : reported,
                row.dkim().stream()
                        .map(auth -> auth.domain() + " " + auth.selector() + " "
                                + auth.result().word())
                        .collect(Collectors.joining(", ")),
                why);
        assertEquals(aligned != null, row.dkimAligned(), why);
    }

    @Test
    void tellsOneHundredSignatures() {
        List<DkimSeen> seen = IntStream.range(0, 150)
                .mapToObj(i -> TestEvaluation.dkim("d" + i + ".example", "s", "fail"))
                .toList();
        List<RowFacts.DkimAuth> told =
                facts(TestEvaluation.plain("Q").dkim(seen).evaluation()).row().dkim();
        assertEquals(100, told.size());
        assertEquals("d99.example", told.get(99).domain());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
            # MAIL FROM             | HELO           | result and its domain   | reported                          | why
            u@example.com           | h.example      | pass example.com        | example.com mfrom pass            | the usual one
            u@example.com           | h.example      | hardfail example.com    | example.com mfrom fail            | an old word
            u@example.com           | h.example      | error example.com       | example.com mfrom permerror       | an old word
            u@example.com           | h.example      | unknown example.com     | example.com mfrom temperror       | an old word
            u@example.com           | h.example      | policy example.com      | example.com mfrom policy          | a word of RFC 8601
            u@example.com           | h.example      | softfail example.com    | example.com mfrom softfail        | a word of RFC 7208
            u@example.com           | h.example      | xyz example.com         | example.com mfrom neutral         | a word that nobody knows
            u@example.com           | h.example      | pass -                  | example.com mfrom none            | a result about somebody else was not used
            u@example.com           | h.example      |                         | example.com mfrom none            | no result
            u@EXAMPLE.com           | h.example      |                         | example.com mfrom none            | lower case
            u@b\u00c3\u00bccher.example | h.example      |                         | xn--bcher-kva.example mfrom none  | A-labels
            u@[192.0.2.1]           | h.example      |                         | [192.0.2.1] mfrom none            | an address literal
            u@a,b;<c>               | h.example      |                         | a?b??c? mfrom none                | no name at all
            u@                      | h.example      |                         | example.com mfrom none            | no domain
            <>                      | h.example      | pass h.example          | h.example helo pass               | the null sender is the HELO name's
            <>                      | H.Example      |                         | h.example helo none               | the same without a result
            <>                      | a b<c>         |                         | a?b?c? helo none                  | a HELO name that is none
            <>                      |                |                         | example.com mfrom none            | neither: the author domain
            root                    | h.example      | pass -                  | h.example helo none               | no domain to speak for
            """)
    void tellsTheSpfResult(String sender, String helo, String result, String reported, String why) {
        Optional<SpfSeen> spf = Optional.ofNullable(result).map(text -> {
            String[] parts = text.split(" ");
            SpfSeen usual = TestEvaluation.spf(parts[0]);
            return new SpfSeen(
                    Optional.of(parts[1]).filter(name -> !name.equals("-")).map(DomainName::of),
                    SpfIdentity.Scope.MAIL_FROM,
                    usual.result(),
                    usual.source(),
                    List.of());
        });
        Evaluation evaluation = TestEvaluation.plain("Q")
                .sender(sender)
                .helo(helo == null ? "" : helo)
                .spf(spf)
                .evaluation();
        RowFacts.SpfAuth auth = facts(evaluation).row().spf();
        assertEquals(
                reported,
                auth.domain() + " " + (auth.helo() ? "helo" : "mfrom") + " "
                        + auth.result().word(),
                why);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            u@Example.com          | example.com
            <>                     | ''
            root                   | ''
            u@[IPv6:2001:db8::1]   | [ipv6:2001:db8::1]
            u@evil\\texample        | evil?texample
            """)
    void tellsTheEnvelopeSender(String sender, String reported) {
        assertEquals(
                reported,
                facts(TestEvaluation.plain("Q").sender(sender).evaluation())
                        .row()
                        .envelopeFrom());
    }

    @ParameterizedTest(name = "{0}, {1}, own {2}: {3}")
    @CsvSource({
        "PASS, ACCEPT, false, REASON",
        "FAIL, ACCEPT, false, REASON",
        "FAIL, QUARANTINE, false, REASON",
        "FAIL, REJECT, false, REJECTED",
        "PASS, REJECT, false, REASON",
        "PASS, ACCEPT, true, OWN_REPORTS",
        "FAIL, REJECT, true, OWN_REPORTS",
    })
    void weighs(Status status, Applied applied, boolean own, Weight weight) {
        DmarcResult result =
                TestEvaluation.result(status, found(RECORD, Standard.RFC7489), Policy.REJECT, status == Status.PASS);
        Evaluation evaluation =
                TestEvaluation.plain("Q").dmarc(result).applied(applied).evaluation();
        assertEquals(weight, RULES.facts(evaluation, own).orElseThrow().row().weight());
    }

    @Test
    void takesAMappedAddressAsIpv4() {
        IpAddress mapped = IpAddress.asWritten("::ffff:192.0.2.7").orElseThrow();
        assertEquals(
                "192.0.2.7",
                facts(TestEvaluation.plain("Q").client(Optional.of(mapped)).evaluation())
                        .client()
                        .text());
    }

    private static String arcComment(ArcSeen arc) {
        DmarcResult result = TestEvaluation.result(Status.FAIL, found(RECORD, Standard.RFC7489), Policy.REJECT, false);
        Evaluation evaluation = evaluation(Standard.RFC7489, result, List.of(OverrideReason.TRUSTED_FORWARDER), arc);
        return facts(evaluation).row().reasons().get(0).comment();
    }

    private static ArcSet arcSet(String text) {
        String[] parts = text.split(",", 4);
        return new ArcSet(Integer.parseInt(parts[0]), parts[1], parts[2], parts[3]);
    }

    private static ReportFacts factsOf(String tags) {
        Discovery.Found found = found("v=DMARC1; " + tags, Standard.RFC7489);
        return facts(evaluation(Standard.RFC7489, TestEvaluation.result(Status.PASS, found, Policy.NONE, true)));
    }

    private static ReportFacts facts(Evaluation evaluation) {
        return RULES.facts(evaluation, false).orElseThrow();
    }

    private static Discovery.Found found(String record, Standard standard) {
        if (DmarcRecordParser.parse(record, standard) instanceof Parsed.Usable usable) {
            return new Discovery.Found(usable.record(), DomainName.of("example.com"), false, true, usable.mistakes());
        }
        throw new IllegalArgumentException(record);
    }

    private static Evaluation evaluation(Standard standard, DmarcResult result) {
        return evaluation(standard, result, List.of(), ArcSeen.NONE);
    }

    private static Evaluation evaluation(
            Standard standard, DmarcResult result, List<OverrideReason> overrides, ArcSeen arc) {
        Evaluation plain = TestEvaluation.plain("Q").evaluation();
        return new Evaluation(
                plain.queueId(),
                plain.reporter(),
                plain.at(),
                plain.client(),
                plain.helo(),
                plain.sender(),
                plain.recipientDomain(),
                standard,
                result,
                plain.dkim(),
                plain.spf(),
                arc,
                plain.applied(),
                overrides);
    }

    private static Set<DomainName> domains(String text) {
        return words(text).map(DomainName::of).collect(Collectors.toSet());
    }

    private static Stream<String> words(String text) {
        return text == null ? Stream.empty() : Arrays.stream(text.split(" "));
    }

    private static Stream<String[]> items(String text) {
        List<String[]> items = new ArrayList<>();
        if (text != null) {
            for (String item : text.split(", ")) {
                items.add(item.split(" "));
            }
        }
        return items.stream();
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }
}
