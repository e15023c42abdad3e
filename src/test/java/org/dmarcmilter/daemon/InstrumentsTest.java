package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dmarcmilter.judge.JudgedMessage;
import org.dmarcmilter.metrics.Family;
import org.dmarcmilter.metrics.Family.Kind;
import org.dmarcmilter.status.ReportRun;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestFindings;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstrumentsTest {
    /** What existed before there was a table: who has a dashboard with them keeps it. */
    private static final List<String> FIRST = List.of(
            "open_connections",
            "connections_total",
            "refused_total",
            "malformed_total",
            "put_off_total",
            "failures_total",
            "dns_cache_hits_total",
            "dns_cache_misses_total",
            "dns_questions_in_flight",
            "dns_questions_waiting",
            "dns_questions_refused_total",
            "disbelieved_total",
            "unchecked_total",
            "history_records_waiting",
            "history_written_total",
            "history_dropped_total",
            "report_journal_records_total",
            "report_journal_dropped_total",
            "report_journal_records_waiting",
            "report_journal_failing",
            "reports_sent_total",
            "reports_failed_total",
            "reports_suppressed_total",
            "reports_dropped_total",
            "messages_total");

    private final IdleDaemon daemon = IdleDaemon.with(Optional.empty());

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void keepsTheNamesThatPeopleHave() {
        Set<String> names = Instruments.TABLE.stream().map(row -> row.name()).collect(Collectors.toSet());
        assertEquals(
                List.of(),
                FIRST.stream()
                        .filter(name -> !names.contains("dmarc_milter_" + name))
                        .toList());
        assertEquals(Instruments.TABLE.size(), names.size(), "each once");
    }

    @Test
    void eachRowIsShownAsWhatItIs() {
        List<String> lines = daemon.text().lines().toList();
        for (Instruments.Instrument row : Instruments.TABLE) {
            assertEquals(row.kind() == Kind.COUNTER, row.name().endsWith("_total"), row.name());
            assertEquals(row.kind() == Kind.INFO, row.name().endsWith("_info"), row.name());
            assertTrue(row.name().matches("dmarc_milter_[a-z_]+"), row.name());
            assertTrue(row.help().matches("[A-Z0-9][^\\n]*[^.]"), row.help());
            if (row.read(daemon.sources()).samples().isEmpty()) {
                continue;
            }
            String kind = row.kind() == Kind.INFO ? "gauge" : MessageCounters.word(row.kind());
            assertTrue(lines.contains("# HELP " + row.name() + " " + row.help()), row.name());
            assertTrue(lines.contains("# TYPE " + row.name() + " " + kind), row.name());
        }
    }

    @Test
    void whatHasNotHappenedIsZeroOrAbsent() {
        Set<String> absent = new TreeSet<>();
        for (Family family : Instruments.read(daemon.sources())) {
            if (family.samples().isEmpty()) {
                absent.add(family.name().replace("dmarc_milter_", ""));
            }
            for (Family.Sample sample : family.samples()) {
                assertEquals(family.labels().size(), sample.labels().size(), family.name());
                if (family.kind() == Kind.COUNTER && !family.name().contains("jvm")) {
                    assertEquals(0, ((Family.Value) sample).value(), family.name());
                }
            }
        }
        assertEquals(
                Set.of(
                        "verdicts_total",
                        "results_believed_total",
                        "aggregate_run_time_seconds",
                        "aggregate_run_seconds",
                        "aggregate_run_failing",
                        "aggregate_reports_waiting",
                        "aggregate_suppressed_addresses",
                        "aggregate_store_bytes",
                        "aggregate_reports"),
                absent);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options                     | fields                                                                   | counted | why
                                      | From: a@none.example                                                     | messages_total{action="accept",result="fail"} verdicts_total{disposition="none",policy="none",result="fail",standard="rfc7489"} | nobody asks for anything
                                      | From: a@reject.example                                                   | messages_total{action="accept",result="fail"} overrides_total{reason="local_policy"} verdicts_total{disposition="none",policy="reject",result="fail",standard="rfc7489"} | RejectFailures is off
        RejectFailures true           | From: a@reject.example                                                   | messages_total{action="reject",result="fail"} verdicts_total{disposition="reject",policy="reject",result="fail",standard="rfc7489"} | refused
        HoldQuarantinedMessages true  | From: a@quarantine.example                                               | messages_total{action="quarantine",result="fail"} verdicts_total{disposition="quarantine",policy="quarantine",result="fail",standard="rfc7489"} | held
        DMARCStandard rfc9989         | From: a@testing.example                                                  | messages_total{action="accept",result="fail"} overrides_total{reason="local_policy"} overrides_total{reason="policy_test_mode"} verdicts_total{disposition="none",policy="reject",result="fail",standard="rfc9989"} | two reasons
                                      | From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example | messages_total{action="accept",result="pass"} results_believed_total{method="dkim",result="pass",source="trusted_field"} verdicts_total{disposition="none",policy="reject",result="pass",standard="rfc7489"} | a believed result
                                      | From: a@none.example & AR: mx.example.net; dkim=hardfail header.d=none.example | messages_total{action="accept",result="fail"} results_believed_total{method="dkim",result="other",source="trusted_field"} verdicts_total{disposition="none",policy="none",result="fail",standard="rfc7489"} | no word chosen by others becomes a label
                                      | From: a@none.example & AR: other.example; dkim=pass header.d=none.example | messages_total{action="accept",result="fail"} results_ignored_total{cause="stranger"} verdicts_total{disposition="none",policy="none",result="fail",standard="rfc7489"} | a stranger
        SPFSelfValidate true          | From: a@none.example                                                     | messages_total{action="accept",result="fail"} own_checks_total{method="spf",result="none"} results_believed_total{method="spf",result="none",source="own_check"} verdicts_total{disposition="none",policy="none",result="fail",standard="rfc7489"} | an own check
                                      | From: a@none.example, b@reject.example                                   | messages_total{action="accept",result="fail"} overrides_total{reason="local_policy"} verdicts_total{disposition="none",policy="none",result="fail",standard="rfc7489"} verdicts_total{disposition="none",policy="reject",result="fail",standard="rfc7489"} | two author domains, one message
                                      | Subject: x                                                               | messages_total{action="accept",result="unevaluated"} | no author
        """)
    void countsAMessage(String options, String fields, String expected, String why) {
        MailSystem system = MailSystem.with(options == null ? "" : options);
        JudgedMessage judged =
                system.judged(new TestMessage().sender("<user@other.example>").fields(fields));
        daemon.recorders().accept(judged);
        List<String> counted = new ArrayList<>();
        for (String line : daemon.text().lines().toList()) {
            if (line.matches("dmarc_milter_(messages|verdicts|overrides|results|own|disbelieved).*")
                    && !line.endsWith(" 0.0")) {
                assertTrue(line.endsWith(" 1.0"), line);
                counted.add(line.substring("dmarc_milter_".length(), line.lastIndexOf(' ')));
            }
        }
        assertEquals(expected, String.join(" ", new TreeSet<>(counted)), why);
    }

    @Test
    void signaturesThatWeVerifiedAreOurs() {
        JudgedMessage judged = MailSystem.with("DKIMSelfValidate true;TrustedAuthservIDs filter.example")
                .judged(
                        new TestMessage()
                                .sender("<user@other.example>")
                                .fields("From: a@none.example & AR: filter.example; dkim=pass header.d=x.example"),
                        TestFindings.of("none.example pass; b.example fail"));
        daemon.recorders().accept(judged);
        for (String row : List.of(
                "own_checks_total{method=\"dkim\",result=\"pass\"}",
                "own_checks_total{method=\"dkim\",result=\"fail\"}",
                "results_believed_total{method=\"dkim\",result=\"pass\",source=\"own_check\"}",
                "results_ignored_total{cause=\"own_instead\"}")) {
            assertTrue(daemon.text().contains("dmarc_milter_" + row + " 1.0"), daemon::text);
        }
    }

    @Test
    void aCopiedPassIsDistrusted() {
        JudgedMessage judged = MailSystem.with("")
                .judged(new TestMessage()
                        .sender("<user@other.example>")
                        .fields("From: a@none.example & DKIM-Signature: v=1; i=x=3B=20dkim=3Dpass;"
                                + " & AR: mx.example.net; dkim=pass header.d=none.example"));
        daemon.recorders().accept(judged);
        assertTrue(daemon.text().contains("dmarc_milter_results_ignored_total{cause=\"copied\"} 1.0"), daemon::text);
        assertTrue(daemon.text().contains("dmarc_milter_disbelieved_total 1.0"), daemon::text);
    }

    @Test
    void showsWhatTheLastRunOfReportsHasLeft() {
        try (IdleDaemon other = IdleDaemon.with(Optional.of(new ReportRun(
                MailSystem.NOW,
                3,
                "no server",
                10,
                2,
                Optional.empty(),
                1,
                4_096,
                new TreeMap<>(java.util.Map.of("waiting", 2L)))))) {
            String text = other.text();
            assertTrue(text.contains("dmarc_milter_aggregate_run_failing 1.0"), text);
            assertTrue(text.contains("dmarc_milter_aggregate_reports{state=\"waiting\"} 2.0"), text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connections",
                "dns_in_flight",
                "dns_waiting",
                "dns_cache",
                "history",
                "report_journal",
                "failure_reports",
                "failure_report_searches",
                "log"
            })
    void eachQueueHasABound(String queue) {
        Instruments.Queue found = Instruments.queues(daemon.sources()).stream()
                .filter(one -> one.name().equals(queue))
                .findFirst()
                .orElseThrow();
        assertTrue(found.bound() > 0 && found.length() <= found.bound(), found::toString);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # /proc/self/status                | octets | why
        Name: java\\nVmRSS:\\t    12 kB\\nX: | 12288  | as Linux writes it
        Name: java                         |        | a system that does not tell
        VmRSS: many kB                     |        | no number
        """)
    void readsTheMemoryOfTheProcess(String status, Long octets, String why) {
        assertEquals(
                Optional.ofNullable(octets),
                ResidentMemory.octets(status.replace("\\n", "\n").replace("\\t", "\t")),
                why);
    }

    @Test
    void noSeriesIsNamedAfterAnybody() {
        JudgedMessage judged = MailSystem.with("")
                .judged(new TestMessage().sender("<user@other.example>").fields("From: a@reject.example"));
        daemon.recorders().accept(judged);
        assertFalse(daemon.text().contains("example"), daemon::text);
        daemon.recorders().flushAndClose(Duration.ofSeconds(5));
    }
}
