package org.dmarcmilter.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dns.DnsQuestion.Type;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.mail.MailSender;
import org.dmarcmilter.mail.SmtpServer;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.report.SuppressionZones;
import org.dmarcmilter.store.Delivery;
import org.dmarcmilter.store.DomainWish;
import org.dmarcmilter.store.Reports;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.store.StoredReports;
import org.dmarcmilter.store.Suppression;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of reports that are due: whom they go to, and what follows from what the server says. */
@Timeout(60)
class DeliveringTest {
    private static final String ID = "2026112700k3f9qv7m2x4tya5c";

    @TempDir
    Path directory;

    private final List<String> replies = new ArrayList<>();
    private UnaryOperator<String> script = ScriptedSmtpServer::usual;
    private Instant now = StoredReports.DUE;
    private Zone dns = Zone.policies("example.com: p=reject; rua=mailto:a@example.com");
    private Sending sending = sending(true, List.of());
    private ReportScope scope = ReportScope.ALL;
    private ScriptedSmtpServer server;
    private Store store;

    private Sending sending(boolean resendUnknown, List<String> bcc) {
        return new Sending(
                "reports@rep.example", "Reports", bcc, true, resendUnknown, 1_000_000, false, 60, Optional.empty());
    }

    @BeforeEach
    void open() throws IOException {
        new StoredReports(directory).add(ID, "example.com", Standard.RFC7489, StoredReports.rows());
        store = Store.open(directory, StoredReports.rules(), now);
        server = new ScriptedSmtpServer(line -> script.apply(line));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    @Test
    void sendsAReport() throws IOException {
        try (CapturedLog log = new CapturedLog(SendStep.class)) {
            run();
            assertTrue(
                    log.lines().toString().contains("report " + ID + " example.com 2026-11-27: 3 messages, 2 rows, "),
                    log.lines().toString());
            assertTrue(
                    log.lines().toString().contains("kB to a@example.com: sent (250 2.0.0 Ok)"),
                    log.lines().toString());
        }
        assertEquals("done: a@example.com sent", state());
        assertTrue(server.lines()
                .contains("MAIL FROM:<reports@rep.example> SIZE=" + delivery().size() + " RET=HDRS"));
        assertTrue(server.lines().contains("RCPT TO:<a@example.com> NOTIFY=FAILURE"));
        String mail = server.mails().get(0);
        assertTrue(mail.contains("\r\nTo: a@example.com\r\n"), mail);
        assertTrue(mail.contains("\r\nMessage-ID: <" + ID + ".1@rep.example>\r\n"), mail);
        run();
        assertEquals(1, server.mails().size(), "once");
    }

    /** The time goes on by so much between two runs; what each server says stands behind a colon. */
    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | what the server says, run by run                     | state                                           | mails | why
        12.2 | RCPT 550 5.1.1 no such user                            | done: a@example.com failed refused              | 0 | for good
        12.2 | END 554 5.7.1 no reports                               | done: a@example.com failed refused              | 1 | for good
        12.2 | DATA 554 5.7.1 no reports                              | done: a@example.com failed refused              | 0 | for good
        12.2 | MAIL 550 5.7.1 not you                                 | done: a@example.com failed sender-refused       | 0 | our sender
        12.2 | RCPT 450 4.2.0 greylisted                              | open: a@example.com waiting deferred            | 0 | later
        12.2 | RCPT 450 4.2.0 greylisted > 299 > -                    | open: a@example.com waiting deferred            | 0 | not before 5 minutes
        12.2 | RCPT 450 4.2.0 greylisted > 300 > -                    | done: a@example.com sent                        | 1 | after 5 minutes
        12.2 | RCPT 450 4 > 300 > RCPT 450 4 > 899 > -                | open: a@example.com waiting deferred            | 0 | not before 15 more
        12.2 | RCPT 450 4 > 300 > RCPT 450 4 > 900 > -                | done: a@example.com sent                        | 1 | after 15 more
        12.2 | RCPT 450 4 > 260000 > -                                | done: a@example.com failed deferred             | 0 | its time is over
        14   | GREETING 421 going down                                | open: a@example.com waiting mta                 | 0 | no attempt
        14   | GREETING 421 going down > 1 > -                        | done: a@example.com sent                        | 1 | at once in the next run
        14   | MAIL 421 4.3.2 shutting down > 1 > -                   | done: a@example.com sent                        | 1 | neither is that
        12.2 | END #cut                                               | open: a@example.com sending                     | 1 | perhaps it has it
        12.2 | END #cut > 599 > -                                     | open: a@example.com sending                     | 1 | not before the lease is over
        12.2 | END #cut > 601 > -                                     | done: a@example.com sent                        | 2 | sent again
        12.2 | END #cut > 601 > END #cut > 601 > END #cut > 601 > END #cut > 601 > END #cut | done: a@example.com failed unknown | 4 | not for ever
        12.2 | DATA #cut > 1 > -                                      | done: a@example.com sent                        | 1 | it did not have it
        """)
    void followsTheServer(String row, String says, String state, int mails, String why) throws IOException {
        String[] steps = says.split(" > ");
        for (int i = 0; i < steps.length; i += 2) {
            String[] step = steps[i].split(" ", 2);
            script = line -> step.length == 2 && line.split("[ :]", 2)[0].equals(step[0])
                    ? step[1]
                    : ScriptedSmtpServer.usual(line);
            run();
            if (i + 1 < steps.length) {
                now = now.plusSeconds(Long.parseLong(steps[i + 1]));
            }
        }
        assertEquals(state, state(), why);
        assertEquals(mails, server.mails().size(), why);
        Set<String> ids = server.mails().stream()
                .map(mail -> mail.replaceAll("(?s).*\r\nMessage-ID: (<[^>]*>).*", "$1"))
                .collect(Collectors.toSet());
        assertTrue(ids.size() <= 1, "equal identifiers");
    }

    @Test
    void aRefusedRecipientIsSuppressed() throws IOException {
        script = line -> line.startsWith("RCPT") ? "550 5.1.1 no such user" : ScriptedSmtpServer.usual(line);
        run();
        Suppression suppression = store.suppressions().list().get(0);
        assertEquals("a@example.com", suppression.address());
        assertEquals(Optional.of(now.plus(Duration.ofDays(7))), suppression.until());
        store.deliveries().again(report(), Optional.empty(), now);
        script = ScriptedSmtpServer::usual;
        run();
        assertEquals("done: a@example.com skipped suppressed", state());
    }

    @Test
    void countsNoAttemptWhereNoServerIs() throws IOException {
        server.close();
        try (CapturedLog log = new CapturedLog(Trouble.class)) {
            run();
            assertTrue(
                    log.lines().toString().contains("reports: the mail server takes no reports: 127.0.0.1:"),
                    log.lines().toString());
        }
        assertEquals(0, delivery().attempt());
    }

    /** No room for the mail: nothing was said to the server, so no attempt counts and nothing is in doubt. */
    @Test
    void waitsForRoom() throws IOException {
        resolve();
        Path inTheWay = directory.resolve("tmp/mail");
        Files.deleteIfExists(inTheWay);
        Files.createDirectories(inTheWay.resolve("x"));
        for (int i = 0; i < 5; i++) {
            try (CapturedLog log = new CapturedLog(Trouble.class)) {
                run();
                assertEquals(
                        List.of("ERROR reports: no report can be sent: " + inTheWay + ": Is a directory"), log.lines());
            }
            now = now.plus(Reports.LEASE).plusSeconds(1);
        }
        assertEquals("open: a@example.com waiting file", state());
        assertEquals(0, delivery().attempt());
        Files.delete(inTheWay.resolve("x"));
        Files.delete(inTheWay);
        run();
        assertEquals("done: a@example.com sent", state());
        assertEquals(0, delivery().resent());
        assertEquals(1, server.mails().size());
    }

    @Test
    void whoeverDiedWhileSendingSendsAgainAndSaysSo() throws IOException {
        resolve();
        Delivery lost = store.deliveries().take(delivery(), now).orElseThrow();
        run();
        assertEquals(Delivery.State.SENDING, delivery().state(), "its lease is not over");
        now = now.plus(Reports.LEASE).plusSeconds(1);
        try (CapturedLog log = new CapturedLog(SendStep.class)) {
            run();
            assertTrue(
                    log.lines()
                            .toString()
                            .contains("outcome to a@example.com unknown, sending again with the same identifiers"),
                    log.lines().toString());
        }
        assertEquals("done: a@example.com sent", state());
        assertEquals(1, delivery().resent());
        assertFalse(store.deliveries().sent(lost, 1, "", now));
    }

    @Test
    void sendsNothingAgainWhereThatIsNotWanted() throws IOException {
        sending = sending(false, List.of());
        resolve();
        store.deliveries().take(delivery(), now).orElseThrow();
        now = now.plus(Reports.LEASE).plusSeconds(1);
        run();
        assertEquals("done: a@example.com failed unknown", state());
        assertEquals(0, server.mails().size());
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # row | DNS                                                            | state                                        | why
        11.1 | example.com: p=none                                             | void withdrawn:                              | withdrawn
        11.1 | example.com: SERVFAIL                                           | due dns:                                     | again in an hour
        11.1 | example.com: p=none; rua=mailto:%20@example.com                 | void withdrawn:                              | no valid address
        11.1 | example.com: p=none; rua=mailto:%7Cx@example.com                | 'void no-destination: |x@example.com skipped bad-address' | nobody is left
        11.2 | example.com: p=none; rua=mailto:a@b.example                     | void no-destination: a@b.example skipped unauthorized | not authorised
        11.3 | example.com: p=none; rua=mailto:a@example.com!1k                | void no-destination: a@example.com skipped too-large | too large
        11.3 | example.com: p=none; rua=mailto:a@example.com & p=none           | void withdrawn:                              | two records
        11.4 | example.com: p=none; rua=mailto:none@example.com                | void no-destination: none@example.com skipped excluded | NoReportsList
        """)
    void goesToNobody(String row, String zone, String state, String why) throws IOException {
        dns = Zone.policies(zone);
        run();
        assertEquals(state, state().strip(), why);
        assertEquals(0, server.mails().size());
    }

    /** What a hostile owner may write as an address; in front of it stands a good one. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # local part                      | why
        LONG                              | longer than any address
        %22a%20b%22                       | a space
        %0D%0ARCPT%20TO:<x                | the end of a line
        %00                               | no character
        a%3E%20SIZE=1                     | the end of an address
        %22%3C%3E%22                      | quoted
        %C3%A9                            | eight bits
        a%40b.example                     | two at signs
        %2FDEV%2FNULL                     | a file
        a%25b                             | a route
        -f                                | an option of sendmail
        """)
    void aHostileAddressIsNoneAndOthersGetTheReport(String local, String why) throws IOException {
        String address = local.replace("LONG", "a".repeat(700)) + "@example.com";
        dns = Zone.of("_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:a@example.com,mailto:" + address);
        run();
        String became = state();
        assertTrue(became.startsWith("done: a@example.com sent"), became);
        assertEquals(1, server.mails().size(), why);
    }

    @Test
    void anOperatorCannotSendToWhoHasNotAgreed() throws IOException {
        dns = Zone.of(
                "_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:b@b.example,mailto:%7Cx@example.com,mailto:a@example.com");
        run();
        String became =
                "done: b@b.example skipped unauthorized, |x@example.com skipped bad-address, a@example.com sent";
        assertEquals(became, state());
        for (int i = 0; i < 2; i++) {
            store.deliveries().again(report(), Optional.of("b@b.example"), now);
            store.deliveries().again(report(), Optional.of("|x@example.com"), now);
            run();
            assertEquals(became.replace("bad-address", "unauthorized"), state());
        }
        assertEquals(1, server.mails().size());
    }

    @Test
    void waitsForTheDnsUntilItsTimeIsOver() throws IOException {
        dns = Zone.policies("example.com: SERVFAIL");
        for (int hour = 0; hour < 71; hour++) {
            run();
            assertEquals("due dns:", state().strip());
            now = now.plus(Duration.ofHours(1));
        }
        run();
        assertEquals("void dns:", state().strip());
    }

    @Test
    void othersGoOnWhileOneIsAskedAgain() throws IOException {
        dns = Zone.of("_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:b@b.example,mailto:a@example.com")
                .broken("example.com._report._dmarc.b.example", Type.TXT);
        run();
        assertEquals("open: b@b.example waiting dns, a@example.com sent", state());
        now = now.plus(Duration.ofHours(1));
        dns = Zone.of("example.com._report._dmarc.b.example TXT v=DMARC1");
        run();
        assertEquals("done: b@b.example sent, a@example.com sent", state());
        assertEquals(2, server.mails().size());
    }

    @Test
    void tellsOthersOfWhoIsNotAuthorised() throws IOException {
        dns = Zone.of("_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:b@b.example,mailto:a@example.com");
        run();
        assertEquals("done: b@b.example skipped unauthorized, a@example.com sent", state());
        assertEquals(List.of("rua b@b.example: no external authorization"), report().errors());
    }

    /** Of two who want no mail so large none gets the report, and both a line about it; a third takes it, and nobody is told. */
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # on  | whom the record names                            | state                                                       | mails | why
        true  | mailto:a@example.com!1k,mailto:b@example.com!1k  | 'done: a@example.com sent, b@example.com sent'              | 2 | both are told
        false | mailto:a@example.com!1k                          | void no-destination: a@example.com skipped too-large        | 0 | it is off
        true  | mailto:a@example.com!1k,mailto:c@example.com     | 'done: a@example.com skipped too-large, c@example.com sent' | 0 | somebody gets the report
        true  | mailto:a@example.com!1k,mailto:none@example.com  | 'done: a@example.com sent, none@example.com skipped excluded' | 1 | the other wants none
        """)
    void tellsWhereItIsTooLarge(boolean on, String rua, String state, int errors, String why) throws IOException {
        dns = Zone.of("_dmarc.example.com TXT v=DMARC1; p=none; rua=" + rua);
        sending = new Sending(
                "reports@rep.example", "Reports", List.of(), true, true, 1_000_000, on, 60, Optional.empty());
        run();
        assertEquals(state, state(), why);
        List<String> told = server.mails().stream()
                .filter(mail -> mail.contains("Subject: DMARC aggregate reporting error report for example.com\r\n"))
                .toList();
        assertEquals(errors, told.size(), why);
        for (String mail : told) {
            assertTrue(mail.contains("\r\nReport-Domain: example.com\r\nReport-ID: " + ID + "\r\nReport-Size: "), mail);
            assertTrue(mail.contains("\r\nSubmitter: rep.example\r\nSubmitting-URI: mailto:"), mail);
            assertTrue(mail.contains("\r\nMessage-ID: <" + ID + "."), mail);
        }
    }

    @Test
    void doesWhatTheOperatorWants() throws IOException {
        DomainName domain = DomainName.of("example.com");
        store.domains().put(new DomainWish(domain, Optional.of(List.of("mailto:w@example.com")), false, ""));
        sending = sending(true, List.of("copy@rep.example"));
        run();
        assertEquals("done: w@example.com sent, copy@rep.example sent", state());
    }

    @Test
    void sendsNothingAboutExcludedDomains() throws IOException {
        scope = new ReportScope(Set.of(), Set.of(DomainName.of("other.example")));
        run();
        assertEquals("void excluded:", state().strip());
    }

    @Test
    void leavesHostsTime() throws IOException {
        dns = Zone.of("_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:a@example.com");
        store.close();
        for (int i = 0; i < 12; i++) {
            new StoredReports(directory).add("id" + i, "example.com", Standard.RFC9989, StoredReports.rows());
        }
        store = Store.open(directory, StoredReports.rules(), now);
        Budget budget = new Budget(
                Duration.ofHours(1), System::nanoTime, () -> server.mails().size() == 13);
        List<Duration> pauses = new ArrayList<>();
        steps(budget, pauses);
        assertEquals(13, server.mails().size());
        assertTrue(pauses.size() >= 12, "10 at once, then one every 6 seconds: " + pauses.size());
    }

    @Test
    void stopsWhereNobodyTakesOurSender() throws IOException {
        script = line -> line.startsWith("MAIL") ? "550 5.7.1 not you" : ScriptedSmtpServer.usual(line);
        store.close();
        for (int i = 0; i < 5; i++) {
            new StoredReports(directory).add("id" + i, "example.com", Standard.RFC9989, StoredReports.rows());
        }
        store = Store.open(directory, StoredReports.rules(), now);
        run();
        assertEquals(
                3,
                server.lines().stream().filter(line -> line.startsWith("MAIL")).count());
    }

    @Test
    void keepsCopies() throws IOException {
        Path archive = Files.createDirectory(directory.resolve("archive"));
        sending = new Sending(
                "reports@rep.example", "Reports", List.of(), true, true, 1_000_000, false, 60, Optional.of(archive));
        run();
        assertEquals(server.mails().get(0), Files.readString(archive.resolve(ID + ".1.eml")));
    }

    private void run() throws IOException {
        steps(new Budget(Duration.ofHours(1), System::nanoTime, () -> false), new ArrayList<>());
    }

    private void resolve() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        // For one report, and for the question whether there is another.
        steps(new Budget(Duration.ofHours(1), System::nanoTime, () -> asked.getAndIncrement() > 1), new ArrayList<>());
    }

    private void steps(Budget budget, List<Duration> pauses) throws IOException {
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        AggregateRecipients recipients = new AggregateRecipients(
                dns,
                new SuffixListDiscovery(PublicSuffixList.bundled()),
                NoReportsList.parse("none@example.com\n"),
                new SuppressionZones(List.of()));
        ReportFiles files = new ReportFiles(store, directory.resolve("tmp"), true);
        MailMaker mails = new MailMaker(directory.resolve("tmp"), sending, clock);
        try (MailSender sender = new MailSender(SmtpServer.of(
                "127.0.0.1", server.port(), Optional.of(SmtpServer.Tls.OFF), "rep.example", Optional.empty()))) {
            new ResolveStep(store, recipients, scope, files, mails, sending, clock).run(budget);
            new SendStep(
                            store,
                            recipients,
                            files,
                            mails,
                            sender::send,
                            sending,
                            clock,
                            pause -> {
                                pauses.add(pause);
                                now = now.plus(pause);
                            },
                            new Trouble(clock, Optional.empty()))
                    .run(budget);
        }
    }

    private StoredReport report() throws IOException {
        return store.reports().find(ID).orElseThrow();
    }

    private Delivery delivery() throws IOException {
        return store.deliveries().of(report()).get(0);
    }

    /** {@code STATE CAUSE: ADDRESS STATE CAUSE, ...}. */
    private String state() throws IOException {
        return (report().state().word() + " " + report().cause()).strip() + ": "
                + store.deliveries().of(report()).stream()
                        .map(delivery -> (delivery.address() + " "
                                        + delivery.state().word() + " "
                                        + (delivery.state() == Delivery.State.SENT ? "" : delivery.cause()))
                                .strip())
                        .collect(Collectors.joining(", "));
    }
}
