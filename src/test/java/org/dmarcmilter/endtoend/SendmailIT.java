package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Mail through Sendmail, whose side of the protocol differs from Postfix's: no ABORT between messages, fewer macros. */
class SendmailIT {
    private static final String CHECKER = "spf.example.test";
    private static final String CONFIGURATION = """
            AuthservID mx.example.test
            TrustedAuthservIDs spf.example.test
            RejectFailures yes
            HoldQuarantinedMessages yes
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static DaemonUnderTest overTcp;
    private static DaemonUnderTest overUnixSocket;
    private static SendmailInstance sendmail;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns = peers.add(NameServer.start(directory, """
                _dmarc.example.com.        TXT "v=DMARC1; p=reject"
                _dmarc.quarantine.example. TXT "v=DMARC1; p=quarantine"
                """));
        overTcp = peers.add(DaemonUnderTest.start(directory.resolve("tcp"), dns.address(), CONFIGURATION));
        overUnixSocket = peers.add(DaemonUnderTest.startOnUnixSocket(
                directory.resolve("unix"), directory.resolve("dmarc.sock"), dns.address(), CONFIGURATION));
        sendmail = peers.add(SendmailInstance.start(directory, List.of(overTcp.socket(), overUnixSocket.socket())));
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
        // Sendmail has no XCLIENT, and the daemon ignores 127.0.0.1: another address of the loopback net is a client.
        try (SmtpClient client = SmtpClient.connect(Loopback.literal("127.0.0.2"), sendmail.address(daemon.socket()))
                .ehlo("client.example")) {
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
