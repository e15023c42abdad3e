package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.dmarcmilter.domain.DomainName;
import org.junit.jupiter.api.Test;

class ReportIdTest {
    private static final String CONFIG =
            "v=1;std=7489;disc=psl;p=none;sp=none;np=none;adkim=r;aspf=r;pct=100;fo=0;t=n;psd=u;every=86400";
    private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");

    /** Stands here as a text: another one after an upgrade would make readers count a report twice. */
    @Test
    void staysTheSame() {
        assertEquals("2026112700ecsbej5lershvpg7", id("store", "example.com", CONFIG, DAY, 0));
    }

    @Test
    void isALetterOrDigitEach() {
        String id = id("store", "example.com", CONFIG, DAY, 0);
        assertTrue(id.matches("20261127[0-9]{2}[a-z2-7]{16}"), id);
    }

    @Test
    void differsWithEachFact() {
        Set<String> ids = new HashSet<>();
        ids.add(id("store", "example.com", CONFIG, DAY, 0));
        ids.add(id("other", "example.com", CONFIG, DAY, 0));
        ids.add(id("store", "example.org", CONFIG, DAY, 0));
        ids.add(id("store", "example.com", CONFIG.replace("p=none", "p=reject"), DAY, 0));
        ids.add(id("store", "example.com", CONFIG, DAY.plusSeconds(Period.DAY), 0));
        ids.add(id("store", "example.com", CONFIG, DAY, 1));
        assertEquals(6, ids.size());
    }

    private static String id(String store, String domain, String config, Instant begin, int part) {
        PublishedPolicy policy =
                PublishedPolicy.parse(DomainName.of(domain), config).orElseThrow();
        return ReportId.of(store, policy, new Period(begin, policy.every()), part);
    }
}
