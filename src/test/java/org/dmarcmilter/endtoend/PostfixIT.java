package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mail through Postfix with OpenDKIM and then the daemon as milters: what the sender is told, and what the user gets. */
class PostfixIT {
    private static final String OURS = "mx.example.test";
    private static final String OPENDKIM = "dkim.example.test";
    private static final String SPF_CHECKER = "spf.example.test";

    private static final String RECORDS = """
            _dmarc.example.com.          TXT "v=DMARC1; p=reject"
            _dmarc.quarantine.example.   TXT "v=DMARC1; p=quarantine"
            _dmarc.none.example.         TXT "v=DMARC1; p=none"
            _dmarc.xn--bcher-kva.example. TXT "v=DMARC1; p=reject"
            unpublished.example.         A   192.0.2.1
            _dmarc.wild.example.         TXT "v=DMARC1; p=reject"
            *.wild.example.              CNAME round.wild.example.
            _dmarc.wildheld.example.     TXT "v=DMARC1; p=quarantine"
            *.wildheld.example.          CNAME round.wildheld.example.
            _dmarc.wildnone.example.     TXT "v=DMARC1; p=none"
            *.wildnone.example.          CNAME round.wildnone.example.
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final DkimKey EXAMPLE_COM = DkimKey.of("example.com");
    private static final DkimKey BUECHER = DkimKey.of("xn--bcher-kva.example");
    private static final DkimKey ELSEWHERE = DkimKey.of("elsewhere.example");

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns = peers.add(
                NameServer.start(directory, RECORDS + EXAMPLE_COM.record() + BUECHER.record() + ELSEWHERE.record()));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.start(directory, dns, OPENDKIM));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), """
                AuthservID %s
                TrustedAuthservIDs %s,%s
                RejectFailures yes
                HoldQuarantinedMessages yes
                IgnoreAuthenticatedClients yes
                """.formatted(OURS, OPENDKIM, SPF_CHECKER)));
        postfix = peers.add(PostfixInstance.start(directory, List.of(openDkim.address(), daemon.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        try (peers) {
            if (postfix != null) {
                assertNobodyComplained();
            }
        }
    }

    /** Postfix warns of each reply that it does not understand or that does not come; our log of what went wrong. */
    private static void assertNobodyComplained() {
        assertEquals(List.of(), linesWith(postfix.log(), "warning: milter"), "Postfix's log");
        // Netty wants a hardware address for names of channels; a sandbox without a network has none.
        // That a stranger's name stands where our checkers' do is worth a line.
        String log = daemon.log()
                .replaceAll("(?m)^.*usable hardware address.*$", "")
                .replaceAll("(?m)^.*Authentication-Results of mx\\.attacker\\.example arrive.*$", "");
        assertEquals(List.of(), linesWith(log, " WARN ", " ERROR ", "Exception"), "the daemon's log");
    }

    private static List<String> linesWith(String log, String... marks) {
        return log.lines()
                .filter(line -> Stream.of(marks).anyMatch(line::contains))
                .toList();
    }

    @Test
    void passesByDkim() {
        try (SmtpClient client = client()) {
            String id = client.send("a@elsewhere.example", "dkim@local.test", EXAMPLE_COM.sign(message("example.com")))
                    .queueId();
            DeliveredMessage delivered = postfix.delivered("dkim");
            assertEquals(
                    header("pass (p=reject dis=none) header.from=example.com policy.dmarc=reject"), delivered.top());
            assertTrue(
                    delivered.values("Authentication-Results").stream()
                            .anyMatch(value -> value.startsWith(OPENDKIM) && value.contains("dkim=pass")),
                    () -> "OpenDKIM's own result stays: " + delivered.fields());
            daemon.awaitLog(id + ": example.com pass");
        }
    }

    @Test
    void passesByTheSpfResultOfATrustedChecker() {
        try (SmtpClient client = client()) {
            String id = client.send("bounce@example.com", "spf@local.test", checked("example.com"))
                    .queueId();
            assertEquals(
                    header("pass (p=reject dis=none) header.from=example.com policy.dmarc=reject"),
                    postfix.delivered("spf").top());
            daemon.awaitLog(id + ": example.com pass");
        }
    }

    @Test
    void believesNoForgedResult() {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send(
                    "bounce@example.com",
                    "forged@local.test",
                    "Authentication-Results: mx.attacker.example; spf=pass smtp.mailfrom=example.com;"
                            + " dkim=pass header.d=example.com\r\n" + message("example.com"));
            assertEquals("550 5.7.1 rejected by DMARC policy for example.com", reply.toString());
        }
    }

    @Test
    void aPassOfAnotherDomainIsNoPass() {
        try (SmtpClient client = client()) {
            SmtpReply reply =
                    client.send("a@elsewhere.example", "unaligned@local.test", ELSEWHERE.sign(message("example.com")));
            assertEquals("550 5.7.1 rejected by DMARC policy for example.com", reply.toString());
        }
    }

    /**
     * Anybody can write a signature whose key cannot be fetched, as a wildcard CNAME of the domain's answers for it. OpenDKIM tells of
     * it beside a signature with a key.
     */
    @ParameterizedTest(name = "d={1} for {0}: {2}")
    @CsvSource({
        "wild.example,     wild.example,      451 4.7.1 DMARC check of wild.example could not be completed",
        "wild.example,     any.wild.example,  451 4.7.1 DMARC check of wild.example could not be completed",
        "mail.wild.example, wild.example,     451 4.7.1 DMARC check of mail.wild.example could not be completed",
        "wildheld.example, wildheld.example,  451 4.7.1 DMARC check of wildheld.example could not be completed",
        "wild.example,     wildheld.example,  550 5.7.1 rejected by DMARC policy for wild.example",
        "wildnone.example, wildnone.example,  250 2.0.0 Ok",
    })
    void aSignatureWhoseKeyCannotBeFetchedGetsNoForgeryAccepted(String author, String signer, String answer) {
        String junk = "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=" + signer
                + "; s=s; h=From; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=AAAA\r\n";
        try (SmtpClient client = client()) {
            SmtpReply reply =
                    client.send("a@elsewhere.example", "junk@local.test", ELSEWHERE.sign(junk + message(author)));
            assertTrue(reply.toString().startsWith(answer), reply::toString);
        }
    }

    @Test
    void aBrokenSignatureIsNoPass() {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send(
                    "a@example.com",
                    "broken@local.test",
                    EXAMPLE_COM.sign(message("example.com")).replace("as ever", "never again"));
            assertEquals("550 5.7.1 rejected by DMARC policy for example.com", reply.toString());
        }
    }

    @Test
    void deliversAFailureOfPolicyNone() {
        try (SmtpClient client = client()) {
            String id = client.send("a@none.example", "none@local.test", message("none.example"))
                    .queueId();
            assertEquals(
                    header("fail (p=none dis=none) header.from=none.example policy.dmarc=none"),
                    postfix.delivered("none").top());
            daemon.awaitLog(id + ": none.example fail");
        }
    }

    @Test
    void deliversWhatHasNoRecord() {
        try (SmtpClient client = client()) {
            String id = client.send("a@unpublished.example", "unpublished@local.test", message("unpublished.example"))
                    .queueId();
            assertEquals(
                    header("none (p=none dis=none) header.from=unpublished.example policy.dmarc=none"),
                    postfix.delivered("unpublished").top());
            daemon.awaitLog(id + ": unpublished.example none");
        }
    }

    @Test
    void rejectsAFailureOfPolicyReject() {
        try (SmtpClient client = client()) {
            SmtpReply reply = client.send("a@example.com", "reject@local.test", message("example.com"));
            assertEquals("550 5.7.1 rejected by DMARC policy for example.com", reply.toString());
            String line = postfix.awaitLog("milter-reject: END-OF-MESSAGE", "<reject@local.test>");
            assertTrue(line.contains("5.7.1 rejected by DMARC policy for example.com"), line);
            daemon.awaitLog(queueId(line) + ": example.com fail");
            assertEquals(List.of(), postfix.mailbox("reject"));
        }
    }

    @Test
    void holdsAFailureOfPolicyQuarantine() {
        try (SmtpClient client = client()) {
            String id = client.send("a@quarantine.example", "held@local.test", message("quarantine.example"))
                    .queueId();
            postfix.awaitLog(id + ": milter-hold: END-OF-MESSAGE", "<held@local.test>");
            daemon.awaitLog(id + ": quarantine.example fail");
            assertEquals(Optional.of("hold"), postfix.queueOf(id));
            assertEquals(List.of(), postfix.mailbox("held"));
        }
    }

    @Test
    void judgesEachMessageOfAConnectionByItself() {
        try (SmtpClient client = client()) {
            client.send("a@none.example", "several-1@local.test", message("none.example"))
                    .expect(250);
            client.send("a@example.com", "several-2@local.test", EXAMPLE_COM.sign(message("example.com")))
                    .expect(250);
            client.send("a@unpublished.example", "several-3@local.test", message("unpublished.example"))
                    .expect(250);
            assertTrue(postfix.delivered("several-1").top().contains("dmarc=fail"));
            assertTrue(postfix.delivered("several-2").top().contains("dmarc=pass"));
            assertTrue(postfix.delivered("several-3").top().contains("dmarc=none"));
        }
    }

    @Test
    void acceptsAfterARejectionOnTheSameConnection() {
        try (SmtpClient client = client()) {
            client.send("a@example.com", "first@local.test", message("example.com"))
                    .expect(550);
            client.send("a@example.com", "second@local.test", EXAMPLE_COM.sign(message("example.com")))
                    .expect(250);
            client.command("RSET").expect(250);
            client.send("a@example.com", "third@local.test", message("example.com"))
                    .expect(550);
            assertTrue(postfix.delivered("second").top().contains("dmarc=pass"));
            assertEquals(List.of(), postfix.mailbox("first"));
            assertEquals(List.of(), postfix.mailbox("third"));
        }
    }

    @Test
    void forgetsAMessageThatTheClientTookBack() {
        try (SmtpClient client = client()) {
            client.command("MAIL FROM:<bounce@example.com>").expect(250);
            client.command("RCPT TO:<back@local.test>").expect(250);
            client.command("RSET").expect(250);
            // The result is for the sender of the message that is gone, not for this one's.
            client.send("bounce@elsewhere.example", "back@local.test", checked("example.com"))
                    .expect(550);
            client.send("bounce@example.com", "back@local.test", checked("example.com"))
                    .expect(250);
            assertTrue(postfix.delivered("back").top().contains("dmarc=pass"));
        }
    }

    @Test
    void leavesAuthenticatedClientsAlone() {
        try (SmtpClient client = client("ADDR=192.0.2.7 LOGIN=alice")) {
            client.send("a@example.com", "authenticated@local.test", message("example.com"))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered("authenticated");
            assertFalse(
                    delivered.fields().toString().contains("dmarc="),
                    () -> delivered.fields().toString());
        }
    }

    @Test
    void leavesThisMachineAlone() {
        try (SmtpClient client =
                SmtpClient.connect(Loopback.IPV4, postfix.address()).ehlo("localhost")) {
            client.send("a@example.com", "localhost@local.test", message("example.com"))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered("localhost");
            assertFalse(
                    delivered.fields().toString().contains("dmarc="),
                    () -> delivered.fields().toString());
        }
    }

    @Test
    void judgesAnIpv6Client() {
        var server = postfix.addressForIpv6();
        try (SmtpClient client = SmtpClient.connect(server.getAddress(), server)
                .ehlo("client.example")
                .xclient("ADDR=IPV6:2001:db8::7 NAME=six.example")) {
            client.send("a@example.com", "six-reject@local.test", message("example.com"))
                    .expect(550);
            client.send("a@example.com", "six@local.test", EXAMPLE_COM.sign(message("example.com")))
                    .expect(250);
            assertTrue(postfix.delivered("six").top().contains("dmarc=pass"));
        }
    }

    @Test
    void judgesTheNullSender() {
        try (SmtpClient client = client()) {
            client.send("", "null-reject@local.test", message("example.com")).expect(550);
            client.send("", "null@local.test", EXAMPLE_COM.sign(message("example.com")))
                    .expect(250);
            assertEquals(
                    header("pass (p=reject dis=none) header.from=example.com policy.dmarc=reject"),
                    postfix.delivered("null").top());
        }
    }

    @Test
    void judgesAnInternationalAddress() {
        String message = message("b\u00fccher.example").replace("From: Sender <sender@", "From: J\u00f6rg <j\u00f6rg@");
        try (SmtpClient client = client()) {
            SmtpReply rejected =
                    client.send("j\u00f6rg@b\u00fccher.example", "SMTPUTF8", "utf8-reject@local.test", message);
            assertTrue(rejected.toString().startsWith("550 5.7.1 rejected by DMARC policy for "), rejected::toString);
            client.send("j\u00f6rg@b\u00fccher.example", "SMTPUTF8", "utf8@local.test", BUECHER.sign(message))
                    .expect(250);
            String top = postfix.delivered("utf8").top();
            assertTrue(top.startsWith(header("pass (p=reject dis=none) header.from=")), top);
        }
    }

    @Test
    void passesAMessageOfAMegabyte() {
        String message =
                message("example.com") + "0123456789 ".repeat(6).concat("\r\n").repeat(16_000);
        try (SmtpClient client = client()) {
            client.send("a@example.com", "big@local.test", EXAMPLE_COM.sign(message))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered("big");
            assertTrue(delivered.top().contains("dmarc=pass"), delivered::top);
            assertTrue(
                    delivered.body().length() > 1_000_000,
                    () -> "octets: " + delivered.body().length());
        }
    }

    @Test
    void servesFiftySessionsAtOnce() throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(50);
        try {
            List<Callable<Void>> sessions = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String number = "-" + i;
                sessions.add(() -> {
                    try (SmtpClient client = client()) {
                        client.send("a@example.com", "many-no" + number + "@local.test", message("example.com"))
                                .expect(550);
                        client.send("a@example.com", "many-yes" + number + "@local.test", checked("example.com"))
                                .expect(250);
                        client.send("a@none.example", "many" + number + "@local.test", message("none.example"))
                                .expect(250);
                    }
                    return null;
                });
            }
            for (Future<Void> session : senders.invokeAll(sessions)) {
                session.get();
            }
        } finally {
            senders.shutdownNow();
        }
        for (int i = 0; i < 50; i++) {
            assertTrue(postfix.delivered("many-yes-" + i).top().contains("dmarc=pass (p=reject dis=none)"));
            assertTrue(postfix.delivered("many-" + i).top().contains("dmarc=fail (p=none dis=none)"));
        }
    }

    private static SmtpClient client() {
        return client("ADDR=192.0.2.7 NAME=client.example");
    }

    private static SmtpClient client(String xclient) {
        return SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient(xclient);
    }

    private static String message(String authorDomain) {
        return """
                From: Sender <sender@%s>
                To: user@local.test
                Subject: news
                Date: Tue, 24 Nov 2026 10:00:00 +0000
                Message-ID: <1@%1$s>

                Nothing new, as ever.
                """.formatted(authorDomain).replace("\n", "\r\n");
    }

    /** As if a trusted checker had looked at it and found that its sender's SPF record covers the client. */
    private static String checked(String domain) {
        return "Authentication-Results: " + SPF_CHECKER + "; spf=pass smtp.mailfrom=" + domain + "\r\n"
                + message(domain);
    }

    private static String header(String result) {
        return "Authentication-Results: " + OURS + "; dmarc=" + result;
    }

    /** {@code Nov 24 10:00:00 host postfix/cleanup[1]: QUEUEID: ...}. */
    private static String queueId(String logLine) {
        return logLine.replaceFirst(".*?\\]: ", "").replaceFirst(":.*", "");
    }
}
