package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.store.StoredReports;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Aggregate reports on their way: from the store through a Postfix of the reporter, whose OpenDKIM signs, to a Postfix of the owner, with
 * an OpenDKIM that verifies and a dmarc-milter that judges them.
 */
class AggregateReportIT {
    private static final DkimKey REPORTER = DkimKey.of("rep.example");
    private static final String NOW = "2026-11-28T01:00:00Z";

    private static final String MESSAGE = """
            From: Sender <sender@seen.example>
            To: user@local.test
            Subject: news
            Date: Tue, 24 Nov 2026 10:00:00 +0000
            Message-ID: <1@seen.example>

            Nothing new, as ever.
            """.replace("\n", "\r\n");

    private static final String RECORDS = """
            _dmarc.rep.example.    TXT "v=DMARC1; p=reject"
            _dmarc.local.test.  TXT "v=DMARC1; p=reject; rua=mailto:one@local.test,mailto:two@local.test!10m"
            _dmarc.agreed.test. TXT "v=DMARC1; p=none; rua=mailto:agreed@local.test"
            agreed.test._report._dmarc.local.test. TXT "v=DMARC1"
            _dmarc.stranger.test. TXT "v=DMARC1; p=none; rua=mailto:stranger@local.test"
            _dmarc.newer.test.  TXT "v=DMARC1; p=none; rua=mailto:newer@local.test"
            newer.test._report._dmarc.local.test. TXT "v=DMARC1;"
            _dmarc.seen.example. TXT "v=DMARC1; p=none; rua=mailto:seen@local.test"
            seen.example._report._dmarc.local.test. TXT "v=DMARC1"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static final DkimKey SEEN = DkimKey.of("seen.example");

    private static PostfixInstance owner;
    private static PostfixInstance front;
    private static Path configuration;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path there = Files.createDirectory(directory.resolve("owner"));
        Path here = Files.createDirectory(directory.resolve("reporter"));
        NameServer dns = peers.add(NameServer.start(directory, RECORDS + REPORTER.record() + SEEN.record()));
        OpenDkimInstance verifier = peers.add(OpenDkimInstance.start(there, dns, "dkim.example.test"));
        Path nobody = Files.writeString(there.resolve("ignored"), "192.0.2.99\n");
        DaemonUnderTest daemon = peers.add(DaemonUnderTest.start(there, dns.address(), """
                AuthservID mx.example.test
                TrustedAuthservIDs dkim.example.test
                RejectFailures yes
                IgnoreHosts %s
                """.formatted(nobody)));
        owner = peers.add(PostfixInstance.start(there, List.of(verifier.address(), daemon.postfixAddress())));
        OpenDkimInstance signer = peers.add(OpenDkimInstance.startSigner(here, "rep.example", REPORTER));
        PostfixInstance reporter = peers.add(PostfixInstance.start(
                here,
                List.of(signer.address()),
                """
                virtual_mailbox_domains =
                smtpd_relay_restrictions = permit_mynetworks, reject
                default_transport = smtp:[127.0.0.1]:%d
                relay_transport = smtp:[127.0.0.1]:%1$d
                smtp_tls_security_level = may
                """.formatted(owner.address().getPort()),
                "smtp unix - - n - - smtp\n"));
        configuration = Files.writeString(directory.resolve("reports.conf"), """
                AggregateReports true
                ReportEmail reports@rep.example
                ReportOrg Reporter
                ReportStateDirectory %s
                ReportSMTPPort %d
                Nameservers %s
                """.formatted(
                        directory.resolve("reports"), reporter.address().getPort(), dns.address()));
        StoredReports reports = new StoredReports(directory.resolve("reports"));
        reports.add("2026112700aaaaaaaaaaaaaaaa", "local.test", Standard.RFC7489, StoredReports.rows());
        reports.add("2026112700bbbbbbbbbbbbbbbb", "agreed.test", Standard.RFC7489, StoredReports.rows());
        reports.add("2026112700cccccccccccccccc", "stranger.test", Standard.RFC7489, StoredReports.rows());
        reports.add("2026112700dddddddddddddddd", "newer.test", Standard.RFC9989, StoredReports.rows());
        assertEquals("", report("run", "--now", NOW).replaceAll("(?m)^.* (INFO|WARN) .*\n?", ""));
        Path seen = Files.createDirectory(directory.resolve("front"));
        OpenDkimInstance checker = peers.add(OpenDkimInstance.start(seen, dns, "dkim.front.test"));
        DaemonUnderTest recorder =
                peers.add(DaemonUnderTest.start(seen, dns.address(), """
                AuthservID mx.front.test
                TrustedAuthservIDs dkim.front.test
                AggregateReports true
                ReportEmail reports@rep.example
                ReportStateDirectory %s
                """.formatted(directory.resolve("reports"))));
        front = peers.add(PostfixInstance.start(seen, List.of(checker.address(), recorder.postfixAddress())));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @Test
    void reachesEachAddressAndPasses() {
        for (String user : List.of("one", "two", "agreed", "newer")) {
            DeliveredMessage mail = owner.delivered(user);
            assertTrue(
                    mail.values("Authentication-Results").stream()
                            .anyMatch(value -> value.startsWith("mx.example.test;") && value.contains("dmarc=pass")),
                    () -> user + ": " + mail.fields());
            assertTrue(mail.values("Subject").get(0).startsWith("Report Domain: "), () -> user + ": " + mail.fields());
        }
        assertEquals(
                List.of("<2026112700aaaaaaaaaaaaaaaa.1@rep.example>"),
                owner.delivered("one").values("Message-ID"));
        assertEquals(
                List.of("<2026112700aaaaaaaaaaaaaaaa.2@rep.example>"),
                owner.delivered("two").values("Message-ID"));
    }

    @Test
    void asksStrangersFirst() throws IOException {
        owner.delivered("agreed");
        assertEquals(List.of(), owner.mailbox("stranger"));
        String list = report("list", "--domain", "stranger.test");
        assertTrue(list.contains("void") && list.contains("skipped (unauthorized)"), list);
    }

    @Test
    void tellsOfMailThatCameIn() throws IOException {
        try (SmtpClient client = SmtpClient.connect(Loopback.IPV4, front.address())
                .ehlo("client.example")
                .xclient("ADDR=192.0.2.7 NAME=client.example")) {
            for (int i = 0; i < 2; i++) {
                client.send("a@elsewhere.example", "user@local.test", SEEN.sign(MESSAGE))
                        .expect(250);
            }
            client.send("a@elsewhere.example", "user@local.test", MESSAGE).expect(250);
        }
        await("all is in the journal").atMost(Duration.ofSeconds(60)).until(() -> {
            report("import");
            return report("status", "--json").contains("\"messages\":3,");
        });
        Instant tomorrow = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        // Closed, as the daemon's marks reach no further than today, when the grace is over; sent when the spread is.
        report("run", "--now", tomorrow.plus(Duration.ofHours(3)).toString());
        report("run", "--now", tomorrow.plus(Duration.ofHours(8)).toString());
        DeliveredMessage mail = owner.delivered("seen");
        assertTrue(
                mail.values("Authentication-Results").stream().anyMatch(value -> value.contains("dmarc=pass")),
                () -> mail.fields().toString());
        String id = mail.values("Message-ID").get(0).replaceAll("<([^.]*)\\..*", "$1");
        String xml = report("show", id, "--xml");
        assertTrue(xml.contains("<source_ip>192.0.2.7</source_ip><count>2</count>"), xml);
        assertTrue(xml.contains("<source_ip>192.0.2.7</source_ip><count>1</count>"), xml);
        assertTrue(xml.contains("<domain>seen.example</domain><selector>test</selector><result>pass</result>"), xml);
    }

    @Test
    void isValidInBothFormats() throws IOException {
        String older = report("show", "2026112700aaaaaaaaaaaaaaaa", "--xml");
        String newer = report("show", "2026112700dddddddddddddddd", "--xml");
        assertTrue(older.contains("<feedback>") && older.contains("<pct>100</pct>"), older);
        assertTrue(newer.contains("<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">"), newer);
        Path first = Files.writeString(directory.resolve("older.xml"), older);
        Path second = Files.writeString(directory.resolve("newer.xml"), newer);
        String said = report("validate", first.toString(), second.toString());
        assertTrue(said.contains("RFC 7489, 2 rows, 3 messages: valid"), said);
        assertTrue(said.contains("RFC 9990, 2 rows, 3 messages: valid"), said);
    }

    /** By the launcher, as an operator does it. */
    private static String report(String... words) throws IOException {
        List<String> all = Stream.concat(
                        Stream.concat(Stream.of("report"), Stream.of(words)),
                        words[0].equals("validate") ? Stream.of() : Stream.of("-c", configuration.toString()))
                .toList();
        return PeerProcess.run(
                Files.createTempFile(directory, "report", ".out"), DaemonUnderTest.command(all.toArray(String[]::new)));
    }
}
