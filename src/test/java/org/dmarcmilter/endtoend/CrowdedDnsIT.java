package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that would have all the places for DNS questions, with messages of ten author domains and a sender whose name servers are
 * silent, while others send good and forged mail of domains that nobody has asked for yet through Postfix: no good mail is put
 * off, and no forged mail gets in. The daemon has the heap that its launcher gives it.
 */
@Timeout(120)
class CrowdedDnsIT {
    /** Of each kind, for each attack. */
    private static final int MESSAGES = 10;

    private static final String RELAY = "198.51.100.9";
    private static final String TEXT =
            "\nSubject: x\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@x.test>\n\ntext\n";

    /** Good senders have one of two networks, forgers have none. */
    private static final String RECORDS = """
            *.good.   TXT "v=DMARC1; p=reject"
            *.good.   TXT "v=spf1 ip4:203.0.113.0/24 ip4:198.51.100.0/24 -all"
            *.bank.   TXT "v=DMARC1; p=reject"
            *.bank.   TXT "v=spf1 -all"
            """;

    private static final int METRICS = Loopback.freePort();
    private static final String CONFIGURATION = """
            AuthservID mx.example.test
            RejectFailures yes
            SPFSelfValidate yes
            MetricsSocket inet:%d@127.0.0.1
            """.formatted(METRICS);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static final AtomicInteger names = new AtomicInteger();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;

    /** Who attacks, and how. */
    private enum Attack {
        FROM_TWO_ADDRESSES(92, 2, true),
        HANGING_UP_AT_ONCE(300, 2, false),
        FROM_A_BOTNET(300, 300, true),
        /** All mail has the same client: that through Postfix too. */
        THROUGH_THE_RELAY(150, 1, true);

        private final int connections;
        private final int clients;
        private final boolean patient;

        Attack(int connections, int clients, boolean patient) {
            this.connections = connections;
            this.clients = clients;
            this.patient = patient;
        }

        String attacker(int connection) {
            return clients == 1
                    ? RELAY
                    : "192.0." + connection % clients / 200 + "." + (1 + connection % clients % 200);
        }

        String sender(int message) {
            return clients == 1 ? RELAY : "203.0.113." + message;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer live = peers.add(NameServer.start(directory, RECORDS));
        PartlyDeadDns dns = peers.add(PartlyDeadDns.start(live, "slow"));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), CONFIGURATION));
        postfix = peers.add(PostfixInstance.start(directory, List.of(daemon.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest
    @EnumSource
    void goodMailGetsInAndForgedMailDoesNot(Attack attack) throws Exception {
        ExecutorService attackers = Executors.newFixedThreadPool(attack.connections);
        ExecutorService senders = Executors.newFixedThreadPool(2 * MESSAGES);
        try {
            for (int i = 0; i < attack.connections; i++) {
                String client = attack.attacker(i);
                attackers.execute(() -> attack(client, attack.patient));
            }
            await("the attack")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> metric("dmarc_milter_dns_questions_waiting") > 0);
            List<Callable<SmtpReply>> good = new ArrayList<>();
            List<Callable<SmtpReply>> forged = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                int message = i;
                good.add(() -> send(attack.sender(message), "x@" + name("good"), ""));
                // A forger whose own name servers are as silent, and one of several authors.
                String sender =
                        List.of("", "x@" + name("slow"), "x@" + name("bank")).get(i % 3);
                forged.add(
                        () -> send(attack.sender(100 + message), sender, message % 2 == 0 ? "" : "y@" + name("slow")));
            }
            List<Future<SmtpReply>> goodReplies = new ArrayList<>();
            List<Future<SmtpReply>> forgedReplies = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                goodReplies.add(senders.submit(good.get(i)));
                forgedReplies.add(senders.submit(forged.get(i)));
            }
            assertEquals(
                    List.of(),
                    replies(goodReplies).stream()
                            .filter(reply -> reply.code() != 250)
                            .toList());
            assertEquals(
                    List.of(),
                    replies(forgedReplies).stream()
                            .filter(reply -> reply.code() < 400)
                            .toList());
            assertTrue(metric("dmarc_milter_dns_questions_in_flight") <= 1_000);
        } finally {
            attackers.shutdownNow();
            senders.shutdownNow();
        }
        assertFalse(daemon.log().contains("internal error"), daemon::log);
    }

    private static List<SmtpReply> replies(List<Future<SmtpReply>> sent) throws Exception {
        List<SmtpReply> replies = new ArrayList<>();
        for (Future<SmtpReply> reply : sent) {
            replies.add(reply.get());
        }
        return replies;
    }

    /** A domain of that zone that nobody knows yet. */
    private static String name(String zone) {
        return "d" + names.incrementAndGet() + "." + zone;
    }

    private static SmtpReply send(String client, String sender, String secondAuthor) {
        String author = sender.endsWith(".good") ? sender : "x@" + name("bank");
        try (SmtpClient smtp = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("NAME=client.example ADDR=" + client + " HELO=client.example")) {
            String from = "From: " + author + (secondAuthor.isEmpty() ? "" : ", " + secondAuthor);
            return smtp.send(sender, "user@local.test", (from + TEXT).replace("\n", "\r\n"));
        }
    }

    /** Until the test is over: one message after the other, each with eleven domains that nobody knows and nobody answers for. */
    private static void attack(String client, boolean patient) {
        while (!Thread.currentThread().isInterrupted()) {
            try (MilterPeer mta = MilterPeer.connect(daemon.socket()).gathering()) {
                mta.connection("bot.example", client);
                do {
                    mta.mail("bot@" + name("slow"), Map.of("i", "BOT"));
                    mta.header(
                            "From",
                            IntStream.range(0, 10)
                                    .mapToObj(i -> "bot@" + name("slow"))
                                    .collect(Collectors.joining(", ")));
                    mta.sendEndOfMessage();
                    if (patient) {
                        mta.awaitVerdict();
                    }
                } while (patient && !Thread.currentThread().isInterrupted());
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            } catch (UncheckedIOException interrupted) {
                // The test is over, or the daemon has closed.
            }
        }
    }

    private static long metric(String name) throws IOException, InterruptedException {
        String metrics = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + METRICS + "/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
