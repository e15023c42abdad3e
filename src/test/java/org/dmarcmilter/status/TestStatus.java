package org.dmarcmilter.status;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.IpAddress;

/** A status with something of everything in it, as a busy daemon that is not well has it. */
final class TestStatus {
    static final Instant NOW = Instant.parse("2026-11-28T20:15:30Z");

    /** What a sender, a file or a name server may have put there. */
    static final String HOSTILE =
            "</td><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'&";

    private TestStatus() {}

    /** In whatever anybody else has written. */
    static Status with(String foreign) {
        return new Status(
                NOW,
                "dmarc-milter v1.0.0",
                "17.0.15",
                NOW.minusSeconds(100_000),
                new Health(List.of("no DNS server has replied for 41 s (" + foreign + ")")),
                new Status.Configuration(
                        "/etc/dmarc-milter/" + foreign,
                        NOW.minusSeconds(3_600),
                        2,
                        List.of("dmarc.conf:3: " + foreign),
                        List.of("dmarc.conf:4: " + foreign)),
                amounts(1),
                IntStream.range(0, 60).mapToObj(TestStatus::amounts).toList(),
                IntStream.range(0, 96).mapToObj(i -> amounts(15 * i)).toList(),
                new Status.Dns(
                        Optional.of("no DNS server has replied for 41 s (" + foreign + ")"),
                        List.of(new Status.Server("192.0.2.53", true), new Status.Server("[2001:db8::53]:5353", false)),
                        1_234,
                        56,
                        7,
                        List.of(new Status.Counted("no answer", 3)),
                        0.0025,
                        1),
                List.of(new Status.Queue("log", 0, 8_192), new Status.Queue("history", 12, 10_000)),
                List.of(
                        failing(foreign, 1_200, 0),
                        failing(
                                "a-very-long-label-of-sixty-three-characters-as-long-as-they-get-xx."
                                        + "sub.".repeat(40) + "example",
                                7,
                                5)),
                NOW.minusSeconds(50_000),
                new Status.Reports(
                        true,
                        10,
                        1,
                        Optional.of(new ReportRun(
                                NOW.minusSeconds(300),
                                3,
                                foreign,
                                10,
                                2,
                                Optional.empty(),
                                1,
                                4_096,
                                new TreeMap<>(Map.of("done", 5L)))),
                        4));
    }

    private static FailingDomains.Domain failing(String name, long messages, long error) {
        return new FailingDomains.Domain(
                name,
                Policy.REJECT,
                messages,
                error,
                List.of(
                        new FailingDomains.Address(IpAddress.parse("192.0.2.99").orElseThrow(), 3),
                        new FailingDomains.Address(
                                IpAddress.parse("2001:db8::1").orElseThrow(), 1)));
    }

    private static Amounts amounts(int i) {
        return new Amounts(Map.of(
                Measure.PASS, (long) i * 3,
                Measure.FAIL, (long) i % 7,
                Measure.NONE, (long) i,
                Measure.TEMPERROR, (long) i % 3,
                Measure.PERMERROR, (long) i % 2,
                Measure.UNEVALUATED, 1L,
                Measure.REJECTED, (long) i % 5,
                Measure.DNS_QUESTIONS, (long) i,
                Measure.DNS_FAILURES, (long) i % 2));
    }
}
