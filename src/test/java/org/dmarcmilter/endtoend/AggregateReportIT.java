package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Aggregate reports from mail to mail. Two reporters, one a standard, each with a Postfix, an OpenDKIM that verifies and signs, and a
 * dmarc-milter, get mail for a day; when it is over by the clock of {@code report run}, its reports go out through the same Postfix to
 * the owner's, whose OpenDKIM and dmarc-milter judge them.
 */
@Timeout(240)
class AggregateReportIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String BEFORE =
            "_dmarc.changing.test. 0 TXT \"v=DMARC1; p=none; rua=mailto:changing@owner.example\"\n";
    private static final String AFTER = BEFORE.replace("p=none", "p=quarantine");

    private static final String RECORDS = """
            _dmarc.rfc7489.example. TXT "v=DMARC1; p=reject; rua=mailto:ourselves@owner.example"
            _dmarc.rfc9990.example. TXT "v=DMARC1; p=reject; rua=mailto:ourselves@owner.example"
            rfc7489.example._report._dmarc.owner.example. TXT "v=DMARC1"
            rfc9990.example._report._dmarc.owner.example. TXT "v=DMARC1"
            owner.example. TXT "v=spf1 ip6:2001:db8::/32 -all"
            _dmarc.owner.example. TXT "v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:one@owner.example,mailto:two@owner.example!10m"
            _dmarc.agreed.test. TXT "v=DMARC1; p=none; rua=mailto:agreed@owner.example"
            agreed.test._report._dmarc.owner.example. TXT "v=DMARC1"
            _dmarc.stranger.test. TXT "v=DMARC1; p=none; rua=mailto:stranger@owner.example"
            _dmarc.partly.test. TXT "v=DMARC1; p=none; rua=mailto:nobody@refusing.test,mailto:partly@owner.example"
            partly.test._report._dmarc.owner.example. TXT "v=DMARC1"
            changing.test._report._dmarc.owner.example. TXT "v=DMARC1"
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    /** Not below test., about which OpenDKIM's libunbound asks nobody. */
    private static final DkimKey OWNER = DkimKey.of("owner.example");

    private static final Peers peers = new Peers();
    private static final Map<Format, ReportingHost> hosts = new EnumMap<>(Format.class);
    private static PostfixInstance owner;
    private static Instant day;

    private static String message(String author) {
        return """
                From: Sender <sender@%s>
                To: user@inbox.test
                Subject: news
                Date: Tue, 24 Nov 2026 10:00:00 +0000
                Message-ID: <1@%1$s>

                Nothing new, as ever.
                """.formatted(author).replace("\n", "\r\n");
    }

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        DkimKey older = DkimKey.of("rfc7489.example");
        DkimKey newer = DkimKey.of("rfc9990.example");
        String records = RECORDS + OWNER.record() + older.record() + newer.record();
        NameServer dns = peers.add(NameServer.start(directory, records + BEFORE));
        owner = startOwner(dns);
        startHost(dns, "rfc7489.example", older, Format.RFC7489);
        startHost(dns, "rfc9990.example", newer, Format.RFC9990);
        awaitTimeInThisDay();
        hosts.values().forEach(AggregateReportIT::getBeforeTheChange);
        dns.publish(records + AFTER, "_dmarc.changing.test", "p=quarantine");
        hosts.values().forEach(AggregateReportIT::getAfterTheChange);
        Instant tomorrow = day.plus(1, ChronoUnit.DAYS);
        for (ReportingHost host : hosts.values()) {
            // The daemon's marks reach no further than today, so its period is closed when the grace is over.
            String closing = host.report(
                    "run", "--now", tomorrow.plus(Duration.ofHours(3)).toString());
            assertTrue(closing.contains("period " + day.toString().substring(0, 10) + " closed: 10 messages"), closing);
            // And all is due when the spread is.
            String sending = host.report(
                    "run", "--now", tomorrow.plus(Duration.ofHours(8)).toString());
            assertFalse(sending.contains(" ERROR "), sending);
        }
    }

    /** Mail of the test must not fall into two days. */
    private static void awaitTimeInThisDay() throws InterruptedException {
        Duration needed = Duration.ofMinutes(2);
        Instant now = Instant.now();
        Instant midnight = now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        if (now.plus(needed).isAfter(midnight)) {
            Thread.sleep(Duration.between(now, midnight).plusSeconds(1).toMillis());
        }
        day = Instant.now().truncatedTo(ChronoUnit.DAYS);
    }

    private static void startHost(NameServer dns, String domain, DkimKey key, Format format) throws IOException {
        hosts.put(format, ReportingHost.start(directory, peers, dns, domain, key, format, owner.address()));
    }

    private static PostfixInstance startOwner(NameServer dns) throws IOException {
        Path place = Files.createDirectory(directory.resolve("owner"));
        OpenDkimInstance openDkim = peers.add(OpenDkimInstance.start(place, dns, "dkim.owner.example"));
        // All of the test is on 127.0.0.1, whose mail is not judged otherwise.
        Path ignored = Files.writeString(place.resolve("ignored"), "!127.0.0.1\n");
        DaemonUnderTest daemon = peers.add(DaemonUnderTest.start(place, dns.address(), """
                AuthservID mx.owner.example
                TrustedAuthservIDs dkim.owner.example
                RejectFailures yes
                IgnoreHosts %s
                """.formatted(ignored)));
        return peers.add(PostfixInstance.start(
                place,
                List.of(openDkim.address(), daemon.postfixAddress()),
                "virtual_mailbox_domains = owner.example\n",
                ""));
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    private static void getBeforeTheChange(ReportingHost host) {
        for (int i = 0; i < 2; i++) {
            assertEquals(250, host.get("192.0.2.7", "a@elsewhere.example", OWNER.sign(message("owner.example"))));
        }
        assertEquals(250, host.get("IPV6:2001:db8::5", "b@owner.example", message("owner.example")));
        assertEquals(550, host.get("192.0.2.8", "a@elsewhere.example", message("owner.example")));
        assertEquals(250, host.get("192.0.2.9", "", message("agreed.test")));
        assertEquals(250, host.get("192.0.2.9", "a@stranger.test", message("stranger.test")));
        assertEquals(250, host.get("192.0.2.9", "a@partly.test", message("partly.test")));
        assertEquals(250, host.get("192.0.2.9", "a@changing.test", message("changing.test")));
    }

    private static void getAfterTheChange(ReportingHost host) {
        assertEquals(250, host.get("192.0.2.9", "a@changing.test", message("changing.test")));
        assertEquals(250, host.get("192.0.2.9", "a@changing.test", message("changing.test")));
        await("10 records in the journal of " + host.domain()).atMost(LIMIT).until(() -> host.recorded() == 10);
    }

    /** The reports that it has sent to that user, as many as there must be. */
    private static List<ReceivedReport> reports(ReportingHost host, String user, int number) {
        return await(number + " reports of " + host.domain() + " for " + user)
                .atMost(LIMIT)
                .until(() -> mails(host, user), mails -> mails.size() >= number)
                .stream()
                .map(ReceivedReport::of)
                .toList();
    }

    private static List<DeliveredMessage> mails(ReportingHost host, String user) {
        return owner.mailbox(user).stream()
                .filter(mail -> mail.values("From").get(0).endsWith("<reports@" + host.domain() + ">"))
                .toList();
    }

    @ParameterizedTest(name = "{0} to {1}: signed by the reporter, passes, and nobody else has said so")
    @CsvSource({
        "RFC7489, one, 1", "RFC7489, two, 1", "RFC7489, agreed, 1", "RFC7489, partly, 1", "RFC7489, changing, 2",
        "RFC9990, one, 1", "RFC9990, two, 1", "RFC9990, agreed, 1", "RFC9990, partly, 1", "RFC9990, changing, 2"
    })
    void passesAtTheOwners(Format format, String user, int number) {
        ReportingHost host = hosts.get(format);
        List<ReceivedReport> reports = reports(host, user, number);
        assertEquals(number, reports.size());
        for (ReceivedReport report : reports) {
            List<String> results = report.mail().values("Authentication-Results");
            assertEquals(2, results.size(), results::toString);
            assertEquals(
                    "mx.owner.example; dmarc=pass (p=reject dis=none) header.from=" + host.domain()
                            + " policy.dmarc=reject",
                    results.get(0));
            assertTrue(
                    results.get(1).startsWith("dkim.owner.example; dkim=pass (2048-bit key")
                            && results.get(1).contains(" header.d=" + host.domain() + " "),
                    results::toString);
        }
    }

    @Test
    void whoForgesAReportAndItsResultsIsRefused() {
        String forged = "Authentication-Results: dkim.owner.example; dkim=pass header.d=rfc7489.example\r\n"
                + "Authentication-Results: mx.owner.example; dmarc=pass header.from=rfc7489.example\r\n"
                + message("rfc7489.example");
        try (SmtpClient client =
                SmtpClient.connect(Loopback.IPV4, owner.address()).ehlo("client.example")) {
            assertEquals(
                    "550 5.7.1 rejected by DMARC policy for rfc7489.example",
                    client.send("reports@rfc7489.example", "one@owner.example", forged)
                            .toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsOfTheMailThatCameIn(Format format) {
        ReceivedReport report = reports(hosts.get(format), "one", 1).get(0);
        assertEquals("owner.example", report.text("policy_published/domain"));
        assertEquals("reject", report.text("policy_published/p"));
        assertEquals("none", report.text("policy_published/sp"));
        assertEquals("s", report.text("policy_published/adkim"));
        assertEquals("r", report.text("policy_published/aspf"));
        String passed = format == Format.RFC7489 ? "none" : "pass";
        assertEquals(
                List.of(
                        "192.0.2.7 x2 " + passed + " dkim=pass spf=fail reasons=[] owner.example elsewhere.example"
                                + " [owner.example/test/pass] [elsewhere.example/mfrom/none]",
                        "192.0.2.8 x1 reject dkim=fail spf=fail reasons=[] owner.example elsewhere.example"
                                + " [] [elsewhere.example/mfrom/none]",
                        "2001:db8::5 x1 " + passed + " dkim=fail spf=pass reasons=[] owner.example owner.example"
                                + " [] [owner.example/mfrom/pass]"),
                report.rows());
        assertEquals(Set.of("inbox.test"), report.recipientDomains());
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhoReportsAboutWhen(Format format) {
        ReportingHost host = hosts.get(format);
        ReceivedReport report = reports(host, "one", 1).get(0);
        String id = report.text("report_metadata/report_id");
        long begin = day.getEpochSecond();
        assertTrue(id.matches(day.toString().substring(0, 13).replaceAll("[-T]", "") + "[a-z2-7]{16}"), id);
        assertEquals("Reporter", report.text("report_metadata/org_name"));
        assertEquals("reports@" + host.domain(), report.text("report_metadata/email"));
        assertEquals(String.valueOf(begin), report.text("report_metadata/date_range/begin"));
        assertEquals(String.valueOf(begin + 86_399), report.text("report_metadata/date_range/end"));
        assertEquals(
                "%s!owner.example!%d!%d!%s.xml.gz".formatted(host.domain(), begin, begin + 86_399, id),
                report.fileName());
        assertEquals(
                List.of("Report Domain: owner.example Submitter: " + host.domain() + " Report-ID: <" + id + ">"),
                report.mail().values("Subject"));
    }

    @ParameterizedTest
    @EnumSource
    void isInTheFormatOfTheReporter(Format format) {
        for (String user : List.of("one", "agreed", "partly", "changing")) {
            for (ReceivedReport report : reports(hosts.get(format), user, 1)) {
                assertEquals(format, report.check().format().orElseThrow());
                assertTrue(report.check().isValid(), report.check()::toString);
                assertEquals(
                        format == Format.RFC9990 ? "urn:ietf:params:xml:ns:dmarc-2.0" : "",
                        report.xml().getDocumentElement().getAttribute("xmlns"));
            }
        }
        assertEquals(
                format == Format.RFC9990 ? "treewalk" : "100",
                reports(hosts.get(format), "one", 1)
                        .get(0)
                        .text("policy_published/" + (format == Format.RFC9990 ? "discovery_method" : "pct")));
    }

    @ParameterizedTest
    @EnumSource
    void goesToEachAddressInAMailOfItsOwn(Format format) {
        ReportingHost host = hosts.get(format);
        ReceivedReport one = reports(host, "one", 1).get(0);
        ReceivedReport two = reports(host, "two", 1).get(0);
        String id = one.text("report_metadata/report_id");
        assertEquals(List.of("one@owner.example"), one.mail().values("To"));
        assertEquals(List.of("two@owner.example"), two.mail().values("To"));
        assertEquals(id, two.text("report_metadata/report_id"));
        assertEquals(one.rows(), two.rows());
        assertEquals(List.of("<" + id + ".1@" + host.domain() + ">"), one.mail().values("Message-ID"));
        assertEquals(List.of("<" + id + ".2@" + host.domain() + ">"), two.mail().values("Message-ID"));
    }

    @ParameterizedTest
    @EnumSource
    void goesToAnotherOrganizationThatAgrees(Format format) {
        ReceivedReport report = reports(hosts.get(format), "agreed", 1).get(0);
        assertEquals("agreed.test", report.text("policy_published/domain"));
        assertEquals(
                List.of("192.0.2.9 x1 none dkim=fail spf=fail reasons=[] agreed.test  [] [client.example/"
                        + (format == Format.RFC7489 ? "helo" : "mfrom") + "/none]"),
                report.rows());
    }

    @ParameterizedTest
    @EnumSource
    void goesNotToAnotherOrganizationThatDoesNot(Format format) {
        ReportingHost host = hosts.get(format);
        String list = host.report("list", "--domain", "stranger.test");
        assertTrue(list.contains("void") && list.contains("stranger@owner.example  skipped (unauthorized)"), list);
        assertEquals(List.of(), mails(host, "stranger"));

        ReceivedReport partly = reports(host, "partly", 1).get(0);
        assertEquals("rua nobody@refusing.test: no external authorization", partly.text("report_metadata/error"));
        assertFalse(host.postfix().log().contains("refusing.test"), "the server heard of an address that gets nothing");
    }

    @ParameterizedTest
    @EnumSource
    void twoRecordsInADayAreTwoReports(Format format) {
        List<ReceivedReport> reports = reports(hosts.get(format), "changing", 2);
        List<String> seen = new ArrayList<>();
        for (ReceivedReport report : reports) {
            seen.add(report.text("policy_published/p") + ": " + String.join(", ", report.rows()));
        }
        String rest = " changing.test changing.test [] [changing.test/mfrom/none]";
        assertEquals(
                Set.of(
                        "none: 192.0.2.9 x1 none dkim=fail spf=fail reasons=[]" + rest,
                        "quarantine: 192.0.2.9 x2 none dkim=fail spf=fail"
                                + " reasons=[local_policy/quarantine not enforced]" + rest),
                Set.copyOf(seen));
        assertEquals(
                2,
                reports.stream()
                        .map(report -> report.text("report_metadata/report_id"))
                        .collect(Collectors.toSet())
                        .size());
        assertEquals(
                reports.get(0).text("report_metadata/date_range/begin"),
                reports.get(1).text("report_metadata/date_range/begin"));
    }

    /** Or else two reporters write to each other for ever. */
    @ParameterizedTest
    @EnumSource
    void reportsAreNoMailToReport(Format format) throws IOException {
        ReportingHost host = hosts.get(format);
        reports(host, "changing", 2);
        assertNotEquals("", host.daemon().log());
        assertFalse(
                host.daemon().log().contains(": " + host.domain() + " "),
                host.daemon().log());
        assertEquals(10, host.recorded());
        assertEquals(List.of(), owner.mailbox("ourselves"));
    }
}
