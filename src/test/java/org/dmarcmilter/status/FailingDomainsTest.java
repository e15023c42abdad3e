package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.junit.jupiter.api.Test;

class FailingDomainsTest {
    private static final Instant BEGIN = Instant.parse("2026-11-28T00:00:00Z");

    private final FailingDomains failing = new FailingDomains(BEGIN);

    private void count(int times, String domain, String... sources) {
        for (int i = 0; i < times; i++) {
            failing.count(
                    DomainName.of(domain),
                    Policy.REJECT,
                    sources.length == 0 ? Optional.empty() : IpAddress.parse(sources[i % sources.length]));
        }
    }

    private static String shown(List<FailingDomains.Domain> domains) {
        return domains.stream()
                .map(domain -> domain.name() + " " + domain.messages()
                        + (domain.error() == 0 ? "" : "-" + domain.error())
                        + domain.sources().stream()
                                .map(source -> " " + source.ip() + "x" + source.messages())
                                .collect(Collectors.joining()))
                .collect(Collectors.joining("; "));
    }

    @Test
    void showsThoseWithMostFirst() {
        count(2, "few.example", "192.0.2.1");
        count(3, "more.example", "192.0.2.2", "192.0.2.3", "192.0.2.3");
        count(2, "also.example");
        assertEquals(
                "more.example 3 192.0.2.3x2 192.0.2.2x1; also.example 2; few.example 2 192.0.2.1x2",
                shown(failing.top(10)));
        assertEquals(2, failing.top(2).size());
    }

    @Test
    void rareOnesComeAndGoAndFrequentOnesStay() {
        count(500, "often.example", "192.0.2.1");
        for (int i = 0; i < 10_000; i++) {
            count(1, "d" + i + ".example", "198.51.100." + i % 250);
        }
        List<FailingDomains.Domain> top = failing.top(1_000);
        assertEquals(FailingDomains.MOST_DOMAINS, top.size(), "whatever senders make up");
        assertEquals("often.example 500 192.0.2.1x500", shown(top.subList(0, 1)));
        assertTrue(top.get(1).messages() - top.get(1).error() <= 1, "what is not known is said: " + top.get(1));
    }

    @Test
    void aNumberIsNeverTooSmallAndTooLargeByItsErrorAtMost() {
        Random random = new Random(1);
        Map<DomainName, Long> truth = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            DomainName domain = DomainName.of("d" + (int) Math.abs(random.nextGaussian() * 300) + ".example");
            truth.merge(domain, 1L, Long::sum);
            failing.count(domain, Policy.NONE, Optional.empty());
        }
        for (FailingDomains.Domain domain : failing.top(1_000)) {
            long really = truth.get(DomainName.of(domain.name()));
            assertTrue(domain.messages() >= really && domain.messages() - domain.error() <= really, domain::toString);
        }
    }

    @Test
    void aDomainHasFourSources() {
        String[] sources = IntStream.range(1, 100).mapToObj(i -> "192.0.2." + i).toArray(String[]::new);
        count(50, "a.example", "203.0.113.7");
        count(99, "a.example", sources);
        FailingDomains.Domain domain = failing.top(1).get(0);
        assertEquals(FailingDomains.MOST_SOURCES, domain.sources().size());
        assertEquals("203.0.113.7", domain.sources().get(0).ip().toString());
        assertEquals(149, domain.messages());
    }

    @Test
    void forgetsWhatIsOlderThanADay() {
        count(1, "old.example", "192.0.2.1");
        failing.tick(BEGIN.plusSeconds(12 * 3_600));
        count(2, "old.example", "192.0.2.2");
        assertEquals("old.example 3 192.0.2.2x2 192.0.2.1x1", shown(failing.top(5)));
        assertEquals(BEGIN, failing.since());
        failing.tick(BEGIN.plusSeconds(24 * 3_600));
        assertEquals("old.example 2 192.0.2.2x2", shown(failing.top(5)));
        assertEquals(BEGIN.plusSeconds(12 * 3_600), failing.since());
        failing.tick(BEGIN.plusSeconds(36 * 3_600));
        assertEquals(List.of(), failing.top(5));
    }

    @Test
    void keepsTheNewestPolicy() {
        for (Policy policy : Arrays.asList(Policy.REJECT, Policy.NONE)) {
            failing.count(DomainName.of("a.example"), policy, Optional.empty());
        }
        assertEquals(Policy.NONE, failing.top(1).get(0).policy());
    }
}
