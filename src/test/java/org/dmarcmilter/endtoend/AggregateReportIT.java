package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    private static final String RECORDS = """
            _dmarc.rep.example.    TXT "v=DMARC1; p=reject"
            _dmarc.local.test.  TXT "v=DMARC1; p=reject; rua=mailto:one@local.test,mailto:two@local.test!10m"
            _dmarc.agreed.test. TXT "v=DMARC1; p=none; rua=mailto:agreed@local.test"
            agreed.test._report._dmarc.local.test. TXT "v=DMARC1"
            _dmarc.stranger.test. TXT "v=DMARC1; p=none; rua=mailto:stranger@local.test"
            _dmarc.newer.test.  TXT "v=DMARC1; p=none; rua=mailto:newer@local.test"
            newer.test._report._dmarc.local.test. TXT "v=DMARC1;"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final Peers peers = new Peers();
    private static PostfixInstance owner;
    private static Path configuration;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path there = Files.createDirectory(directory.resolve("owner"));
        Path here = Files.createDirectory(directory.resolve("reporter"));
        NameServer dns = peers.add(NameServer.start(directory, RECORDS + REPORTER.record()));
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
