package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Forged fields under names that we believe, through Postfix with pypolicyd-spf and OpenDKIM in front: removed by us, and removed by
 * Postfix's header_checks. What the checkers say stays, both ways.
 */
class ForgedResultsIT {
    private static final String OURS = "mx.example.test";
    private static final String OPENDKIM = "dkim.example.test";
    private static final String SPF_CHECKER = "spf.example.test";
    private static final String OPTIONS = """
            AuthservID %s
            TrustedAuthservIDs %s, %s
            RejectFailures yes
            """.formatted(OURS, OPENDKIM, SPF_CHECKER);

    private static final String RECORDS = """
            _dmarc.bank.example.       TXT "v=DMARC1; p=reject"
            bank.example.              TXT "v=spf1 -all"
            _dmarc.good.example.       TXT "v=DMARC1; p=reject"
            good.example.              TXT "v=spf1 ip4:192.0.2.7 -all"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final DkimKey GOOD = DkimKey.of("good.example");

    private static final Peers peers = new Peers();

    /** With RemoveForgedResults. */
    private static PostfixInstance removing;

    /** With the advised header_checks, and pypolicyd-spf writing Received-SPF. */
    private static PostfixInstance checking;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        NameServer dns = peers.add(NameServer.start(directory, RECORDS + GOOD.record()));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.start(directory, dns, OPENDKIM));

        Path first = Files.createDirectories(directory.resolve("removing"));
        DaemonUnderTest remover =
                peers.add(DaemonUnderTest.start(first, dns.address(), OPTIONS + "RemoveForgedResults yes\n"));
        PolicydSpf results = PolicydSpf.in(first, dns, SPF_CHECKER);
        removing = peers.add(PostfixInstance.start(
                first,
                List.of(openDkim.address(), remover.postfixAddress()),
                "smtpd_recipient_restrictions = reject_unauth_destination, " + results.restriction + "\n",
                results.service));

        Path second = Files.createDirectories(directory.resolve("checking"));
        DaemonUnderTest plain = peers.add(DaemonUnderTest.start(second, dns.address(), OPTIONS));
        PolicydSpf receivedSpf = PolicydSpf.withReceivedSpf(second, dns);
        Path checks = Files.writeString(second.resolve("header_checks"), "/^Authentication-Results[ \\t]*:/ IGNORE\n");
        checking = peers.add(PostfixInstance.start(
                second,
                List.of(openDkim.address(), plain.postfixAddress()),
                "smtpd_recipient_restrictions = reject_unauth_destination, " + receivedSpf.restriction + "\n"
                        + "header_checks = regexp:" + checks + "\nmime_header_checks =\nnested_header_checks =\n",
                receivedSpf.service));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ours          | Authentication-Results: mx.example.test; FORGED
            a trusted one | Authentication-Results: dkim.example.test; FORGED
            the other     | Authentication-Results: spf.example.test; FORGED
            quoted        | Authentication-Results: "mx.example.test"; FORGED
            odd case      | AUTHENTICATION-results: Mx.Example.TEST; FORGED
            with version  | Authentication-Results: mx.example.test 1; FORGED
            with comment  | Authentication-Results: (by me) mx.example.test; FORGED
            folded        | Authentication-Results:{LF} mx.example.test;{LF}{TAB}FORGED
            white space   | Authentication-Results : mx.example.test; FORGED
            two of them   | Authentication-Results: mx.example.test; FORGED{LF}Authentication-Results: dkim.example.test; FORGED
            a longer name | Authentication-Results: mx.example.test(x).attacker.example; FORGED
            """)
    void removesWhatStandsBelowReceived(String what, String fields) {
        String forged = "Received: from a by b; Sat, 28 Nov 2026 10:00:00 +0000\r\n" + forged(fields)
                + "\r\nAuthentication-Results: stranger.example; dkim=pass header.d=bank.example\r\n";
        assertBelievedByNobody(removing, what, forged, "", 1);
    }

    @Test
    void removesWhatStandsBelowTheAuthorsFields() {
        assertBelievedByNobody(removing, "below", "", forged("Authentication-Results: mx.example.test; FORGED\r\n"), 0);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            on top        | Authentication-Results: mx.example.test; FORGED
            white space   | Authentication-Results : dkim.example.test; FORGED
            odd case      | AUTHENTICATION-results: spf.example.test; FORGED
            """)
    void headerChecksRemoveAllThatComeIn(String what, String fields) {
        assertBelievedByNobody(checking, "checks " + what, forged(fields) + "\r\n", "", 0);
    }

    /** The field that a policy service prepends goes the same way, so it must not be Authentication-Results. */
    @Test
    void headerChecksLeaveReceivedSpf() {
        try (SmtpClient client = client(checking)) {
            client.send("u@good.example", "prepended@local.test", message("good.example"))
                    .expect(250);
            DeliveredMessage delivered = checking.delivered("prepended");
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
            assertEquals(1, delivered.values("Received-SPF").size());
        }
    }

    @Test
    void removingLeavesWhatThePolicyServicePrepends() {
        try (SmtpClient client = client(removing)) {
            client.send("u@good.example", "prepended@local.test", message("good.example"))
                    .expect(250);
            DeliveredMessage delivered = removing.delivered("prepended");
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
            assertEquals(3, delivered.values("Authentication-Results").size());
        }
    }

    /** What cannot be told: nothing stands above it that a checker would not write. */
    @Test
    void removingCannotTellAFieldOnTopOfAllOthers() {
        try (SmtpClient client = client(removing)) {
            client.send(
                            "a@attacker.example",
                            "top@local.test",
                            forged("Authentication-Results: spf.example.test; FORGED\r\n") + message("bank.example"))
                    .expect(250);
        }
    }

    /** A message of good.example that passes, and one of bank.example that does not, both with those forged fields. */
    private static void assertBelievedByNobody(
            PostfixInstance postfix, String what, String above, String below, int strangers) {
        String user = what.replace(' ', '-').toLowerCase(Locale.ROOT);
        try (SmtpClient client = client(postfix)) {
            assertEquals(
                    "550 5.7.1 rejected by DMARC policy for bank.example",
                    client.send("a@bank.example", user + "@local.test", above + with(message("bank.example"), below))
                            .toString());
            client.send("u@good.example", user + "@local.test", above + GOOD.sign(with(message("good.example"), below)))
                    .expect(250);
            DeliveredMessage delivered = postfix.delivered(user);
            assertTrue(
                    delivered.top().contains("dmarc=pass"),
                    () -> delivered.fields().toString());
            assertFalse(
                    delivered.fields().toString().contains("forged=yes"),
                    () -> delivered.fields().toString());
            List<String> results = delivered.values("Authentication-Results");
            assertTrue(
                    results.stream().anyMatch(value -> value.startsWith(OPENDKIM) && value.contains("dkim=pass")),
                    results::toString);
            assertEquals(
                    strangers,
                    results.stream()
                            .filter(value -> value.startsWith("stranger"))
                            .count(),
                    results::toString);
        }
    }

    private static String forged(String fields) {
        return fields.replace("FORGED", "dkim=pass header.d=bank.example x.forged=yes")
                .replace("{LF}", "\r\n")
                .replace("{TAB}", "\t");
    }

    private static String with(String message, String fields) {
        return message.replace("\r\n\r\n", "\r\n" + fields + "\r\n");
    }

    private static SmtpClient client(PostfixInstance postfix) {
        return SmtpClient.connect(Loopback.IPV4, postfix.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example");
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
