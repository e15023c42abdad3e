package org.dmarcmilter.mail;

import static org.dmarcmilter.testing.ScriptedSmtpServer.CUT;
import static org.dmarcmilter.testing.ScriptedSmtpServer.SILENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.dmarcmilter.mail.Outcome.Accepted;
import org.dmarcmilter.mail.Outcome.Unknown;
import org.dmarcmilter.mail.Outcome.Unreachable;
import org.dmarcmilter.mail.SmtpServer.Login;
import org.dmarcmilter.mail.SmtpServer.Tls;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailSenderTest {
    private static final Envelope ENVELOPE = new Envelope("dmarc@rep.example", "rua@owner.example");
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final String MAIL = "Subject: a report\r\n\r\n.\r\n..two dots\r\nthe end\r\n";

    @TempDir
    private static Path directory;

    private static Path mail;
    private static SSLContext certificate;

    @BeforeAll
    static void makeMailAndCertificate() throws Exception {
        mail = Files.writeString(directory.resolve("mail"), MAIL, StandardCharsets.US_ASCII);
        Path store = directory.resolve("store");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool").toFile())
                .start();
        assertTrue(keytool.waitFor(50, TimeUnit.SECONDS));
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "secret".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        certificate = SSLContext.getInstance("TLS");
        certificate.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    /** The usual server, but for some lines: each is known by its first word. */
    private static UnaryOperator<String> usualBut(Map<String, String> replies) {
        return line -> replies.getOrDefault(line.split("[ :]", 2)[0], ScriptedSmtpServer.usual(line));
    }

    private static SmtpServer at(ScriptedSmtpServer server) {
        return SmtpServer.of("127.0.0.1", server.port(), Optional.empty(), "mx.rep.example", Optional.empty());
    }

    private static Outcome sendOnce(UnaryOperator<String> script) throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(script);
                MailSender sender = new MailSender(at(server))) {
            return sender.send(ENVELOPE, mail, LONG);
        }
    }

    @Test
    void sends() throws IOException {
        try (ScriptedSmtpServer server =
                        new ScriptedSmtpServer(usualBut(Map.of("END", "250 2.0.0 Ok: queued as 4F0C12E7F3")));
                MailSender sender = new MailSender(at(server))) {
            assertEquals(new Accepted("250 2.0.0 Ok: queued as 4F0C12E7F3"), sender.send(ENVELOPE, mail, LONG));
            assertEquals(List.of(MAIL), server.mails());
            assertEquals(
                    List.of(
                            "EHLO mx.rep.example",
                            "MAIL FROM:<dmarc@rep.example> SIZE=" + MAIL.length() + " RET=HDRS",
                            "RCPT TO:<rua@owner.example> NOTIFY=FAILURE",
                            "DATA"),
                    server.lines());
        }
    }

    @Test
    void asksForNothingThatTheServerDoesNotOffer() throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(usualBut(Map.of("EHLO", "250 mx.test")));
                MailSender sender = new MailSender(at(server))) {
            assertInstanceOf(Accepted.class, sender.send(new Envelope("", "rua@owner.example"), mail, LONG));
            assertEquals(
                    List.of("EHLO mx.rep.example", "MAIL FROM:<>", "RCPT TO:<rua@owner.example>", "DATA"),
                    server.lines());
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # at   | reply                                | outcome
            GREETING | 554 no                             | Unreachable[reason=127.0.0.1:PORT: Got bad greeting from SMTP host: 127.0.0.1, port: PORT, response: 554 no]
            GREETING | 421 busy                           | Unreachable[reason=127.0.0.1:PORT: Got bad greeting from SMTP host: 127.0.0.1, port: PORT, response: 421 busy]
            GREETING | #cut                               | Unreachable[reason=127.0.0.1:PORT: *]
            GREETING | HTTP/1.1 400 Bad Request          | Unreachable[reason=127.0.0.1:PORT: *]
            MAIL | 550 5.7.1 who are you                  | SenderRefused[reply=550 5.7.1 who are you]
            MAIL | 552 5.3.4 too large                    | Refused[at=MAIL, reply=552 5.3.4 too large]
            MAIL | 451 4.3.0 disk                         | TryLater[at=MAIL, reply=451 4.3.0 disk, closing=false]
            MAIL | 421 4.3.2 shutting down~#cut           | TryLater[at=MAIL, reply=421 4.3.2 shutting down, closing=true]
            MAIL | #cut                                   | Unreachable[reason=connection lost at MAIL: *]
            MAIL | hello                                  | Unreachable[reason=connection lost at MAIL: *]
            RCPT | 550-5.1.1 no~550 5.1.1 such user       | Refused[at=RCPT, reply=550-5.1.1 no 550 5.1.1 such user]
            RCPT | 550 5.1.1 gone~#cut                    | Refused[at=RCPT, reply=550 5.1.1 gone]
            RCPT | 450 4.2.0 greylisted                   | TryLater[at=RCPT, reply=450 4.2.0 greylisted, closing=false]
            RCPT | 251 will forward                       | Accepted[reply=250 2.0.0 Ok]
            RCPT | 354 what                               | Unreachable[reason=connection lost at RCPT: 354 what]
            DATA | 554 5.5.1 no recipients                | Refused[at=DATA, reply=554 5.5.1 no recipients]
            DATA | 451 4.3.0 later                        | TryLater[at=DATA, reply=451 4.3.0 later, closing=false]
            DATA | 421 4.3.2 gone~#cut                    | TryLater[at=DATA, reply=421 4.3.2 gone, closing=true]
            DATA | #cut                                   | Unreachable[reason=connection lost at DATA: *]
            DATA | 250 ok                                 | Unreachable[reason=connection lost at DATA: *]
            END  | 550 5.7.1 spam                         | Refused[at=END, reply=550 5.7.1 spam]
            END  | 552 5.3.4 too large~#cut               | Refused[at=END, reply=552 5.3.4 too large]
            END  | 452 4.3.1 full                         | TryLater[at=END, reply=452 4.3.1 full, closing=false]
            END  | 421 4.3.2 gone~#cut                    | TryLater[at=END, reply=421 4.3.2 gone, closing=true]
            END  | #cut                                   | Unknown[reason=connection lost at END: *]
            END  | 2                                      | Unknown[reason=connection lost at END: *]
            END  | 354 more                               | Unknown[reason=connection lost at END: 354 more]
            END  | 250-one~250-two~250 three              | Accepted[reply=250-one 250-two 250 three]
            END  | 250 \u001b[31m<\u00e9>                 | Accepted[reply=250 ?[31m<?>]
            """)
    void replies(String at, String reply, String expected) throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(usualBut(Map.of(at, reply.replace('~', '\n'))));
                MailSender sender = new MailSender(at(server))) {
            String outcome = sender.send(ENVELOPE, mail, LONG).toString();
            String known = expected.replace("PORT", String.valueOf(server.port()));
            if (known.endsWith("*]")) {
                assertTrue(outcome.startsWith(known.substring(0, known.length() - 2)), outcome);
            } else {
                assertEquals(known, outcome);
            }
            assertTrue(
                    !outcome.startsWith("Accepted") || server.mails().size() == 1, "accepted is what the server has");
        }
    }

    /** A reply without end would fill the memory. */
    @ParameterizedTest
    @ValueSource(strings = {"GREETING", "EHLO", "MAIL", "END"})
    void aReplyHasABound(String at) throws IOException {
        String endless = ("250-" + "x".repeat(1_000) + "\n").repeat(1_000) + "250 end";
        Outcome outcome = sendOnce(usualBut(Map.of(at, endless)));
        assertEquals(at.equals("END") ? Unknown.class : Unreachable.class, outcome.getClass());
    }

    @Test
    void repliesAreCut() throws IOException {
        Accepted accepted =
                assertInstanceOf(Accepted.class, sendOnce(usualBut(Map.of("END", "250 " + "x".repeat(5_000)))));
        assertEquals(Outcome.MAX_REPLY, accepted.reply().length());
    }

    /** To look for a line end behind each of these spaces took time by the square of their number. */
    @Test
    void aReplyOfNothingIsReadOnce() throws IOException {
        String reply = "550 no" + " ".repeat(90_000) + "!";
        assertEquals(new Outcome.Refused(Outcome.Command.RCPT, "550 no"), sendOnce(usualBut(Map.of("RCPT", reply))));
    }

    /** The server's limit is known before the mail is on its way. */
    @Test
    void tooLargeForTheServer() throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(usualBut(Map.of("EHLO", "250-mx.test\n250 SIZE 10")));
                MailSender sender = new MailSender(at(server))) {
            assertEquals(
                    "Refused[at=MAIL, reply=the server takes at most 10 octets, and the mail has " + MAIL.length()
                            + "]",
                    sender.send(ENVELOPE, mail, LONG).toString());
            assertEquals(List.of("EHLO mx.rep.example"), server.lines());
        }
    }

    /** Whatever the server does, or does not, there is an end; what is known then is what the stage tells. */
    @ParameterizedTest(name = "silent at {0}: {1}")
    @CsvSource({"GREETING, Unreachable", "EHLO, Unreachable", "MAIL, Unreachable", "DATA, Unreachable", "END, Unknown"})
    void theWatchdogEndsIt(String at, String outcome) throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(usualBut(Map.of(at, SILENCE)));
                MailSender sender = new MailSender(at(server))) {
            assertEquals(
                    outcome,
                    sender.send(ENVELOPE, mail, Duration.ofMillis(300))
                            .getClass()
                            .getSimpleName());
            assertEquals(1, server.connections());
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (MailSender sender = new MailSender(
                SmtpServer.of("127.0.0.1", port, Optional.empty(), "mx.rep.example", Optional.empty()))) {
            assertEquals(
                    new Unreachable("127.0.0.1:" + port + ": Connection refused"), sender.send(ENVELOPE, mail, LONG));
        }
    }

    @Test
    void oneConnectionForManyMails() throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
                MailSender sender = new MailSender(at(server))) {
            for (int i = 0; i < MailSender.MAILS_OF_A_CONNECTION; i++) {
                assertInstanceOf(Accepted.class, sender.send(ENVELOPE, mail, LONG));
            }
            assertEquals(1, server.connections());
            assertInstanceOf(Accepted.class, sender.send(ENVELOPE, mail, LONG));
            assertEquals(2, server.connections());
            assertEquals(101, server.mails().size());
        }
    }

    /** A refused recipient does not cost the next mail its connection; a server that hung up does not cost it its attempt. */
    @ParameterizedTest(name = "after {0} {1} the next mail comes over connection {2}")
    @CsvSource({
        "RCPT, 550 no, 1",
        "MAIL, 550 no, 1",
        "END, 550 no, 1",
        "RCPT, 421 no, 2",
        "END, #cut, 2",
        "MAIL, #cut, 2"
    })
    void goesOn(String at, String reply, int connections) throws IOException {
        AtomicInteger count = new AtomicInteger();
        UnaryOperator<String> script = line -> line.split("[ :]", 2)[0].equals(at) && count.getAndIncrement() == 0
                ? reply
                : ScriptedSmtpServer.usual(line);
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(script);
                MailSender sender = new MailSender(at(server))) {
            sender.send(ENVELOPE, mail, LONG);
            assertInstanceOf(Accepted.class, sender.send(ENVELOPE, mail, LONG));
            assertEquals(connections, server.connections());
        }
    }

    @Test
    void aConnectionThatWasLeftAloneTooLongIsOpenedAgain() throws IOException {
        AtomicInteger mails = new AtomicInteger();
        UnaryOperator<String> script = line ->
                line.equals("END") && mails.getAndIncrement() == 0 ? "250 ok\n" + CUT : ScriptedSmtpServer.usual(line);
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(script);
                MailSender sender = new MailSender(at(server))) {
            assertInstanceOf(Accepted.class, sender.send(ENVELOPE, mail, LONG));
            assertInstanceOf(Accepted.class, sender.send(ENVELOPE, mail, LONG));
            assertEquals(2, server.connections());
            assertEquals(2, server.mails().size());
        }
    }

    @Test
    void aFileThatIsMissingIsOurMistake() throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
                MailSender sender = new MailSender(at(server))) {
            assertThrows(NoSuchFileException.class, () -> sender.send(ENVELOPE, directory.resolve("nothing"), LONG));
            assertEquals(List.of(), server.mails());
        }
    }

    @ParameterizedTest(name = "TLS {0}, checked {1}, server {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            OFF           | false | starttls | Accepted    | plain
            OPPORTUNISTIC | false | starttls | Accepted    | TLS
            OPPORTUNISTIC | false | plain    | Accepted    | plain
            OPPORTUNISTIC | false | broken   | Accepted    | plain
            REQUIRED      | true  | starttls | Accepted    | TLS
            REQUIRED      | false | starttls | Accepted    | TLS
            REQUIRED      | true  | plain    | Unreachable |
            REQUIRED      | true  | broken   | Unreachable |
            IMPLICIT      | true  | implicit | Accepted    | TLS
            IMPLICIT      | false | implicit | Accepted    | TLS
            IMPLICIT      | true  | plain    | Unreachable |
            """)
    void tls(Tls tls, boolean checked, String kind, String outcome, String how) throws Exception {
        SSLContext noCertificate = SSLContext.getInstance("TLS");
        noCertificate.init(null, null, null);
        UnaryOperator<String> script = kind.equals("starttls") || kind.equals("broken")
                ? usualBut(Map.of("EHLO", "250-mx.test\n250 STARTTLS"))
                : ScriptedSmtpServer::usual;
        Optional<SSLContext> context = Optional.of(kind.equals("broken") ? noCertificate : certificate);
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(script, context, kind.equals("implicit"));
                MailSender sender = new MailSender(
                        new SmtpServer("localhost", server.port(), tls, checked, "mx.rep.example", Optional.empty()),
                        Optional.of(certificate.getSocketFactory()))) {
            Outcome result = sender.send(ENVELOPE, mail, LONG);
            assertEquals(outcome, result.getClass().getSimpleName(), result::toString);
            if (how != null) {
                // After the handshake the client says EHLO again.
                long hellos = server.lines().stream()
                        .filter(line -> line.startsWith("EHLO"))
                        .count();
                boolean secured = kind.equals("implicit") || kind.equals("starttls") && hellos == 2;
                assertEquals(how.equals("TLS"), secured, () -> server.lines().toString());
            }
        }
    }

    /** The JVM does not know who made this certificate, and it is for another host. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"127.0.0.1, true, Unreachable", "localhost, false, Unreachable", "localhost, true, Accepted"})
    void certificatesAreChecked(String host, boolean known, String outcome) throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(
                        usualBut(Map.of("EHLO", "250-mx.test\n250 STARTTLS")), Optional.of(certificate), false);
                MailSender sender = new MailSender(
                        new SmtpServer(host, server.port(), Tls.REQUIRED, true, "mx.rep.example", Optional.empty()),
                        known ? Optional.of(certificate.getSocketFactory()) : Optional.empty())) {
            assertEquals(outcome, sender.send(ENVELOPE, mail, LONG).getClass().getSimpleName());
            assertTrue(outcome.equals("Accepted") || server.mails().isEmpty());
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"235 2.7.0 ok, Accepted", "535 5.7.8 wrong, Unreachable"})
    void logsIn(String reply, String outcome) throws IOException {
        try (ScriptedSmtpServer server =
                        new ScriptedSmtpServer(usualBut(Map.of("EHLO", "250-mx.test\n250 AUTH PLAIN", "AUTH", reply)));
                MailSender sender = new MailSender(SmtpServer.of(
                        "127.0.0.1",
                        server.port(),
                        Optional.empty(),
                        "mx.rep.example",
                        Optional.of(new Login("u", "geheim"))))) {
            Outcome result = sender.send(ENVELOPE, mail, LONG);
            assertEquals(outcome, result.getClass().getSimpleName());
            assertTrue(
                    server.lines().contains("AUTH PLAIN dQB1AGdlaGVpbQ=="),
                    () -> server.lines().toString());
            assertTrue(!result.toString().contains("geheim"));
        }
    }

    /** To go on without the login would only be refused later, with less to say. */
    @Test
    void noAuthIsOffered() throws IOException {
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
                MailSender sender = new MailSender(SmtpServer.of(
                        "127.0.0.1",
                        server.port(),
                        Optional.empty(),
                        "mx.rep.example",
                        Optional.of(new Login("u", "p"))))) {
            assertEquals(
                    new Unreachable("127.0.0.1:" + server.port() + ": the server offers no AUTH, and a user is set"),
                    sender.send(ENVELOPE, mail, LONG));
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}, checked {3}")
    @CsvSource({
        "127.0.0.1, , OPPORTUNISTIC, false",
        "localhost, , OPPORTUNISTIC, false",
        "::1, , OPPORTUNISTIC, false",
        "192.0.2.1, , REQUIRED, true",
        "smtp.example.net, , REQUIRED, true",
        "localhost.example.net, , REQUIRED, true",
        "smtp.example.net, OPPORTUNISTIC, OPPORTUNISTIC, false",
        "smtp.example.net, OFF, OFF, true",
        "smtp.example.net, IMPLICIT, IMPLICIT, true",
        "127.0.0.1, REQUIRED, REQUIRED, false",
    })
    void defaults(String host, Tls said, Tls tls, boolean verified) {
        SmtpServer server = SmtpServer.of(host, 25, Optional.ofNullable(said), "a", Optional.empty());
        assertEquals(tls, server.tls());
        assertEquals(verified, server.verified());
    }

    @ParameterizedTest(name = "a password to {0} with TLS {1}: {2}")
    @CsvSource({
        "127.0.0.1, OFF, true",
        "smtp.example.net, OFF, false",
        "smtp.example.net, OPPORTUNISTIC, false",
        "smtp.example.net, REQUIRED, true",
        "smtp.example.net, IMPLICIT, true",
    })
    void passwordsStayHidden(String host, Tls tls, boolean allowed) {
        Optional<Login> login = Optional.of(new Login("u", "geheim"));
        if (allowed) {
            assertTrue(!SmtpServer.of(host, 25, Optional.of(tls), "a", login)
                    .toString()
                    .contains("geheim"));
        } else {
            assertThrows(IllegalArgumentException.class, () -> SmtpServer.of(host, 25, Optional.of(tls), "a", login));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a@",
                "@b",
                "a b@c",
                "a@b>\r\nRCPT TO:<x@y",
                "a@b SIZE=1",
                "<a@b>",
                "\"a\"@b",
                "a@b@c",
                "a@b,c@d",
                "a\u00e9@b"
            })
    void noCommandInAnAddress(String address) {
        assertThrows(IllegalArgumentException.class, () -> new Envelope("a@b.example", address));
        assertTrue(address.isEmpty() || throwsFor(address));
    }

    private static boolean throwsFor(String sender) {
        assertThrows(IllegalArgumentException.class, () -> new Envelope(sender, "a@b.example"));
        return true;
    }
}
