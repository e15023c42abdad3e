package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryFormatTest {
    private static final String PLAIN = """
            job QID123
            reporter mx.test.example
            received 1795493204
            ipaddr 192.0.2.10
            from example.com
            mfrom example.com
            dkim example.com sel1 0
            spf 0
            spf_scope 1
            pdomain example.com
            policy 15
            rua mailto:a@example.com
            pct 100
            adkim 114
            aspf 114
            p 114
            sp 0
            fo 0
            align_dkim 4
            align_spf 4
            arc 7
            arc_policy 2 json:[]
            action 2
            """;

    @Test
    void writesOpenDmarcsExampleToTheLetter() {
        assertEquals(PLAIN, HistoryFormat.write(TestEvaluation.plain("QID123").evaluation(), true));
    }

    @Test
    @DisplayName("without HistoryExtraKeys the importer of 1.4.2 meets no key that it does not know")
    void writesTheKeysOfOpenDmarc142() {
        assertEquals(
                PLAIN.replaceAll("(?m)^(spf_scope|fo) .*\n", ""),
                HistoryFormat.write(TestEvaluation.plain("QID123").evaluation(), false));
    }

    @Test
    void writesAMessageWithoutRecordToTheLetter() {
        Evaluation nothing = TestEvaluation.plain("QID124")
                .client(Optional.empty())
                .sender("<>")
                .dkim(List.of())
                .spf(Optional.empty())
                .dmarc(TestEvaluation.result(Status.NONE, new Discovery.NoPolicy(""), Policy.NONE, false))
                .evaluation();
        String expected = """
                job QID124
                reporter mx.test.example
                received 1795493204
                ipaddr 127.0.0.1
                from example.com
                mfrom\s
                spf -1
                spf_scope -1
                pdomain example.com
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
                """;
        assertEquals(expected, HistoryFormat.write(nothing, true));
    }

    @Test
    void writesArcSetsAsOpenDmarcSpellsThem() {
        ArcSeen arc = new ArcSeen(
                true,
                true,
                List.of(
                        new ArcSet(1, "Relay.example", "sel", "203.0.113.5"),
                        new ArcSet(2, "quote\"d\\.example", "s 2", "")));
        assertEquals(
                "arc 0\narc_policy 0 json:[{ \"i\": 1, \"d\":\"relay.example\", \"s\":\"sel\", \"ip\":\"203.0.113.5\" }, "
                        + "{ \"i\": 2, \"d\":\"quote\\\"d\\\\.example\", \"s\":\"s?2\", \"ip\":\"\" }]\n",
                lines(withArc(arc), "arc", "arc_policy"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
        pass,      0
        softfail,  2
        neutral,   3
        temperror, 4
        permerror, 5
        none,      6
        fail,      7
        policy,    8
        nxdomain,  9
        signed,    10
        unknown,   11
        discard,   12
        Pass,      0
        hardfail,  11
        '',        11
        """)
    void numbersResultWords(String word, int code) {
        assertEquals(code, ResultCode.of(ResultWord.of(word)).code());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # status  | policy     | code | why
        PASS      | REJECT     | 15   | a pass is a pass whatever the policy
        FAIL      | REJECT     | 16   | failed, reject asked
        FAIL      | QUARANTINE | 17   | failed, quarantine asked
        FAIL      | NONE       | 18   | failed, nothing asked
        TEMPERROR | REJECT     | 14   | an open verdict is written like a DNS failure
        PERMERROR | NONE       | 14   | nothing applied
        NONE      | NONE       | 14   | no record
        """)
    void numbersPolicies(Status status, Policy policy, int code, String why) {
        Discovery found = TestEvaluation.found(TestEvaluation.record("v=DMARC1; p=" + policy.word()));
        Evaluation evaluation = withResult(TestEvaluation.result(status, found, policy, false));
        assertEquals("policy " + code + "\n", lines(evaluation, "policy"), why);
    }

    @Test
    void writesTheWholePolicyRecord() {
        DmarcRecord record = new DmarcRecord(
                Policy.QUARANTINE,
                Optional.of(Policy.NONE),
                Optional.empty(),
                AlignmentMode.STRICT,
                AlignmentMode.RELAXED,
                7,
                false,
                DmarcRecord.Psd.UNKNOWN,
                List.of("1", "d", "s"),
                3_600,
                List.of(TestEvaluation.uri("mailto:a@example.com"), TestEvaluation.uri("https://example.com/dmarc")),
                List.of(TestEvaluation.uri("mailto:f@example.com")));
        Discovery found = new Discovery.Found(record, DomainName.of("org.example"), true, true, List.of());
        Evaluation evaluation = withResult(TestEvaluation.result(Status.FAIL, found, Policy.NONE, false));
        assertEquals(
                """
                pdomain org.example
                policy 18
                rua mailto:a@example.com
                rua https://example.com/dmarc
                pct 7
                adkim 115
                aspf 114
                p 113
                sp 110
                fo 14
                align_dkim 5
                align_spf 5
                """,
                lines(
                        evaluation,
                        "pdomain",
                        "policy",
                        "rua",
                        "pct",
                        "adkim",
                        "aspf",
                        "p",
                        "sp",
                        "fo",
                        "align_dkim",
                        "align_spf"));
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # domain            | selector      | line                         | why
        example.com         |               | dkim example.com - 0         | no selector
        Example.COM         | Sel           | dkim example.com Sel 0       | domains in lower case
        b.example           | s t           | dkim b.example s?t 0         | blanks would make more words
        x.example           | json:[]       | dkim x.example json?[] 0     | the importer would read it as the ARC list
        c.example           | -             | dkim c.example - 0           | a lone hyphen is no selector
        c.example           | <s>&amp;      | dkim c.example ?s??amp; 0    | no markup for reports that escape nothing
        b\u00fccher.example | \u20ac        | dkim xn--bcher-kva.example ? 0 | other scripts
        """)
    void writesSignatures(String domain, String selector, String line, String why) {
        Evaluation evaluation = TestEvaluation.plain("Q")
                .dkim(List.of(TestEvaluation.dkim(domain, selector == null ? "" : selector, "pass")))
                .evaluation();
        assertEquals(line + "\n", lines(evaluation, "dkim"), why);
    }

    @Test
    @DisplayName("ARC sets carry no markup into reports that escape nothing")
    void arcSetsHoldNoMarkup() {
        ArcSeen arc = new ArcSeen(false, false, List.of(new ArcSet(1, "</x>&d.example", "<s>", "<1&2>")));
        assertEquals(
                "arc_policy 2 json:[{ \"i\": 1, \"d\":\"?/x??d.example\", \"s\":\"?s?\", \"ip\":\"?1?2?\" }]\n",
                lines(withArc(arc), "arc_policy"));
    }

    @Test
    @DisplayName("a report address keeps its ampersand, as no report shows it")
    void reportAddressesKeepTheirCharacters() {
        Evaluation evaluation = publishing(List.of(TestEvaluation.uri("https://example.com/?a=1&b=2")));
        assertEquals("rua https://example.com/?a=1&b=2\n", lines(evaluation, "rua"));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # envelope sender   | line               | why
        <>                  | 'mfrom '           | the null sender: the line stays, with its blank
        -                   | 'mfrom '           | nobody hides by a sender that is no mailbox
        <u@a%naction 0>     | 'mfrom '           | no second line
        <u@<a>&b>           | 'mfrom '           | no markup
        <u@[192.0.2.1]>     | 'mfrom '           | an address literal is no domain
        <u@Example.NET>     | mfrom example.net  | a domain
        """)
    void writesEnvelopeDomains(String sender, String line, String why) {
        Evaluation evaluation =
                TestEvaluation.plain("Q").sender(sender.replace("%n", "\n")).evaluation();
        assertEquals(line + "\n", lines(evaluation, "mfrom"), why);
    }

    @Test
    void boundsLengthsAndNumbers() {
        List<DkimSeen> signatures = IntStream.range(0, 500)
                .mapToObj(i -> TestEvaluation.dkim("d.example", "s".repeat(1_000), "pass"))
                .toList();
        List<ArcSet> sets = IntStream.range(-100, 1_000)
                .mapToObj(i -> new ArcSet(i, "\"".repeat(999), "\\".repeat(999), "9".repeat(999)))
                .toList();
        Evaluation large = TestEvaluation.plain("Q".repeat(1_000))
                .reporter("r".repeat(1_000))
                .dkim(signatures)
                .arc(new ArcSeen(true, false, sets))
                .evaluation();
        String text = HistoryFormat.write(large, true);
        assertTrue(text.length() < TornTail.MAX_RECORD, "the torn tail of any record is found");
        assertTrue(text.lines().allMatch(line -> line.length() < HistoryFormat.MAX_LINE));
        HistoryRecord read = readOne(text);
        assertEquals(128, read.jobId().length());
        assertEquals(255, read.reporter().length());
        assertEquals(100, read.dkim().size());
        assertEquals(50, read.arcSets().size());
    }

    @Test
    void keepsReportAddressesThatFitTheImportersColumn() {
        String hundred = "mailto:" + "a".repeat(81) + "@example.com";
        Evaluation evaluation = publishing(Stream.of(hundred, hundred, hundred, "mailto:b@example.com")
                .map(TestEvaluation::uri)
                .toList());
        List<String> kept = readOne(HistoryFormat.write(evaluation, true)).rua();
        assertEquals(List.of(hundred, hundred, "mailto:b@example.com"), kept, "none is changed, none is cut");
        assertTrue(String.join(",", kept).length() <= 255);
    }

    @Test
    void keepsOneArcSetAnInstance() {
        ArcSeen arc = new ArcSeen(
                false,
                false,
                List.of(
                        new ArcSet(2, "two.example", "s", ""),
                        new ArcSet(0, "zero.example", "s", ""),
                        new ArcSet(2, "again.example", "s", ""),
                        new ArcSet(51, "far.example", "s", ""),
                        new ArcSet(1, "one.example", "s", "")));
        assertEquals(
                List.of(new ArcSet(2, "two.example", "s", ""), new ArcSet(1, "one.example", "s", "")),
                readOne(HistoryFormat.write(withArc(arc), true)).arcSets());
    }

    @Test
    void readsBackWhatItWrites() throws IOException {
        Random random = new Random(9_091);
        StringBuilder file = new StringBuilder();
        List<Evaluation> written = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Evaluation evaluation = Evaluations.any(i % 5 == 0 ? "a\nb " + i : "Q" + i, random);
            file.append(HistoryFormat.write(evaluation, true));
            written.add(evaluation);
        }
        assertTrue(file.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')), "printable US-ASCII only");
        List<HistoryRecord> read = new ArrayList<>();
        HistoryReader.read(new BufferedReader(new StringReader(file.toString())), read::add, problem -> {
            throw new AssertionError(problem);
        });
        assertEquals(
                written.stream().map(HistoryFormatTest::plainFacts).toList(),
                read.stream().map(HistoryFormatTest::plainFacts).toList());
    }

    /** What no code, no bound and no mending changes. */
    private static List<Object> plainFacts(Evaluation evaluation) {
        return List.of(
                evaluation.at().getEpochSecond(),
                evaluation.dmarc().author().ascii(),
                evaluation.sender().domain().map(DomainName::ascii).orElse(""),
                evaluation.dkim().stream().map(dkim -> dkim.domain().ascii()).toList(),
                evaluation.dmarc().policyDomain().ascii());
    }

    private static List<Object> plainFacts(HistoryRecord record) {
        return List.of(
                record.received(),
                record.fromDomain(),
                record.envelopeDomain(),
                record.dkim().stream().map(HistoryRecord.Signature::domain).toList(),
                record.policyDomain());
    }

    @Test
    void readsTheFormOfOpenDmarc142() {
        String old = PLAIN.replaceAll("(?m)^(spf_scope|fo) .*\n", "");
        HistoryRecord read = readOne(old);
        assertEquals(-1, read.spfScope());
        assertEquals(0, read.fo());
        assertEquals("QID123", read.jobId());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', nullValues = "", textBlock = """
        # line                           | instead                        | problem                                   | why
        spf 0                            | spf zero                       | record at line 1: no usable value for 'spf' | a number is needed
        policy 15                        | policy 99999999999999999999    | record at line 1: no usable value for 'policy' | a number within reason
        action 2                         |                                | record at line 1: 'action' is missing     | a torn record
        mfrom example.com                | 'mfromexample.com'             | line 6: unknown key; record at line 1: 'mfrom' is missing | no blank, no key
        arc_policy 2 json:[]             | arc_policy 2 json:[{"d":"a"b"}] | record at line 1: the ARC list is no JSON | OpenDMARC does not escape
        arc_policy 2 json:[]             | arc_policy 2 json:[            | record at line 1: the ARC list is no JSON | cut
        dkim example.com sel1 0          | dkim example.com               | line 7: 'dkim' needs a domain, a selector and a result | a word is missing
        dkim example.com sel1 0          | dkim example.com sel1          | line 7: no result code                    | without a selector the result follows
        dkim example.com sel1 0          | dkim example.com sel1 x        | line 7: no result code                    | no number
        fo 0                             | colour blue                    | line 18: unknown key                      | skipped, as the importer does
        job QID123                       | reporter again                 | line 1: no 'job' before it; 22            | a file that begins in the middle
        """)
    void saysWhatIsWrong(String line, String instead, String problem, String why) throws IOException {
        String text = PLAIN.replace(line + "\n", instead == null ? "" : instead + "\n");
        List<String> problems = new ArrayList<>();
        List<HistoryRecord> records = new ArrayList<>();
        HistoryReader.read(
                new BufferedReader(new StringReader(text + PLAIN.replace("QID123", "QID124"))),
                records::add,
                problems::add);
        assertEquals("QID124", records.get(records.size() - 1).jobId(), "the next record is read");
        if (problem.endsWith("; 22")) {
            assertEquals(23, problems.size(), why);
            assertEquals(problem.substring(0, problem.length() - 4), problems.get(0), why);
        } else {
            assertEquals(problem, String.join("; ", problems), why);
        }
    }

    @Test
    void boundsLinesWhenReading() throws IOException {
        List<String> problems = new ArrayList<>();
        HistoryReader.read(
                new BufferedReader(new StringReader("job a\nfrom " + "x".repeat(1_000_000) + "\n")),
                record -> {},
                problems::add);
        assertEquals("line 2: too long", problems.get(0));
    }

    private static Evaluation withResult(DmarcResult result) {
        return TestEvaluation.plain("Q").dmarc(result).evaluation();
    }

    private static Evaluation publishing(List<DmarcUri> rua) {
        DmarcRecord record = TestEvaluation.record(Policy.NONE, List.of("0"), rua, List.of());
        return withResult(TestEvaluation.result(Status.PASS, TestEvaluation.found(record), Policy.NONE, true));
    }

    private static Evaluation withArc(ArcSeen arc) {
        return TestEvaluation.plain("Q").arc(arc).evaluation();
    }

    private static String lines(Evaluation evaluation, String... keys) {
        List<String> wanted = List.of(keys);
        StringBuilder kept = new StringBuilder();
        for (String line : HistoryFormat.write(evaluation, true).split("\n", -1)) {
            if (line.contains(" ") && wanted.contains(line.substring(0, line.indexOf(' ')))) {
                kept.append(line).append('\n');
            }
        }
        return kept.toString();
    }

    private static HistoryRecord readOne(String text) {
        List<HistoryRecord> records = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            HistoryReader.read(new BufferedReader(new StringReader(text)), records::add, problems::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertEquals(List.of(), problems);
        assertEquals(1, records.size());
        return records.get(0);
    }
}
