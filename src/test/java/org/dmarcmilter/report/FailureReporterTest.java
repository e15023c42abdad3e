package org.dmarcmilter.report;

import static org.awaitility.Awaitility.await;
import static org.dmarcmilter.testing.TestEvaluation.dkim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureReporterTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final FailureReporter.Limits LIMITS =
            new FailureReporter.Limits(3, 5, Duration.ofHours(1), 10, LONG, Duration.ofSeconds(60));

    private final Zone dns =
            Zone.of("""
            example.com._report._dmarc.third.example TXT v=DMARC1;
            example.com._report._dmarc.moved.example TXT v=DMARC1; ruf=mailto:new@moved.example
            example.com._report._dmarc.silent.example TXT SERVFAIL
            example.com._report._dmarc.other.example TXT v=spf1 -all
            """).answer(DnsQuestion.txt("example.com._report._dmarc.empty.example"), new DnsAnswer.NoData());

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T04:06:47Z"));

    /** The last two labels; the DNS does not answer for one of them. */
    private static final PolicyDiscovery ORGANIZATIONS = new PolicyDiscovery() {
        @Override
        public CompletionStage<Discovery> discover(DomainName author, DnsClient dns) {
            throw new AssertionError("nobody asked for a policy");
        }

        @Override
        public CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name, DnsClient dns) {
            String[] labels = name.ascii().split("\\.");
            String last = String.join(".", Arrays.copyOfRange(labels, labels.length - 2, labels.length));
            return CompletableFuture.completedFuture(
                    last.equals("silent.example") ? Optional.empty() : Optional.of(DomainName.of(last)));
        }
    };

    private FailureReportSettings settings(String bcc, String noReports, String command) {
        return new FailureReportSettings(
                true,
                false,
                Optional.of(bcc).filter(text -> !text.isEmpty()),
                Optional.of("Reports <reports@our.example>"),
                command,
                NoReportsList.parse(noReports));
    }

    private String toFile() {
        return "cat > \"$(mktemp '" + directory + "/mail.XXXXXX')\"";
    }

    private FailureReporter reporter(FailureReportSettings settings, FailureReporter.Limits limits) {
        return new FailureReporter(settings, dns, ORGANIZATIONS, limits, now::get, "dmarc-milter/1.0.0");
    }

    private List<String> mails() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(FailureReporterTest::read).toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # ruf                                               | bcc       | To                              | Bcc       | why
        mailto:f@example.com                                | ''        | f@example.com                   | none      | the domain itself
        mailto:f@example.com                                | b@our.example | f@example.com               | b@our.example | with our hidden copy
        mailto:f@mail.example.com,mailto:g@example.com      | ''        | f@mail.example.com, g@example.com | none    | the same organization; all in one To
        mailto:f@example.com,mailto:f@example.com           | ''        | f@example.com                   | none      | each once
        mailto:f@third.example                              | ''        | f@third.example                 | none      | external, agrees
        mailto:f@moved.example                              | ''        | new@moved.example               | none      | external, names another address of its own
        mailto:f@nobody.example                             | ''        | none                            | none      | external, does not agree
        mailto:f@other.example                              | ''        | none                            | none      | external, says something else
        mailto:f@empty.example                              | ''        | none                            | none      | external, says nothing
        mailto:f@silent.example                             | ''        | none                            | none      | external, the DNS does not answer
        mailto:f@nobody.example                             | b@our.example | b@our.example               | none      | our copy alone, once
        https://example.com/x                               | b@our.example | b@our.example               | none      | our copy alone, once
        mailto:quiet@example.com,mailto:f@example.com       | ''        | f@example.com                   | none      | NoReportsList
        mailto:x@hushed.example,mailto:quiet@example.com    | ''        | none                            | none      | NoReportsList, nobody left
        ''                                                  | b@our.example | b@our.example               | none      | nobody asked but we
        """)
    void findsTheRecipients(String ruf, String bcc, String to, String hidden, String why) throws IOException {
        FailureReporter reporter = reporter(settings(bcc, "quiet@example.com\nhushed.example\n", toFile()), LIMITS);
        Notices message = new Notices();
        message.ruf = ruf.isEmpty() ? List.of() : List.of(ruf.split(","));
        reporter.offer(message.notice());
        reporter.close(LONG);
        assertEquals(to == null ? 0 : 1, reporter.sent(), why);
        assertEquals(to == null ? 1 : 0, reporter.suppressed(), why);
        for (String mail : mails()) {
            assertEquals(Optional.ofNullable(to), field(mail, "To"), why);
            assertEquals(Optional.ofNullable(hidden), field(mail, "Bcc"), why);
            assertEquals(Optional.of("Reports <reports@our.example>"), field(mail, "From"));
            assertEquals(Optional.of("Tue, 24 Nov 2026 04:06:47 +0000 (UTC)"), field(mail, "Date"));
        }
    }

    @Test
    void sendsNoneAboutAListedDomain() throws IOException {
        FailureReporter reporter = reporter(settings("", "example.com\n", toFile()), LIMITS);
        Notices message = new Notices();
        message.ruf = List.of("mailto:f@third.example");
        reporter.offer(message.notice());
        reporter.close(LONG);
        assertEquals(1, reporter.suppressed());
        assertEquals(List.of(), mails());
    }

    @Test
    void servesABoundedNumberOfAddresses() throws IOException {
        FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
        Notices message = new Notices();
        message.ruf = IntStream.range(0, 50)
                .mapToObj(i -> "mailto:f" + i + "@example.com")
                .toList();
        reporter.offer(message.notice());
        reporter.close(LONG);
        assertEquals(10, field(mails().get(0), "To").orElseThrow().split(", ").length);
    }

    @Test
    void limitsTheRate() throws IOException {
        FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
        for (int i = 0; i < 4; i++) {
            reporter.offer(new Notices().notice());
        }
        await().atMost(LONG).until(() -> reporter.sent() + reporter.suppressed() == 4);
        assertEquals(3, reporter.sent(), "one recipient's share");
        Notices other = new Notices();
        other.ruf = List.of("mailto:g@example.com");
        for (int i = 0; i < 3; i++) {
            reporter.offer(other.notice());
        }
        await().atMost(LONG).until(() -> reporter.sent() + reporter.suppressed() == 7);
        assertEquals(5, reporter.sent(), "the share of all");
        now.set(now.get().plus(Duration.ofHours(1)));
        reporter.offer(new Notices().notice());
        reporter.close(LONG);
        assertEquals(6, reporter.sent(), "after an hour");
        assertEquals(6, mails().size());
    }

    @Test
    void asksNobodyAndTakesNoShareForAReportThatCannotGoOut() {
        FailureReporter reporter = new FailureReporter(
                settings("", "", "true"),
                dns,
                ORGANIZATIONS,
                new FailureReporter.Limits(2, 1, Duration.ofHours(1), 10, LONG, Duration.ofSeconds(60)),
                now::get,
                "dmarc-milter/1.0.0");
        Notices message = new Notices();
        message.ruf = List.of("mailto:f@third.example");
        for (int i = 0; i < 5; i++) {
            reporter.offer(message.notice());
        }
        await().atMost(LONG).until(() -> reporter.suppressed() == 4);
        assertEquals(List.of("example.com._report._dmarc.third.example"), dns.asked());
        // Half an hour on, the limit in all still holds; an hour on, the recipient has a share left.
        now.set(now.get().plus(Duration.ofMinutes(30)));
        reporter.offer(message.notice());
        await().atMost(LONG).until(() -> reporter.suppressed() == 5);
        now.set(now.get().plus(Duration.ofMinutes(30)));
        reporter.offer(message.notice());
        reporter.close(LONG);
        assertEquals(2, reporter.sent());
    }

    @Test
    void countsOneMailboxInAnyCaseAsOneRecipient() {
        FailureReporter reporter = reporter(settings("", "", "true"), LIMITS);
        for (String address : List.of("f@example.com", "F@example.com", "f@Example.com", "F@EXAMPLE.com")) {
            Notices message = new Notices();
            message.ruf = List.of("mailto:" + address);
            reporter.offer(message.notice());
        }
        reporter.close(LONG);
        assertEquals(3, reporter.sent());
        assertEquals(1, reporter.suppressed());
    }

    @Test
    void usesAnotherBoundaryForEachReport() throws IOException {
        FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
        reporter.offer(new Notices().notice());
        reporter.offer(new Notices().notice());
        reporter.close(LONG);
        Pattern boundary = Pattern.compile("boundary=\"(dmarc-[0-9a-f]{32})\"");
        List<String> seen = mails().stream()
                .map(mail -> boundary.matcher(mail)
                        .results()
                        .findFirst()
                        .orElseThrow()
                        .group(1))
                .toList();
        assertNotEquals(seen.get(0), seen.get(1));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # DKIM results, domain=result                        | DKIM-Domain
        other.example=fail news.example.com=fail             | news.example.com
        example.com=pass mail.example.com=permerror          | mail.example.com
        badexample.com=fail com=fail                         | none
        news.example.com=none                                | none
        """)
    void namesTheAuthorsFailedSignature(String results, String domain) throws IOException {
        FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
        Notices message = new Notices();
        message.dkim = Arrays.stream(results.split(" "))
                .map(text -> text.split("="))
                .map(parts -> dkim(parts[0], "sel", parts[1]))
                .toList();
        reporter.offer(message.notice());
        reporter.close(LONG);
        assertEquals(Optional.ofNullable(domain), field(mails().get(0), "DKIM-Domain"));
    }

    @Test
    void logsWhatTheCommandSaysAndGoesOn() {
        try (CapturedLog log = new CapturedLog(FailureReporter.class)) {
            FailureReporter reporter = reporter(settings("", "", "exit 75"), LIMITS);
            reporter.offer(new Notices().notice());
            await().atMost(LONG).until(() -> reporter.failed() == 1);
            reporter.reload(settings("", "", "true"), dns, ORGANIZATIONS);
            reporter.offer(new Notices().notice());
            reporter.close(LONG);
            assertEquals(1, reporter.sent());
            assertEquals(List.of("ERROR QID123: ReportCommand exited with status 75"), log.lines());
        }
    }

    @Test
    void neverKeepsTheMailWaiting() {
        Path go = directory.resolve("go");
        FailureReporter reporter = reporter(
                settings("", "", "while ! test -e '" + go + "'; do sleep 0.05; done"),
                new FailureReporter.Limits(100, 100, Duration.ofHours(1), 2, LONG, Duration.ofSeconds(60)));
        for (int i = 0; i < 10; i++) {
            reporter.offer(new Notices().notice());
        }
        assertEquals(7, reporter.dropped(), "one is being sent, two wait, the others are dropped at once");
        try {
            Files.createFile(go);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        reporter.close(LONG);
        assertEquals(3, reporter.sent());
        reporter.offer(new Notices().notice());
        assertEquals(8, reporter.dropped(), "a closed reporter takes nothing");
    }

    /** A notice for a domain of its own, whose reports go to itself and to hosts whose name servers say nothing. */
    private FailureNotice slow(int hosts) {
        Notices message = new Notices();
        message.ruf = Stream.concat(
                        Stream.of("mailto:f@example.com"),
                        IntStream.range(0, hosts).mapToObj(i -> {
                            dns.pending("example.com._report._dmarc.slow" + i + ".example");
                            return "mailto:f@slow" + i + ".example";
                        }))
                .toList();
        return message.notice();
    }

    private static FailureReporter.Limits waitingFor(Duration search) {
        return new FailureReporter.Limits(100, 100, Duration.ofHours(1), 100, search, Duration.ofSeconds(60));
    }

    @Test
    void oneDomainWithTenSlowHostsHoldsUpNoOtherReport() {
        FailureReporter reporter = reporter(settings("", "", "true"), waitingFor(LONG));
        for (int i = 0; i < 5; i++) {
            reporter.offer(slow(10));
        }
        reporter.offer(new Notices().notice());
        await().atMost(LONG).until(() -> reporter.sent() == 1);
        assertEquals(5, dns.asked().size(), "one question in flight for each report that waits");
        reporter.close(LONG);
        assertEquals(6, reporter.sent(), "at the end they go to those who are verified");
        assertEquals(0, reporter.dropped() + reporter.suppressed());
    }

    @Test
    void aReportGoesToThoseWhoAreVerifiedWhenItsTimeIsOver() throws IOException {
        FailureReporter reporter = reporter(settings("", "", toFile()), waitingFor(Duration.ofMillis(50)));
        reporter.offer(slow(10));
        await().atMost(LONG).until(() -> reporter.sent() == 1);
        reporter.close(LONG);
        assertEquals(Optional.of("f@example.com"), field(mails().get(0), "To"));
        assertEquals(List.of("example.com._report._dmarc.slow0.example"), dns.asked());
    }

    @Test
    void theOldestGivesWayWhereTooManyReportsWaitForTheDns() {
        FailureReporter reporter = reporter(settings("", "", "true"), waitingFor(LONG));
        for (int i = 0; i < FailureReporter.MAX_SEARCHES + 3; i++) {
            reporter.offer(slow(1));
        }
        await().atMost(LONG).until(() -> reporter.sent() == 3);
        reporter.close(LONG);
        assertEquals(FailureReporter.MAX_SEARCHES + 3, reporter.sent());
    }

    @Test
    void asksTheNextHostWhenOneHasAnswered() throws IOException {
        var first = dns.pending("example.com._report._dmarc.late.example");
        Notices message = new Notices();
        message.ruf = List.of("mailto:f@late.example", "mailto:f@third.example");
        FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
        reporter.offer(message.notice());
        await().atMost(LONG).until(() -> dns.asked().size() == 1);
        first.complete(new DnsAnswer.Found(List.of("v=DMARC1")));
        await().atMost(LONG).until(() -> reporter.sent() == 1);
        reporter.close(LONG);
        assertEquals(Optional.of("f@late.example, f@third.example"), field(mails().get(0), "To"));
    }

    @Test
    void givesUpWhatIsLeftWhenItIsClosed() {
        FailureReporter reporter = reporter(settings("", "", "sleep 303"), LIMITS);
        reporter.offer(new Notices().notice());
        reporter.offer(new Notices().notice());
        reporter.close(Duration.ofMillis(200));
        await().atMost(LONG).until(() -> reporter.failed() == 1);
        assertEquals(1, reporter.dropped());
        assertTrue(ProcessHandle.current()
                .descendants()
                .noneMatch(process -> process.info().commandLine().orElse("").contains("sleep 303")));
    }

    /** What a replacement of OpenDMARC gets wrong most likely about failure reports; where its behaviour is a bug, what we do instead. */
    @Nested
    class Trap15 {
        @ParameterizedTest(name = "reports depend on the policy, not on the action: {0} {1}: {2}")
        @CsvSource(textBlock = """
            REJECT,     REJECT,     1
            REJECT,     QUARANTINE, 1
            REJECT,     ACCEPT,     1
            REJECT,     TEMPFAIL,   1
            QUARANTINE, QUARANTINE, 1
            QUARANTINE, ACCEPT,     1
            NONE,       ACCEPT,     0
            """)
        void policyNotAction(Policy policy, Applied applied, int reports) throws IOException {
            FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
            Notices message = new Notices();
            message.policy = policy;
            message.applied = applied;
            reporter.offer(message.notice());
            reporter.close(LONG);
            assertEquals(reports, mails().size());
        }

        @ParameterizedTest(name = "fo is honoured, which OpenDMARC ignores: fo={0}, DKIM {1}, SPF {2}: {3}")
        @CsvSource(textBlock = """
            0, none, none, 1
            d, none, fail, 0
            d, fail, none, 1
            s, fail, none, 0
            s, none, fail, 1
            1, none, none, 1
            """)
        void fo(String fo, String dkim, String spf, int reports) throws IOException {
            FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
            Notices message = new Notices();
            message.fo = List.of(fo);
            message.dkim = List.of(dkim("other.example", "s", dkim));
            message.spf = spf;
            reporter.offer(message.notice());
            reporter.close(LONG);
            assertEquals(reports, mails().size());
        }

        @Test
        @DisplayName("all recipients in one To, as in OpenDMARC")
        void oneTo() throws IOException {
            FailureReporter reporter = reporter(settings("", "", toFile()), LIMITS);
            Notices message = new Notices();
            message.ruf = List.of("mailto:f@example.com", "mailto:g@mail.example.com", "mailto:h@third.example");
            reporter.offer(message.notice());
            reporter.close(LONG);
            assertEquals(1, mails().size());
            assertEquals(
                    Optional.of("f@example.com, g@mail.example.com, h@third.example"), field(mails().get(0), "To"));
        }

        @Test
        @DisplayName("no message waits for a report, as in OpenDMARC every one does")
        void notSynchronous() throws IOException {
            Path go = directory.resolve("go");
            FailureReporter reporter =
                    reporter(settings("", "", "while ! test -e '" + go + "'; do sleep 0.05; done"), LIMITS);
            reporter.offer(new Notices().notice());
            assertEquals(0, reporter.sent() + reporter.failed(), "it came back while the command still runs");
            Files.createFile(go);
            reporter.close(LONG);
            assertEquals(1, reporter.sent());
        }
    }

    private static Optional<String> field(String mail, String name) {
        Matcher field = Pattern.compile("(?m)^" + name + ": (.*)$").matcher(mail);
        return field.find() ? Optional.of(field.group(1)) : Optional.empty();
    }
}
