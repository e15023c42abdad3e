package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A zone whose servers are dead delays the messages that need it, those only, and not for long. */
@Timeout(60)
class DeadDnsIT {
    private static final Duration DNS_TIMEOUT = Duration.ofSeconds(5);

    /** One time-out, however slow this machine is at the moment; a second one would not fit. */
    private static final Duration LIMIT = DNS_TIMEOUT.multipliedBy(2);

    private static final String CONFIGURATION = "AuthservID mx.example.test\nRejectFailures yes\nDNSTimeout 5\n";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private NameServer live;
    private PartlyDeadDns dns;

    /** One message: its answer, and how long after the end of the message it came. */
    private record Judged(String domain, MilterPeer.EndOfMessage answer, Duration took) {}

    @BeforeEach
    void startDns() {
        live = NameServer.start(directory, """
                *.live.example.        TXT "v=DMARC1; p=none"
                *.spf.example.         TXT "v=DMARC1; p=reject"
                """);
        dns = PartlyDeadDns.start(live, "dead.example");
    }

    @AfterEach
    void stopDns() {
        dns.close();
        live.close();
    }

    @Test
    void delaysOnlyTheMessagesThatNeedIt() throws Exception {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION)) {
            List<String> domains = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                domains.add("d" + i + ".dead.example");
                domains.add("a" + i + ".live.example");
                domains.add("b" + i + ".live.example");
            }
            for (Judged message : judge(daemon, domains)) {
                assertTrue(message.answer.verdict().lets(), message::toString);
                String header = message.answer.added("Authentication-Results").get(0);
                if (message.domain.endsWith("dead.example")) {
                    assertTrue(header.contains("dmarc=temperror"), header);
                    assertTrue(message.took.compareTo(LIMIT) < 0, message::toString);
                    daemon.awaitLog("Q" + message.domain + ": " + message.domain + " temperror");
                } else {
                    assertTrue(header.contains("dmarc=fail (p=none dis=none)"), header);
                    // None of them waited for a time-out, its own or another's.
                    assertTrue(message.took.compareTo(DNS_TIMEOUT) < 0, message::toString);
                }
            }
        }
    }

    @Test
    void waitsOnceForAllTheQuestionsOfAMessage() throws Exception {
        try (DaemonUnderTest daemon =
                DaemonUnderTest.start(directory, dns.address(), CONFIGURATION + "SPFSelfValidate yes\n")) {
            Judged message = judge(daemon, List.of("sender.dead.example")).get(0);
            assertTrue(message.answer.verdict().lets(), message::toString);
            assertTrue(
                    message.answer.added("Authentication-Results").stream()
                            .anyMatch(header -> header.contains("dmarc=temperror")),
                    message::toString);
            assertTrue(message.took.compareTo(LIMIT) < 0, message::toString);
        }
    }

    @Test
    void putsTheMessageOffWhereTheOperatorSaysSo() throws Exception {
        try (DaemonUnderTest daemon =
                DaemonUnderTest.start(directory, dns.address(), CONFIGURATION + "OnTemporaryError tempfail\n")) {
            Judged message = judge(daemon, List.of("sender.dead.example")).get(0);
            String verdict =
                    message.answer.verdict().code() + message.answer.verdict().payload();
            assertTrue(verdict.equals("t") || verdict.startsWith("y4"), verdict);
            assertTrue(message.took.compareTo(LIMIT) < 0, message::toString);
        }
    }

    /** Sends one message from each of these domains, all at the same time. */
    private static List<Judged> judge(DaemonUnderTest daemon, List<String> domains) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(domains.size());
        try {
            List<Callable<Judged>> messages = domains.stream()
                    .map(domain -> (Callable<Judged>) () -> judge(daemon, domain))
                    .toList();
            List<Judged> judged = new ArrayList<>();
            for (Future<Judged> message : senders.invokeAll(messages)) {
                judged.add(message.get());
            }
            return judged;
        } finally {
            senders.shutdownNow();
        }
    }

    private static Judged judge(DaemonUnderTest daemon, String domain) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            assertEquals(MilterPeer.Reply.CONTINUE, mta.connection("client.example", "192.0.2.7"));
            mta.helo("client.example");
            mta.mail("bounce@" + domain, Map.of("i", "Q" + domain));
            mta.rcpt("user@local.test");
            mta.data();
            mta.header("From", "sender@" + domain);
            mta.header("Subject", "news");
            mta.endOfHeaders();
            mta.body("Nothing new.\r\n");
            long sent = System.nanoTime();
            MilterPeer.EndOfMessage answer = mta.endOfMessage();
            return new Judged(domain, answer, Duration.ofNanos(System.nanoTime() - sent));
        }
    }
}
