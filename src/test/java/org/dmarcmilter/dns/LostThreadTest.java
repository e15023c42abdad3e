package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.ask;
import static org.dmarcmilter.dns.DnsTests.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A DNS client whose thread ends says so: its answers alone look like silent servers. */
class LostThreadTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        IO      | java.io.IOException: Bad file descriptor
        RUNTIME | java.lang.IllegalStateException: a bug
        ERROR   | java.lang.StackOverflowError: a deep bug
        """)
    void whateverEndsTheThreadIsTold(FailingSelector.Cause cause, String told) throws IOException {
        FailingSelector selector = new FailingSelector();
        InetSocketAddress server = DnsTests.closedPort();
        DnsjavaClient client = selector.client(List.of(server), LIMIT);
        DnsjavaClient sibling = client.with(List.of(server), LIMIT);
        selector.fail(cause);
        assertEquals(told, await(client.failure()).toString());
        assertEquals(told, await(sibling.failure()).toString(), "they share the thread");
        assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), ask(client, "example.com"));
    }

    @Test
    void aSelectorClosedUnderneathEndsQuestionsInFlight() throws IOException {
        try (TestDnsServer dns = TestDnsServer.start("txt.example. 300 IN TXT \"x\"\n")) {
            dns.behave(TestDnsServer.ALL, TestDnsServer.SILENT);
            Selector selector = Selector.open();
            DnsjavaClient client =
                    new DnsjavaClient(List.of(dns.address()), LIMIT, new ExchangeLoop(selector, System::nanoTime, 10));
            CompletionStage<DnsAnswer> answer = client.query(DnsQuestion.txt("txt.example"));
            Awaitility.await().until(() -> dns.count() > 0);
            selector.close();
            assertEquals(ClosedSelectorException.class, await(client.failure()).getClass());
            assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), await(answer));
        }
    }

    @Test
    void closingIsNoFailure() {
        DnsjavaClient client = DnsTests.client(LIMIT, DnsTests.closedPort());
        client.close();
        assertEquals(new DnsAnswer.Unavailable("DNS client closed", true), ask(client, "example.com"));
        assertFalse(client.failure().toCompletableFuture().isDone());
    }
}
