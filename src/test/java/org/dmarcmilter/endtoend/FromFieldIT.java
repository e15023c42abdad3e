package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From fields that a forger writes, through Postfix, which mends some and cuts others: none gets around {@code p=reject}. */
class FromFieldIT {
    /** Postfix ends a field at NUL, for the reader as for us. */
    private static final String CUT = "ceo@ba{NUL}nk.example";

    private static final List<List<String>> SHOWN = Octets.table("/message/shown-domains.txt").stream()
            .filter(row -> !row.get(0).equals("-") && !row.get(1).equals(CUT))
            .toList();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static PostfixInstance postfix;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String records = SHOWN.stream()
                .flatMap(row -> Arrays.stream(row.get(0).split(" ", -1)))
                .distinct()
                .map(domain -> "_dmarc." + domain + ". TXT \"v=DMARC1; p=reject\"\n")
                .collect(Collectors.joining());
        NameServer dns = peers.add(NameServer.start(directory, records));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), """
                AuthservID mx.example.test
                RejectFailures yes
                """));
        postfix = peers.add(PostfixInstance.start(directory, List.of(daemon.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forged")
    void rejects(String field) {
        SmtpReply reply = send(field, "forged");
        assertTrue(reply.toString().startsWith("550 5.7.1 rejected by DMARC policy for "), reply::toString);
    }

    static Stream<String> forged() {
        return Stream.concat(
                SHOWN.stream().map(row -> row.get(1)),
                Stream.of(
                        "ceo@evil.test>{CRLF}From: ceo@bank.example>",
                        "joe{CRLF}From: ceo@bank.example",
                        "CEO: <ceo@bank.example>{CRLF}Sender: joe@evil.test"));
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void hasOneAnswerToTooMuch(String field) {
        assertEquals(
                "550 5.7.1 too many authors in From field", send(field, "big").toString());
    }

    /** Postfix keeps at most 100 kB of a field. */
    static Stream<String> tooMuch() {
        return Stream.of(
                "ceo@bank.example,{CRLF} ".repeat(101),
                IntStream.range(0, 11).mapToObj(i -> "a@d" + i + ".test").collect(Collectors.joining(",")),
                IntStream.range(0, 11).mapToObj(i -> "a@d" + i + ".test").collect(Collectors.joining(";")),
                ("(" + "x".repeat(500) + "){CRLF} ").repeat(150) + "ceo@bank.example",
                ("(" + "x".repeat(500) + "){CRLF} ").repeat(300) + "ceo@bank.example",
                ("\"" + "x".repeat(500) + "\"{CRLF} ").repeat(300) + "<ceo@bank.example>");
    }

    @Test
    void deliversWhatShowsNobody() {
        send("CEO; <ceo>", "nobody").expect(250);
        assertEquals(
                "Authentication-Results: mx.example.test; dmarc=permerror",
                postfix.delivered("nobody").top());
        daemon.awaitLog("unable to parse From header field: misplaced ';'");
    }

    @Test
    void seesOfAFieldWithNulWhatTheReaderGets() {
        send(CUT, "cut").expect(250);
        DeliveredMessage delivered = postfix.delivered("cut");
        assertEquals(List.of("ceo@ba"), delivered.values("From"));
        assertTrue(delivered.top().contains("header.from=ba "), delivered::top);
    }

    private static SmtpReply send(String field, String user) {
        // A line feed alone ends no line in SMTP.
        String from = Octets.of(field.replace("{LF}", "{CRLF}"));
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example")
                .octets()) {
            return client.send(
                    "a@sender.example",
                    user + "@local.test",
                    "From: " + from + "\r\nTo: user@local.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
                            + "Message-ID: <1@sender.example>\r\n\r\nNothing new.\r\n");
        }
    }
}
