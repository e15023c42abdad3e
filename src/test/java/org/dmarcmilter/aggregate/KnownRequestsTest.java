package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.testing.TestEvaluation;
import org.junit.jupiter.api.Test;

class KnownRequestsTest {
    private static final RecordingRules RULES = new RecordingRules(ReportScope.ALL, Period.DAY);

    private final AtomicInteger made = new AtomicInteger();
    private final KnownRequests<String> known = new KnownRequests<>(facts -> {
        made.incrementAndGet();
        return facts.policy().domain() + " " + facts.ruaText() + " "
                + facts.policy().every();
    });

    private static Evaluation message(String domain, DmarcRecord record) {
        Discovery.Found found = new Discovery.Found(record, DomainName.of(domain), false, true, List.of());
        return TestEvaluation.plain("Q")
                .dmarc(TestEvaluation.result(Status.PASS, found, Policy.NONE, true))
                .evaluation();
    }

    private static DmarcRecord asking(String address) {
        return TestEvaluation.record("v=DMARC1; p=none; ri=3600; rua=" + address);
    }

    @Test
    void makesItOnceForADnsRecord() {
        DmarcRecord record = asking("mailto:a@example.com");
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    Optional.of("example.com mailto:a@example.com 86400"),
                    known.of(message("example.com", record), RULES));
        }
        assertEquals(1, made.get());
    }

    @Test
    void makesItAgainWhenTheRecordTheRulesOrTheDomainAreOthers() {
        DmarcRecord record = asking("mailto:a@example.com");
        assertEquals(
                Optional.of("example.com mailto:a@example.com 86400"), known.of(message("example.com", record), RULES));
        assertEquals(
                Optional.of("example.org mailto:a@example.com 86400"), known.of(message("example.org", record), RULES));
        assertEquals(
                Optional.of("example.com mailto:b@example.com 86400"),
                known.of(message("example.com", asking("mailto:b@example.com")), RULES));
        assertEquals(
                Optional.of("example.com mailto:a@example.com 3600"),
                known.of(message("example.com", record), new RecordingRules(ReportScope.ALL, 3_600)));
    }

    @Test
    void remembersAlsoThatNobodyAsks() {
        DmarcRecord record = asking("https://example.com/");
        assertEquals(Optional.empty(), known.of(message("example.com", record), RULES));
        assertEquals(Optional.empty(), known.of(message("example.com", record), RULES));
        assertEquals(0, made.get());
    }

    @Test
    void manyDomainsAreNoMatter() {
        DmarcRecord record = asking("mailto:a@example.com");
        for (int i = 0; i < 2_000; i++) {
            assertEquals(
                    Optional.of("d" + i + ".example mailto:a@example.com 86400"),
                    known.of(message("d" + i + ".example", record), RULES));
        }
    }
}
