package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.testing.HistoryText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordedEvaluationTest {
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, 86_400);

    private static final String ROW =
            "disposition=pass;dkim=p;spf=p;reasons=;from=example.com;mail_from=example.com;rcpt_to=;"
                    + "auth_dkim=example.com sel1 pass;auth_spf=example.com mfrom pass;weight=reason";
    private static final String POLICY =
            "v=1;std=7489;disc=psl;p=reject;sp=reject;np=reject;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400";

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "", textBlock = """
        # lines in place of those of their keys       | in the row or the policy                     | why
        reporter other.example                        |                                              | as it is
        from Sub.EXAMPLE.com                          | from=sub.example.com                         | lower case
        mfrom b.example                               | mail_from=b.example;auth_spf=b.example mfrom pass | the sender's domain was checked
        'mfrom '                                      | mail_from=;auth_spf=example.com helo pass    | aligned, so a name of the author's
        'mfrom ,align_spf 5'                          | mail_from=;auth_spf=invalid helo pass;spf=f  | the HELO name is not in the file
        'spf -1,align_spf 5'                          | auth_spf=example.com mfrom none;spf=f        | nobody checked
        spf 2                                         | auth_spf=example.com mfrom softfail          | each number its word
        spf 9                                         | auth_spf=example.com mfrom neutral           | nxdomain is no word of a report
        spf 11                                        | auth_spf=example.com mfrom neutral           | unknown is not an error
        dkim example.com sel1 7                       | auth_dkim=example.com sel1 fail              | each number its word
        dkim example.com - 0                          | 'auth_dkim=example.com  pass'                | selector unknown
        dkim example.com 0                            | 'auth_dkim=example.com  pass'                | OpenDMARC 1.3 writes no selector
        dkim example.com s 10                         | auth_dkim=example.com s neutral              | signed is no word of a report
        'policy 16,align_dkim 5,align_spf 5,action 0' | disposition=reject;dkim=f;spf=f;weight=rejected | rejected
        'policy 16,align_dkim 5,align_spf 5,action 1' | disposition=reject;dkim=f;spf=f;weight=rejected | discarded
        'policy 17,p 113,align_dkim 5,align_spf 5,action 4' | disposition=quarantine;dkim=f;spf=f;p=quarantine;sp=quarantine;np=quarantine | held
        'policy 16,align_dkim 5,align_spf 5'          | disposition=none;dkim=f;spf=f;reasons=local_policy reject not enforced | delivered
        'policy 16,align_dkim 5,align_spf 5,action 4' | disposition=quarantine;dkim=f;spf=f;reasons=local_policy reject treated as quarantine | held instead
        'policy 16,align_dkim 5,align_spf 5,pct 0'    | disposition=none;dkim=f;spf=f;reasons=sampled_out sampled out, pct=0;pct=0 | nothing else can be why
        'policy 16,align_dkim 5,align_spf 5,pct 50'   | disposition=none;dkim=f;spf=f;reasons=local_policy reject not enforced;pct=50 | the file does not say
        'policy 16,align_dkim 5,align_spf 5,arc 0,arc_policy 0 json:[{"i":1,"d":"l.example","s":"s","ip":"203.0.113.5"}]' | disposition=none;dkim=f;spf=f;reasons=trusted_forwarder arc=pass as[1].d=l.example as[1].s=s client-ip[1]=203.0.113.5 | ARC
        'policy 18,p 110,align_dkim 5,align_spf 5'    | disposition=none;dkim=f;spf=f;p=none;sp=none;np=none | nothing was asked for
        'from a.example.com,policy 18,sp 110,align_dkim 5,align_spf 5' | disposition=none;dkim=f;spf=f;from=a.example.com;sp=none;np=none | sp applied
        'from a.example.com,sp 110'                   | disposition=none;from=a.example.com;sp=none;np=none | passes, and sp asked for nothing
        'adkim 115,aspf 115'                          | adkim=s;aspf=s                               | strict
        fo 13                                         | fo=0:d:s                                     | a bit for each option
        'spf 7,spf_scope 2'                           | auth_spf=example.com mfrom fail              | a sender with a domain is the identity
        """)
    void readsTheRecord(String lines, String expected, String why) throws IOException {
        Map<String, String> values = values(ROW);
        Map<String, String> policy = values(POLICY);
        for (Map.Entry<String, String> value :
                values(expected == null ? "" : expected).entrySet()) {
            (policy.containsKey(value.getKey()) ? policy : values).put(value.getKey(), value.getValue());
        }
        ReportFacts facts = facts(lines).orElseThrow();
        assertEquals(values, values(facts.row().text()), why);
        assertEquals(policy, values(facts.policy().text()), why);
        assertEquals(List.of("mailto:a@example.com"), facts.rua());
        assertEquals("192.0.2.10", facts.client().text());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        ipaddr 127.0.0.1        | what the file has for a client without an address
        action 3                | put off: it comes again
        'policy 14,rua -'       | there was no record
        rua -                   | nobody asked for reports
        rua nonsense            | no address
        """)
    void tellsNothingOf(String lines, String why) throws IOException {
        assertEquals(Optional.empty(), facts(lines), why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        from a..b               | record at line 1: no usable value for 'from'
        'pdomain '              | record at line 1: no usable value for 'pdomain'
        ipaddr 300.1.2.3        | record at line 1: no usable value for 'ipaddr'
        action 9                | record at line 1: no usable value for 'action'
        policy 3                | record at line 1: no usable value for 'policy'
        dkim - s 0              | record at line 1: a signature has no domain and is left out
        """)
    void saysWhatCannotBeUsed(String lines, String problem) throws IOException {
        List<String> problems = new ArrayList<>();
        read(HistoryText.with(lines), problems);
        assertEquals(List.of(problem), problems);
    }

    /** Whatever was evaluated: what the file can hold comes back. */
    @Test
    void readsBackWhatWasWritten() throws IOException {
        Random random = new Random(20_261_128);
        for (int i = 0; i < 3_000; i++) {
            Evaluation written = Evaluations.any("Q" + i, random);
            List<String> problems = new ArrayList<>();
            List<Evaluation> all = read(HistoryFormat.write(written, true), problems);
            assertEquals(List.of(), problems);
            Evaluation read = all.get(0);
            assertEquals(coarse(written), coarse(read), () -> HistoryFormat.write(written, true));
            assertEquals(Standard.RFC7489, read.standard());
            assertEquals(written.dkim().size(), read.dkim().size());
            assertTrue(Set.of(OverrideReason.TRUSTED_FORWARDER, OverrideReason.SAMPLED_OUT)
                    .containsAll(read.overrides()));
        }
    }

    private static List<Object> coarse(Evaluation evaluation) {
        Status status = evaluation.dmarc().status();
        boolean known = status == Status.PASS || status == Status.FAIL;
        return List.of(
                known,
                known ? status : Status.NONE,
                evaluation.dmarc().author(),
                evaluation.dmarc().policyDomain(),
                known && evaluation.dmarc().alignedDkim().isPresent(),
                known && evaluation.dmarc().alignedSpf().isPresent(),
                evaluation.at(),
                evaluation.client(),
                evaluation.applied(),
                evaluation.arc().pass(),
                evaluation.arc().overrides());
    }

    private static Map<String, String> values(String text) {
        return Arrays.stream(text.split(";", -1))
                .filter(part -> !part.isEmpty())
                .map(part -> part.split("=", 2))
                .collect(Collectors.toMap(part -> part[0], part -> part[1], (a, b) -> b, LinkedHashMap::new));
    }

    private static Optional<ReportFacts> facts(String lines) throws IOException {
        List<String> problems = new ArrayList<>();
        List<Evaluation> read = read(HistoryText.with(lines), problems);
        assertEquals(List.of(), problems);
        return RULES.facts(read.get(0), false);
    }

    private static List<Evaluation> read(String text, List<String> problems) throws IOException {
        List<Evaluation> evaluations = new ArrayList<>();
        HistoryReader.read(
                new BufferedReader(new StringReader(text)),
                record -> RecordedEvaluation.of(record, problems::add).ifPresent(evaluations::add),
                problems::add);
        return evaluations;
    }
}
