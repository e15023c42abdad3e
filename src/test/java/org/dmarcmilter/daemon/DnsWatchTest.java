package org.dmarcmilter.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dns.DnsjavaClient;
import org.dmarcmilter.dns.TestDnsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsWatchTest {
    private final DnsWatch watch = new DnsWatch();

    @ParameterizedTest
    @ValueSource(strings = {"PROPER", "REFUSED", "SERVFAIL"})
    void aServerThatRepliesIsWell(String behaviour) {
        try (TestDnsServer server = TestDnsServer.start("a.example. 300 IN A 192.0.2.1");
                DnsjavaClient client = client(server)) {
            server.behave(
                    TestDnsServer.ALL,
                    switch (behaviour) {
                        case "REFUSED" -> TestDnsServer.REFUSED;
                        case "SERVFAIL" -> TestDnsServer.SERVFAIL;
                        default -> TestDnsServer.PROPER;
                    });
            assertEquals(Optional.of("no DNS server has replied yet"), watch.problem(client));
            watch.look(client);
            await().until(() -> watch.problem(client).isEmpty());
            watch.look(client);
            assertEquals(1, client.questions(), "what replied a moment ago is not asked again");
        }
    }

    @Test
    void aServerThatIsSilentIsNot() {
        try (TestDnsServer server = TestDnsServer.start("a.example. 300 IN A 192.0.2.1");
                DnsjavaClient client = client(server)) {
            server.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
            watch.look(client);
            watch.look(client);
            await().until(() -> watch.problem(client).orElse("").contains("("));
            assertTrue(
                    watch.problem(client)
                            .orElse("")
                            .startsWith("no DNS server has replied yet (no answer from 127.0.0.1:"),
                    () -> watch.problem(client).orElse(""));
            assertEquals(1, client.questions(), "nor is it asked at each look");
        }
    }

    private static DnsjavaClient client(TestDnsServer server) {
        return new DnsjavaClient(List.of(server.address()), Duration.ofMillis(300));
    }
}
