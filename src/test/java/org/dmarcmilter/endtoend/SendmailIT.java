package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail through Sendmail, whose side of the protocol differs from Postfix's: no ABORT between messages, fewer macros. */
class SendmailIT {
    private static final String CHECKER = "spf.example.test";
    private static final String OPENDKIM = "dkim.example.test";
    private static final String CONFIGURATION = """
            AuthservID mx.example.test
            TrustedAuthservIDs spf.example.test, dkim.example.test
            RejectFailures yes
            HoldQuarantinedMessages yes
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final DkimKey EXAMPLE_COM = DkimKey.of("example.com");

    private static final Peers peers = new Peers();
    private static DaemonUnderTest overTcp;
    private static DaemonUnderTest overUnixSocket;
    private static DaemonUnderTest removing;
    private static SendmailInstance sendmail;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns = peers.add(NameServer.start(directory, """
                _dmarc.example.com.        TXT "v=DMARC1; p=reject"
                _dmarc.quarantine.example. TXT "v=DMARC1; p=quarantine"
                """ + EXAMPLE_COM.record()));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.start(directory, dns, OPENDKIM));
        overTcp = peers.add(DaemonUnderTest.start(directory.resolve("tcp"), dns.address(), CONFIGURATION));
        overUnixSocket = peers.add(DaemonUnderTest.startOnUnixSocket(
                directory.resolve("unix"), directory.resolve("dmarc.sock"), dns.address(), CONFIGURATION));
        removing = peers.add(DaemonUnderTest.start(
                directory.resolve("removing"), dns.address(), CONFIGURATION + "RemoveForgedResults yes\n"));
        sendmail = peers.add(SendmailInstance.start(
                directory, List.of(openDkim.socket(), overTcp.socket(), overUnixSocket.socket(), removing.socket())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @Test
    void worksOverTcp() {
        passesRejectsAndQuarantines(overTcp, "tcp");
    }

    @Test
    void worksOverAUnixSocket() {
        passesRejectsAndQuarantines(overUnixSocket, "unix");
    }

    private static void passesRejectsAndQuarantines(DaemonUnderTest daemon, String suffix) {
        try (SmtpClient client = client(sendmail.address(daemon.socket()))) {
            String passed = client.send("bounce@example.com", "pass-" + suffix + "@local.test", checked("example.com"))
                    .queueId();
            assertEquals(
                    "Authentication-Results: mx.example.test;"
                            + " dmarc=pass (p=reject dis=none) header.from=example.com policy.dmarc=reject",
                    sendmail.delivered("pass-" + suffix).top());
            daemon.awaitLog(passed + ": example.com pass");

            assertEquals(
                    "550 5.7.1 rejected by DMARC policy for example.com",
                    client.send("bounce@example.com", "reject-" + suffix + "@local.test", message("example.com"))
                            .toString());
            assertFalse(sendmail.hasMail("reject-" + suffix));

            String held = client.send(
                            "bounce@quarantine.example",
                            "held-" + suffix + "@local.test",
                            message("quarantine.example"))
                    .queueId();
            assertEquals(
                    Optional.of("quarantined by DMARC policy for quarantine.example"), sendmail.quarantineReason(held));
            daemon.awaitLog(held + ": quarantine.example fail");
            assertFalse(sendmail.hasMail("held-" + suffix));

            client.send("bounce@example.com", "again-" + suffix + "@local.test", checked("example.com"))
                    .expect(250);
            assertTrue(sendmail.delivered("again-" + suffix).top().contains("dmarc=pass"));
        }
    }

    /** Sendmail sends no ABORT then, as it waits for no reply to MAIL. */
    @ParameterizedTest
    @ValueSource(strings = {"RSET", "HELO again.example"})
    void forgetsAMessageThatTheClientTookBack(String command) {
        String user = "back-" + command.substring(0, 4).toLowerCase(Locale.ROOT);
        try (SmtpClient client = client(sendmail.address(overTcp.socket()))) {
            client.command("MAIL FROM:<bounce@example.com>").expect(250);
            client.command("RCPT TO:<" + user + "@local.test>").expect(250);
            client.command(command).expect(250);
            // The result is for the sender of the message that is gone, not for this one's.
            client.send("bounce@elsewhere.example", user + "@local.test", checked("example.com"))
                    .expect(550);
            client.send("bounce@example.com", user + "@local.test", checked("example.com"))
                    .expect(250);
            assertTrue(sendmail.delivered(user).top().contains("dmarc=pass"));
        }
    }

    @Test
    void forgetsAMessageThatAnotherFilterRefused() {
        try (SmtpClient client = client(sendmail.addressOfAll())) {
            client.send("bounce@example.com", "refused@local.test", message("example.com"))
                    .expect(550);
            client.send("bounce@example.com", "after@local.test", checked("example.com"))
                    .expect(250);
            assertEquals(
                    3,
                    sendmail.delivered("after").fields().stream()
                            .filter(field -> field.contains("dmarc=pass"))
                            .count());
            assertFalse(sendmail.hasMail("refused"));
        }
    }

    /** Of several fields of one name: OpenDKIM's and those of the other daemons stay, and the strangers'. */
    @Test
    void removesForgedFieldsAndLeavesTheCheckers() {
        String forged = String.join(
                "\r\n",
                "Received: from a by b; Sat, 28 Nov 2026 10:00:00 +0000",
                "Authentication-Results: dkim.example.test; dkim=pass header.d=example.com x.forged=yes",
                "Authentication-Results: stranger.example; dkim=pass header.d=example.com",
                "AUTHENTICATION-results: (by me)",
                "\t\"MX.Example.test\" 1;",
                "\tdkim=pass header.d=example.com x.forged=yes",
                "Authentication-Results: stranger.example; none",
                "Authentication-Results : mx.example.test(x).attacker.example; x.forged=yes",
                "");
        try (SmtpClient client = client(sendmail.addressOfAll())) {
            client.send("a@elsewhere.example", "removed@local.test", forged + EXAMPLE_COM.sign(message("example.com")))
                    .expect(250);
            List<String> results = sendmail.delivered("removed").values("Authentication-Results");
            assertFalse(results.toString().contains("forged"), results::toString);
            assertEquals(
                    2,
                    results.stream()
                            .filter(value -> value.startsWith("stranger"))
                            .count(),
                    results::toString);
            assertTrue(
                    results.stream().anyMatch(value -> value.startsWith(OPENDKIM) && value.contains("dkim=pass")),
                    results::toString);
            assertEquals(
                    3,
                    results.stream()
                            .filter(value -> value.contains("dmarc=pass"))
                            .count(),
                    results::toString);
        }
        try (SmtpClient client = client(sendmail.address(removing.socket()))) {
            client.send("a@elsewhere.example", "believed@local.test", forged + message("example.com"))
                    .expect(550);
            client.send("bounce@example.com", "kept@local.test", checked("example.com"))
                    .expect(250);
        }
    }

    @Test
    void leavesThisMachineAlone() {
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, sendmail.address(overTcp.socket()))
                .ehlo("localhost")) {
            client.send("bounce@example.com", "localhost@local.test", message("example.com"))
                    .expect(250);
            assertFalse(sendmail.delivered("localhost").fields().toString().contains("dmarc="));
        }
    }

    /** Sendmail has no XCLIENT, and the daemon ignores 127.0.0.1: another address of the loopback net is a client. */
    private static SmtpClient client(InetSocketAddress server) {
        return SmtpClient.connect(Loopback.literal("127.0.0.2"), server).ehlo("client.example");
    }

    private static String checked(String domain) {
        return "Authentication-Results: " + CHECKER + "; spf=pass smtp.mailfrom=" + domain + "\r\n" + message(domain);
    }

    private static String message(String authorDomain) {
        return """
                From: Sender <sender@%s>
                To: user@local.test
                Subject: news

                Nothing new, as ever.
                """.formatted(authorDomain).replace("\n", "\r\n");
    }
}
