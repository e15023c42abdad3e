package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsjavaClientTest {
    @Test
    void answersATxtQuestion() {
        try (TestDnsServer dns = TestDnsServer.start("_dmarc.example.com. 300 IN TXT \"v=DMARC1; \" \"p=reject\"");
                DnsjavaClient client = new DnsjavaClient(List.of(dns.address()), Duration.ofSeconds(2))) {
            assertEquals(
                    new DnsAnswer.Found(List.of("v=DMARC1; p=reject")),
                    client.query(DnsQuestion.txt("_dmarc.example.com"))
                            .toCompletableFuture()
                            .join());
        }
    }
}
