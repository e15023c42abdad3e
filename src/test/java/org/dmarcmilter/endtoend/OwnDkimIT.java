package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One filter is enough: the daemon alone verifies what OpenDKIM and the test have signed, behind Postfix and behind Sendmail, and no
 * field of a sender decides anything. An SPF policy service in front of it writes its results under our own name.
 */
class OwnDkimIT {
    private static final String OURS = "mx.example.test";

    private static final String RECORDS = """
            _dmarc.example.com.        TXT "v=DMARC1; p=reject"
            _dmarc.none.example.       TXT "v=DMARC1; p=none"
            _dmarc.spf.example.        TXT "v=DMARC1; p=reject"
            spf.example.               TXT "v=spf1 ip4:192.0.2.7 -all"
            attacker.example.          TXT "v=spf1 ip4:192.0.2.7 -all"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final DkimKey RSA = DkimKey.of("example.com");
    private static final DkimKey ED25519 = DkimKey.ed25519("ed.example.com");
    private static final DkimKey ATTACKER = DkimKey.of("attacker.example");

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static DaemonUnderTest other;
    private static OpenDkimInstance simple;
    private static OpenDkimInstance relaxed;
    private static PostfixInstance postfix;
    private static SendmailInstance sendmail;

    /** Sendmail has no XCLIENT, and the daemon ignores 127.0.0.1: another address of the loopback net is a client. */
    private enum Server {
        POSTFIX {
            @Override
            SmtpClient client() {
                return SmtpClient.connect(Loopback.IPV4, postfix.address())
                        .ehlo("client.example")
                        .xclient("ADDR=192.0.2.7 NAME=client.example");
            }

            @Override
            DeliveredMessage delivered(String user) {
                return postfix.delivered(user);
            }
        },
        SENDMAIL {
            @Override
            SmtpClient client() {
                return SmtpClient.connect(Loopback.literal("127.0.0.2"), sendmail.address(daemon.socket()))
                        .ehlo("client.example");
            }

            @Override
            DeliveredMessage delivered(String user) {
                return sendmail.delivered(user);
            }
        };

        abstract SmtpClient client();

        abstract DeliveredMessage delivered(String user);
    }

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns =
                peers.add(NameServer.start(directory, RECORDS + RSA.record() + ED25519.record() + ATTACKER.record()));
        String options = """
                DKIMSelfValidate yes
                RejectFailures yes
                AuthservID\s""";
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), options + OURS + "\n"));
        other = peers.add(DaemonUnderTest.start(
                Files.createDirectories(directory.resolve("other")), dns.address(), options + "other.example.test\n"));
        simple = peers.add(signer("simple", dns));
        relaxed = peers.add(signer("relaxed", dns));
        Path ofPostfix = Files.createDirectories(directory.resolve("postfix"));
        PolicydSpf spf = PolicydSpf.in(ofPostfix, dns, OURS);
        postfix = peers.add(PostfixInstance.start(
                ofPostfix,
                List.of(daemon.postfixAddress()),
                "smtpd_recipient_restrictions = reject_unauth_destination, " + spf.restriction + "\n",
                spf.service));
        sendmail = peers.add(SendmailInstance.start(directory, List.of(daemon.socket(), other.socket())));
    }

    private static OpenDkimInstance signer(String canonicalization, NameServer dns) throws Exception {
        Path place = Files.createDirectories(directory.resolve(canonicalization));
        return OpenDkimInstance.startSigner(
                place, dns, "signer.example", "example.com", RSA, canonicalization + "/" + canonicalization);
    }

    @AfterAll
    static void stop() {
        try (peers) {
            if (postfix != null) {
                assertEquals(
                        List.of(),
                        postfix.log()
                                .lines()
                                .filter(line -> line.contains("warning: milter"))
                                .toList());
                assertFalse(daemon.log().contains("Exception"), daemon.log());
                assertFalse(daemon.log().contains("does not tell what stands between"), daemon.log());
            }
        }
    }

    /** What is hard to bring from the wire to the hash: a name, and the message. */
    private static Map<String, String> messages() {
        Map<String, String> messages = new LinkedHashMap<>();
        messages.put("plain", message("Subject: news", "Nothing new, as ever.\r\n"));
        messages.put("folds", message("Subject: news\r\n  of two\r\n\tfolds", "Nothing new.\r\n"));
        messages.put("nospace", message("Subject:news", "Nothing new.\r\n"));
        messages.put("twospaces", message("Subject:  news", "Nothing new.\r\n"));
        messages.put("tab", message("Subject:\tnews", "Nothing new.\r\n"));
        messages.put("foldfirst", message("Subject:\r\n news", "Nothing new.\r\n"));
        messages.put("trailing", message("Subject: news  ", "Blanks  \r\n \t \r\n\r\n\r\n"));
        messages.put("octets", message("Subject: gr\u00fc\u00dfe", "\u00e4\u00f6\u00fc \u017c\u00f3\u0142\u0107\r\n"));
        messages.put("dots", message("Subject: dots", ".\r\n..\r\n.x\r\nx.\r\n"));
        messages.put("long", message("Subject: news", "x".repeat(2_500) + "\r\n"));
        messages.put("large", message("Subject: news", ("0123456789 ".repeat(6) + "\r\n").repeat(3_000)));
        messages.put("empty", message("Subject: news", ""));
        return messages;
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void passesWhatTheTestHasSigned(Server server) {
        passes(server, "rsa", RSA::sign);
        passes(server, "ed", ED25519::sign);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void passesWhatOpenDkimHasSigned(Server server) {
        passes(server, "simple", message -> signedBy(simple, message));
        passes(server, "relaxed", message -> signedBy(relaxed, message));
    }

    private interface Signer {
        String sign(String message);
    }

    /** All on one connection. */
    private static void passes(Server server, String by, Signer signer) {
        Map<String, String> problems = new LinkedHashMap<>();
        try (SmtpClient client = server.client()) {
            messages().forEach((name, message) -> {
                SmtpReply reply =
                        client.send("a@elsewhere.example", by + "-" + name + "@local.test", signer.sign(message));
                if (reply.code() != 250) {
                    problems.put(name, reply.toString());
                    return;
                }
                DeliveredMessage delivered = server.delivered(by + "-" + name);
                List<String> results = delivered.values("Authentication-Results");
                if (!delivered.top().contains("dmarc=pass") || !results.get(1).contains("; dkim=pass header.d=")) {
                    problems.put(name, results.toString());
                }
            });
        }
        assertEquals(Map.of(), problems, server + ", signed by " + by);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void refusesWhatWasChanged(Server server) {
        String signed = RSA.sign(message("Subject: news", "Nothing new, as ever.\r\n"));
        try (SmtpClient client = server.client()) {
            for (String changed : List.of(
                    signed.replace("as ever", "never again"),
                    signed.replace("Subject: news", "Subject: olds"),
                    signed.replace("Subject: news", "Subject:  news"),
                    signed.replace("d=example.com", "d=attacker.example"),
                    message("Subject: news", "unsigned\r\n"))) {
                assertEquals(
                        "550 5.7.1 rejected by DMARC policy for example.com",
                        client.send("a@elsewhere.example", "changed@local.test", changed)
                                .toString());
            }
            client.send("a@elsewhere.example", "unchanged@local.test", signed).expect(250);
            assertTrue(server.delivered("unchanged").top().contains("dmarc=pass"));
        }
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void aMessageThatTheClientTookBackLeavesNothing(Server server) {
        String signed = RSA.sign(message("Subject: news", "Nothing new.\r\n"));
        try (SmtpClient client = server.client()) {
            client.command("MAIL FROM:<a@elsewhere.example>").expect(250);
            client.command("RCPT TO:<back@local.test>").expect(250);
            client.command("RSET").expect(250);
            client.send("a@elsewhere.example", "back@local.test", message("Subject: news", "unsigned\r\n"))
                    .expect(550);
            client.send("a@elsewhere.example", "back@local.test", signed).expect(250);
            assertTrue(server.delivered("back").top().contains("dmarc=pass"));
        }
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void aClientThatLeavesInTheBodyLeavesNothing(Server server) {
        String signed = RSA.sign(message("Subject: news", "Nothing new.\r\n"));
        try (SmtpClient client = server.client()) {
            client.command("MAIL FROM:<a@elsewhere.example>").expect(250);
            client.command("RCPT TO:<left@local.test>").expect(250);
            client.command("DATA").expect(354);
            client.text(signed.substring(0, signed.length() - 5));
        }
        try (SmtpClient client = server.client()) {
            client.send("a@elsewhere.example", "left@local.test", signed).expect(250);
            assertTrue(server.delivered("left").top().contains("dmarc=pass"));
        }
    }

    /** Sendmail shows a message's body to each filter before the first one has decided: the second hears ABORT then. */
    @Test
    void aMessageThatAnotherFilterRefusedLeavesNothing() {
        try (SmtpClient client = SmtpClient.connect(Loopback.literal("127.0.0.2"), sendmail.addressOfAll())
                .ehlo("client.example")) {
            client.send("a@elsewhere.example", "refused@local.test", message("Subject: news", "unsigned\r\n"))
                    .expect(550);
            client.send(
                            "a@elsewhere.example",
                            "after@local.test",
                            RSA.sign(message("Subject: news", "Nothing new.\r\n")))
                    .expect(250);
            assertEquals(
                    2,
                    sendmail.delivered("after").values("Authentication-Results").stream()
                            .filter(value -> value.contains("dkim=pass"))
                            .count());
        }
    }

    /** What no MTA that was looked at does, but the protocol allows: taken back at each step. */
    @ParameterizedTest(name = "after {0} pieces")
    @CsvSource({"-1", "0", "1", "2"})
    void anAbortAnywhereLeavesNothing(int pieces) {
        String signed = RSA.sign(message("Subject: news", "Nothing\r\nnew.\r\n"));
        try (MilterPeer peer = MilterPeer.connect(daemon.socket())) {
            peer.connection("client.example", "192.0.2.7");
            peer.helo("client.example");
            begin(peer, signed);
            if (pieces >= 0) {
                peer.endOfHeaders();
            }
            for (int i = 0; i < pieces; i++) {
                peer.body("Nothing\r");
            }
            peer.abort();
            begin(peer, signed);
            peer.endOfHeaders();
            // Cut between CR and LF.
            peer.body("Nothing\r");
            peer.body("\nnew.\r\n");
            assertTrue(
                    peer.endOfMessage().added("Authentication-Results").get(0).contains("dkim=pass"),
                    "the signature of the message that was not taken back");
        }
    }

    /** Each of them made mail pass, or may have, where a field was believed. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            own id on top       | Authentication-Results: mx.example.test; FORGED
            odd case            | AUTHENTICATION-results: Mx.Example.TEST; FORGED
            quoted              | Authentication-Results: "mx.example.test"; FORGED
            a version           | Authentication-Results: mx.example.test 1; FORGED
            a comment           | Authentication-Results: (by me) mx.example.test; FORGED
            folded              | Authentication-Results:{LF} mx.example.test;{LF}{TAB}FORGED
            white space         | Authentication-Results : mx.example.test; FORGED
            a longer name       | Authentication-Results: mx.example.test(x).attacker.example; FORGED
            unreadable          | Authentication-Results: mx.example.test; FORGED (half
            two of them         | Authentication-Results: mx.example.test; FORGED{LF}Authentication-Results: mx.example.test; dmarc=pass x.forged=yes
            around another      | Authentication-Results: mx.example.test; FORGED{LF}Authentication-Results: stranger.example; dkim=pass{LF}Authentication-Results: mx.example.test; arc=pass x.forged=yes
            below Received      | Received: from a by b; Sat, 28 Nov 2026 10:00:00 +0000{LF}Authentication-Results: mx.example.test; FORGED
            """)
    void noFieldOfASenderDecidesAndNoneUnderOurNameIsDelivered(String what, String fields) {
        String forged = fields.replace("FORGED", "dkim=pass header.d=example.com x.forged=yes")
                        .replace("{LF}", "\r\n")
                        .replace("{TAB}", "\t")
                + "\r\n";
        String user = what.replace(' ', '-').toLowerCase(java.util.Locale.ROOT);
        for (Server server : Server.values()) {
            try (SmtpClient client = server.client()) {
                assertEquals(
                        "550 5.7.1 rejected by DMARC policy for example.com",
                        client.send(
                                        "a@elsewhere.example",
                                        user + "@local.test",
                                        forged + message("Subject: news", "unsigned\r\n"))
                                .toString(),
                        server.toString());
                client.send(
                                "a@elsewhere.example",
                                user + "@local.test",
                                forged
                                        + message("Subject: news", "unsigned\r\n")
                                                .replace("example.com", "none.example"))
                        .expect(250);
                DeliveredMessage delivered = server.delivered(user);
                List<String> results = delivered.values("Authentication-Results");
                assertFalse(delivered.fields().toString().contains("forged=yes"), delivered.fields()::toString);
                assertTrue(results.get(0).startsWith(OURS + "; dmarc=fail "), results::toString);
                assertEquals(OURS + "; dkim=none", results.get(1), results::toString);
                assertEquals(
                        what.equals("around another") ? 1 : 0,
                        results.stream()
                                .filter(value -> value.startsWith("stranger"))
                                .count(),
                        results::toString);
                assertEquals(
                        server == Server.POSTFIX ? 1 : 0,
                        results.stream().filter(value -> value.contains("spf=")).count(),
                        () -> "the policy service's, which has a right to the name: " + results);
            }
        }
    }

    /** The text of an attacker's own signature, which holds: it is told, and stays in its place. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a semicolon  | x=3B=20dkim=3Dpass=20header.d=3Dexample.com=20header.x=3D@attacker.example
            plain        | x;dkim=pass@attacker.example
            a comment    | x=28=3B=20dkim=3Dpass=20header.d=3Dexample.com@attacker.example
            """)
    void textInAnIdentityDecidesNothing(String what, String identity) {
        for (Server server : Server.values()) {
            try (SmtpClient client = server.client()) {
                client.send(
                                "a@attacker.example",
                                "identity@local.test",
                                ATTACKER.sign(message("Subject: news", "x\r\n"), identity))
                        .expect(550);
                String user = "identity-" + what.replace(' ', '-');
                client.send(
                                "a@attacker.example",
                                user + "@local.test",
                                ATTACKER.sign(
                                        message("Subject: news", "x\r\n").replace("example.com", "none.example"),
                                        identity))
                        .expect(250);
                List<String> results = server.delivered(user).values("Authentication-Results");
                assertTrue(results.get(0).startsWith(OURS + "; dmarc=fail "), results::toString);
                assertFalse(results.get(1).contains("; dkim=pass header.d=example.com"), results::toString);
            }
        }
    }

    /** pypolicyd-spf copies the envelope sender into a comment under our name. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            local part | "x); dkim=pass header.d=example.com (y"@attacker.example
            balanced   | "x) ; dkim=pass header.d=example.com; x=y ("@attacker.example
            dmarc      | "x); dmarc=pass header.from=example.com (y"@attacker.example
            """)
    void textInAnEnvelopeSenderDecidesNothing(String what, String sender) {
        try (SmtpClient client = Server.POSTFIX.client()) {
            client.send(sender, "sender@local.test", message("Subject: news", "x\r\n"))
                    .expect(550);
            String user = "sender-" + what.replace(' ', '-');
            client.send(
                            sender,
                            user + "@local.test",
                            message("Subject: news", "x\r\n").replace("example.com", "none.example"))
                    .expect(250);
            List<String> results = postfix.delivered(user).values("Authentication-Results");
            assertEquals(
                    List.of(
                            OURS + "; dmarc=fail (p=none dis=none) header.from=none.example policy.dmarc=none",
                            OURS + "; dkim=none"),
                    results,
                    "what somebody may read as a result of ours is gone");
        }
    }

    @Test
    void theSpfResultOfThePolicyServiceCounts() {
        try (SmtpClient client = Server.POSTFIX.client()) {
            client.send(
                            "u@spf.example",
                            "policy@local.test",
                            message("Subject: news", "x\r\n").replace("example.com", "spf.example"))
                    .expect(250);
            List<String> results = postfix.delivered("policy").values("Authentication-Results");
            assertTrue(results.get(0).contains("dmarc=pass"), results::toString);
            assertTrue(results.stream().anyMatch(value -> value.contains("spf=pass")), results::toString);
        }
    }

    private static void begin(MilterPeer peer, String message) {
        peer.mail("a@elsewhere.example", Map.of("i", "Q1"));
        peer.rcpt("u@local.test");
        peer.data();
        String section = message.substring(0, message.indexOf("\r\n\r\n")).replace("\r\n", "\n");
        for (String field : section.split("\n(?![ \t])")) {
            int colon = field.indexOf(':');
            String value = field.substring(colon + 1);
            if (value.startsWith(" ")) {
                peer.header(field.substring(0, colon), value.substring(1));
            } else {
                peer.field(field.substring(0, colon), value);
            }
        }
    }

    /** What OpenDKIM makes of it, asked as an MTA does. */
    private static String signedBy(OpenDkimInstance signer, String message) {
        String octets = new String(message.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        try (MilterPeer peer = MilterPeer.connect(signer.socket())) {
            peer.connection("localhost", "127.0.0.1");
            peer.helo("localhost");
            begin(peer, octets);
            peer.endOfHeaders();
            String body = octets.substring(octets.indexOf("\r\n\r\n") + 4);
            for (int from = 0; from < body.length(); from += 65_535) {
                peer.body(body.substring(from, Math.min(body.length(), from + 65_535)));
            }
            String signature = peer.endOfMessage().added("DKIM-Signature").get(0);
            return "DKIM-Signature: " + signature.replace("\n", "\r\n") + "\r\n" + message;
        }
    }

    private static String message(String subject, String body) {
        return Stream.of(
                                "From: Sender <sender@example.com>",
                                "To: user@local.test",
                                subject,
                                "Date: Tue, 24 Nov 2026 10:00:00 +0000",
                                "Message-ID: <1@example.com>")
                        .reduce("", (header, field) -> header + field + "\r\n")
                + "\r\n" + body;
    }
}
