package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that would fill the memory for header fields and hold it, with messages that wait for silent name servers, while
 * others send mail through Postfix: none of theirs is put off. The daemon has the heap that its launcher gives it.
 */
@Timeout(300)
class CrowdedMemoryIT {
    private static final int GOOD = 45;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Longer than the test may take, so that what is held is held until the daemon itself lets go of it. */
    private static final String CONFIGURATION = """
            AuthservID mx.example.test
            TrustedAuthservIDs spf.example.test
            RejectFailures yes
            DNSTimeout 60
            MaxEvaluationTime 240
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;
    private static final AtomicInteger recipients = new AtomicInteger();

    /** What an attacker sends on each of its connections. */
    private enum Attack {
        MESSAGES_OF_A_MEGABYTE(
                30, 3, "Authentication-Results", "spf.example.test; spf=none (" + "x".repeat(900) + ")", 1_000),
        FIELDS_THAT_NOBODY_READS(88, 2, "A", "b", 1_990),
        MANY_FIELDS_WITHOUT_TEXT(88, 2, "Authentication-Results", "", 1_990),
        RESULTS_FROM_A_BOTNET(250, 250, "Authentication-Results", "spf.example.test" + "; dkim=pass".repeat(50), 200);

        private final int connections;
        private final int clients;
        private final String name;
        private final String value;
        private final int fields;

        Attack(int connections, int clients, String name, String value, int fields) {
            this.connections = connections;
            this.clients = clients;
            this.name = name;
            this.value = value;
            this.fields = fields;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer live = peers.add(NameServer.start(directory, "_dmarc.good.example. TXT \"v=DMARC1; p=reject\"\n"));
        PartlyDeadDns dns = peers.add(PartlyDeadDns.start(live, "dead.example"));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), CONFIGURATION));
        postfix = peers.add(PostfixInstance.start(directory, List.of(daemon.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest
    @EnumSource
    void goodMailIsNotPutOff(Attack attack) throws InterruptedException {
        int logged = daemon.log().length();
        AtomicInteger waiting = new AtomicInteger();
        ExecutorService attackers = Executors.newFixedThreadPool(attack.connections);
        try {
            for (int i = 0; i < attack.connections; i++) {
                String client = "2001:db8:0:" + Integer.toHexString(i % attack.clients) + "::1";
                attackers.execute(() -> attack(attack, client, waiting));
            }
            await("whatever room there is, is taken")
                    .during(PAUSE.multipliedBy(2))
                    .atMost(Duration.ofSeconds(120))
                    .until(() -> waiting.get() == attack.connections);
            for (int i = 0; i < GOOD; i++) {
                // From one that is ordinary to one that is large, and yet no more than a client's share.
                sendGoodMail("192.0.2." + i, i % 3 * 5);
            }
        } finally {
            attackers.shutdownNow();
        }
        assertTrue(attackers.awaitTermination(60, TimeUnit.SECONDS));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> daemon.log().substring(logged).split(": good.example pass", -1).length - 1 == GOOD);
        String log = daemon.log().substring(logged);
        assertFalse(log.contains(" ERROR "), log);
        if (attack != Attack.FIELDS_THAT_NOBODY_READS) {
            assertTrue(log.contains("this message holds the most"), "memory was short");
        }
    }

    private static void sendGoodMail(String client, int kilobytes) {
        String recipient = "user" + recipients.incrementAndGet();
        try (SmtpClient smtp = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("NAME=client.example ADDR=" + client)) {
            SmtpReply reply = smtp.send(
                    "a@good.example",
                    recipient + "@local.test",
                    """
                            Authentication-Results: spf.example.test; spf=pass smtp.mailfrom=good.example
                            From: a@good.example
                            Subject: x
                            """.replace("\n", "\r\n")
                            + ("Authentication-Results: elsewhere.example; spf=none\r\n\t("
                                            + ("x".repeat(98) + "\r\n\t").repeat(10) + ")\r\n")
                                    .repeat(kilobytes)
                            + "\r\ntext\r\n");
            assertEquals(250, reply.code(), reply::toString);
        }
    }

    /** Holds a message as large as it gets through, until the test is over: what was put off comes again with half its fields. */
    private static void attack(Attack attack, String client, AtomicInteger waiting) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket()).gathering()) {
            mta.connection("bot.example", client);
            for (int fields = attack.fields;
                    !Thread.currentThread().isInterrupted();
                    fields = Math.max(1, fields / 2)) {
                mta.mail("bot@dead.example", Map.of("i", "BOT"));
                mta.header("From", "bot@dead.example");
                for (int i = 0; i < fields; i++) {
                    mta.header(attack.name, attack.value);
                }
                mta.sendEndOfMessage();
                waiting.incrementAndGet();
                mta.awaitVerdict();
                waiting.decrementAndGet();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (UncheckedIOException interrupted) {
            // The test is over.
        }
    }
}
