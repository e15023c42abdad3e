package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.mail.Envelope;
import org.dmarcmilter.mail.MailSender;
import org.dmarcmilter.mail.Outcome;
import org.dmarcmilter.mail.Outcome.Accepted;
import org.dmarcmilter.mail.Outcome.Command;
import org.dmarcmilter.mail.Outcome.Refused;
import org.dmarcmilter.mail.SmtpServer;
import org.dmarcmilter.mail.SmtpServer.Tls;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Mail to a real Postfix, with the TLS that Debian gives it. */
@Timeout(120)
class MailSenderIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static PostfixInstance postfix;
    private static Path mail;

    @BeforeAll
    static void start() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        PeerProcess.run(
                directory.resolve("openssl"),
                List.of(
                        PeerProgram.locate("openssl").toString(),
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=mx.example.test",
                        "-days",
                        "2",
                        "-keyout",
                        directory.resolve("key").toString(),
                        "-out",
                        directory.resolve("certificate").toString()));
        postfix = peers.add(PostfixInstance.start(directory, List.of(), """
                smtpd_tls_security_level = may
                smtpd_tls_loglevel = 1
                smtpd_tls_key_file = %1$s/key
                smtpd_tls_cert_file = %1$s/certificate
                smtpd_sender_restrictions = check_sender_access inline:{banned@rep.example=REJECT}
                """.formatted(directory), ""));
        mail = Files.writeString(
                directory.resolve("report.eml"),
                "From: dmarc@rep.example\r\nTo: rua@local.test\r\nSubject: a report\r\n\r\n.\r\n..\r\n"
                        + "x".repeat(998) + "\r\nend\r\n",
                StandardCharsets.US_ASCII);
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    private static MailSender sender(Tls tls) {
        return new MailSender(SmtpServer.of(
                "127.0.0.1", postfix.address().getPort(), Optional.of(tls), "reporter.example", Optional.empty()));
    }

    private static Outcome send(Tls tls, String from, String to, Path file) throws IOException {
        try (MailSender sender = sender(tls)) {
            return sender.send(new Envelope(from, to), file, LIMIT);
        }
    }

    @Test
    void delivers() throws IOException {
        Accepted accepted =
                assertInstanceOf(Accepted.class, send(Tls.REQUIRED, "dmarc@rep.example", "rua@local.test", mail));
        assertTrue(accepted.reply().startsWith("250 2.0.0 Ok: queued as "), accepted::reply);
        DeliveredMessage delivered = postfix.delivered("rua");
        assertEquals(".\n..\n" + "x".repeat(998) + "\nend\n", delivered.body());
        assertTrue(delivered.values("Received").get(0).contains("reporter.example"), delivered::toString);
        postfix.awaitLog("TLS connection established");
    }

    @Test
    void refusedRecipient() throws IOException {
        Refused refused = assertInstanceOf(
                Refused.class, send(Tls.OPPORTUNISTIC, "dmarc@rep.example", "rua@elsewhere.test", mail));
        assertEquals(Command.RCPT, refused.at());
        assertTrue(refused.reply().startsWith("554 5.7.1 "), refused::reply);
    }

    @Test
    void refusedSender() throws IOException {
        // Postfix delays it to the recipient, as it does by default; a server of a provider may not.
        assertInstanceOf(Refused.class, send(Tls.OFF, "banned@rep.example", "rua@local.test", mail));
    }

    @Test
    void tooLarge() throws IOException {
        Path large = directory.resolve("large");
        try (OutputStream out = Files.newOutputStream(large)) {
            byte[] line = ("x".repeat(76) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 300_000; i++) {
                out.write(line);
            }
        }
        Refused refused = assertInstanceOf(Refused.class, send(Tls.OFF, "dmarc@rep.example", "rua@local.test", large));
        assertTrue(refused.reply().contains("at most 20971520 octets"), refused::reply);
    }

    @Test
    void manyMailsOverOneConnection() throws IOException {
        try (MailSender sender = sender(Tls.OPPORTUNISTIC)) {
            for (int i = 0; i < 20; i++) {
                assertInstanceOf(
                        Accepted.class,
                        sender.send(new Envelope("dmarc@rep.example", "many" + i + "@local.test"), mail, LIMIT));
                assertInstanceOf(
                        Refused.class,
                        sender.send(new Envelope("dmarc@rep.example", "many@elsewhere.test"), mail, LIMIT));
            }
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(List.of("a report"), postfix.delivered("many" + i).values("Subject"));
        }
    }
}
