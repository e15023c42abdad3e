package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dns.Places;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.http.Metrics;
import org.dmarcmilter.milter.Limits;
import org.dmarcmilter.milter.MilterReply;
import org.dmarcmilter.milter.MilterServer;
import org.dmarcmilter.report.FailureReportSettings;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.Test;

class InstrumentsTest {
    @Test
    void eachRowIsShownAsWhatItIs() {
        MailSystem system = MailSystem.with("");
        Metrics metrics = new Metrics();
        Recorders recorders = new Recorders(
                Optional.empty(),
                Instruments.messages(metrics),
                new Assembly.Assembled(
                        system.rules(),
                        new SuffixListDiscovery(PublicSuffixList.bundled()),
                        new FailureReportSettings(
                                false, false, Optional.empty(), Optional.empty(), "true", NoReportsList.NONE),
                        new RecordingRules(ReportScope.ALL, 86_400)),
                new ReportRecorder());
        try (MilterServer server = new MilterServer(
                new DmarcFilter(system::rules, recorders), Limits.DEFAULTS, new MilterReply.Accept(), 1)) {
            Instruments instruments = new Instruments(server, recorders, Optional::empty, new Places(1, 1));
            instruments.show(metrics);
            recorders.accept(system.judged(new TestMessage().fields("From: a@none.example")));
            List<String> lines = metrics.text().lines().toList();
            for (Instruments.Instrument row : instruments.table()) {
                boolean counts = row.kind() == Instruments.Kind.COUNTER;
                assertEquals(counts, row.name().endsWith("_total"), row.name());
                assertTrue(lines.contains("# HELP " + row.name() + " " + row.help()), row.name());
                assertTrue(lines.contains("# TYPE " + row.name() + " " + (counts ? "counter" : "gauge")), row.name());
                assertTrue(lines.contains(row.name() + " 0.0") || lines.contains(row.name() + " 0"), row.name());
            }
            assertEquals(
                    instruments.table().size() + 1,
                    lines.stream().filter(line -> line.startsWith("# TYPE ")).count(),
                    "the rows, and the one that is counted as it happens");
            assertTrue(
                    lines.stream()
                            .anyMatch(line -> line.startsWith(
                                    "dmarc_milter_messages_total{action=\"accept\",result=\"fail\"} 1")),
                    lines::toString);
        }
        recorders.flushAndClose(Duration.ofSeconds(5));
    }
}
