package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.await;
import static org.dmarcmilter.dns.DnsTests.client;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Many questions at a time, and the end of the client. */
class InFlightTest {
    @Test
    void aThousandQuestionsAreAnsweredTogether() {
        try (TestDnsServer dns = TestDnsServer.start("");
                DnsjavaClient client = client(Duration.ofSeconds(20), dns.address())) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.after(Duration.ofMillis(100), TestDnsServer.PROPER));
            List<CompletableFuture<DnsAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                dns.add("n" + i + ".example. 300 IN TXT \"" + i + "\"");
                answers.add(client.query(DnsQuestion.txt("n" + i + ".example")).toCompletableFuture());
            }
            for (int i = 0; i < 1_000; i++) {
                assertEquals(new DnsAnswer.Found(List.of("" + i)), await(answers.get(i)));
            }
        }
    }

    @Test
    void noThreadWaitsForAnAnswer() throws InterruptedException {
        Set<Thread> ofOthers = dnsThreads();
        try (TestDnsServer dns = TestDnsServer.start("");
                DnsjavaClient client = client(Duration.ofHours(1), dns.address())) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
            CountDownLatch asked = new CountDownLatch(1);
            Thread asking = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    client.query(DnsQuestion.txt("n" + i + ".example"));
                }
                asked.countDown();
            });
            asking.start();
            assertEquals(true, asked.await(60, TimeUnit.SECONDS), "asking does not wait");
            assertEquals(500, client.inFlight());
            Set<Thread> ours = dnsThreads();
            ours.removeAll(ofOthers);
            assertEquals(1, ours.size());
        }
    }

    private static Set<Thread> dnsThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("dns"))
                .collect(Collectors.toSet());
    }

    @Test
    void closingAnswersEverybody() {
        try (TestDnsServer dns = TestDnsServer.start("")) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
            DnsjavaClient client = client(Duration.ofHours(1), dns.address());
            CompletableFuture<DnsAnswer> pending =
                    client.query(DnsQuestion.txt("x.example")).toCompletableFuture();
            assertFalse(pending.isDone());
            client.close();
            client.close();
            assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), await(pending));
            assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), ask(client, "later.example"));
        }
    }
}
