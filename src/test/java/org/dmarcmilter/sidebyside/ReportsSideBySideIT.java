package org.dmarcmilter.sidebyside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dmarcmilter.cli.Screen;
import org.dmarcmilter.cli.report.ReportCommand;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.testing.OpenDmarcTools;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.SAXException;

/**
 * The same history file through {@code opendmarc-import} and {@code opendmarc-reports --test} of Debian, and through
 * {@code report import --history}, {@code report build} and {@code report run}: the same messages, addresses, policies, results and
 * destinations, but for the rows of the table in {@code src/site/markdown/aggregate-reports.md}.
 */
@Timeout(600)
class ReportsSideBySideIT {
    private static final Path PAGE = Path.of("src/site/markdown/aggregate-reports.md");
    private static final String HEAD = "| id | OpenDMARC 1.4.2 | dmarc-milter | Why |";

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant day = now.truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.DAYS);
    private final EnumSet<ReportDifference> seen = EnumSet.noneOf(ReportDifference.class);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @BeforeAll
    static void needsItsPeers() {
        OpenDmarcTools.areNeeded();
    }

    /**
     * What one side made of the history.
     *
     * @param messages by author domain
     * @param destinations by the domain that a report is about
     */
    private record Side(TreeMap<String, List<ReportedMessage>> messages, TreeMap<String, Set<String>> destinations) {
        Side() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        void add(ReportedMessage message) {
            messages.computeIfAbsent(message.fact("header_from"), domain -> new ArrayList<>())
                    .add(message);
        }
    }

    @Test
    void tellsTheSame() throws Exception {
        Path history = Files.writeString(
                directory.resolve("history"),
                HistoryGenerator.history(day.getEpochSecond()),
                StandardCharsets.US_ASCII);
        Side theirs = theirs(history);
        Side ours = ours(history);
        Set<String> domains = new TreeSet<>(theirs.messages().keySet());
        domains.addAll(ours.messages().keySet());
        for (String domain : domains) {
            compare(domain, theirs, ours);
        }
        assertTrue(
                ours.messages().values().stream().mapToInt(List::size).sum() > HistoryGenerator.ORDINARY,
                "all ordinary messages are told");
        assertEquals(
                documented(),
                seen.stream().map(ReportDifference::id).collect(Collectors.toCollection(TreeSet::new)),
                "the page has each difference that there is, and no other");
    }

    private static Set<String> documented() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals(HEAD))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|", -1))
                .peek(cells -> assertEquals(6, cells.length, () -> String.join("|", cells)))
                .map(cells -> cells[1].strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // ---- OpenDMARC

    private Side theirs(Path history) throws IOException, InterruptedException {
        Side side = new Side();
        Path folder = Files.createDirectory(directory.resolve("theirs"));
        try (OpenDmarcTools tools = OpenDmarcTools.start();
                ScriptedSmtpServer server = new ScriptedSmtpServer(ScriptedSmtpServer::usual)) {
            // Perl's die, of the JSON in the last record.
            List<String> complaints = tools.importFile(history, false);
            assertTrue(
                    complaints.stream().anyMatch(line -> line.contains("unknown key 'colour'")), complaints::toString);
            assertTrue(
                    complaints.stream().anyMatch(line -> line.contains("failed to insert message: Duplicate entry")),
                    complaints::toString);
            Pattern sends = Pattern.compile("would email (\\S+) report for [0-9]+ records to (\\S+)");
            for (String line : tools.reports(folder, server.port())) {
                Matcher sent = sends.matcher(line);
                if (sent.find()) {
                    side.destinations()
                            .computeIfAbsent(sent.group(1), domain -> new TreeSet<>())
                            .add(sent.group(2).replaceFirst("!.*", ""));
                }
            }
        }
        for (Path file : files(folder, ".xml")) {
            try (InputStream in = Files.newInputStream(file)) {
                ReportedMessage.of(in).forEach(side::add);
            } catch (SAXException e) {
                assertTrue(file.toString().contains("!markup.example!"), () -> file + ": " + e.getMessage());
                seen.add(ReportDifference.ESCAPED);
            }
        }
        return side;
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    // ---- dmarc-milter

    private Side ours(Path history) throws IOException, SAXException {
        Side side = new Side();
        try (ScriptedSmtpServer server = new ScriptedSmtpServer(ScriptedSmtpServer::usual)) {
            Path zone = Files.writeString(directory.resolve("zone"), "");
            Path config = Files.writeString(
                    directory.resolve("conf"),
                    "AggregateReports true\nReportEmail reports@rep.example\nReportOrg rep.example\nReportSpread 0\n"
                            + "ReportRecheck false\nReportRate 100000\nReportStateDirectory "
                            + directory.resolve("reports") + "\nReportSMTPPort " + server.port() + "\nTestDNSData "
                            + zone + "\nNameservers 127.0.0.1:1\n");
            Screen screen = command(config, "import", "--history", history.toString(), "--send");
            assertTrue(
                    screen.out()
                            .contains(" messages recorded, 4 that no report tells of, 4 lines or records that cannot"),
                    screen::out);
            assertEquals(
                    List.of(
                            "line 1: no 'job' before it",
                            "unknown key",
                            "no usable value for 'ipaddr'",
                            "the ARC list is no JSON"),
                    screen.err()
                            .lines()
                            .map(line -> line.replaceFirst("^.*/history: ", "")
                                    .replaceFirst("^(record at )?line [0-9]{2,}: ", ""))
                            .toList());
            Path folder = Files.createDirectory(directory.resolve("ours"));
            command(config, "run");
            Pattern about = Pattern.compile("(?m)^Subject: Report Domain: (\\S+) ");
            for (String mail : server.mails()) {
                Matcher subject = about.matcher(mail);
                assertTrue(subject.find(), mail);
                side.destinations()
                        .computeIfAbsent(subject.group(1), domain -> new TreeSet<>())
                        .add(mail.replaceAll("(?s).*\r\nTo: ([^\r]*).*", "$1"));
            }
            for (String domain : side.destinations().keySet()) {
                command(
                        config,
                        "build",
                        "--domain",
                        domain,
                        "--day",
                        day.toString().substring(0, 10),
                        "-o",
                        folder.toString());
            }
            for (Path file : files(folder, ".xml.gz")) {
                assertEquals(
                        0, command(config, "validate", file.toString()).err().length());
                try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                    ReportedMessage.of(in).forEach(side::add);
                }
                String xml = text(file);
                if (xml.contains("<version>1.0</version>") && xml.contains("<fo>")) {
                    seen.add(ReportDifference.ENOUGH_FOR_THE_SCHEMA);
                }
                if (Pattern.compile("<count>([2-9]|[1-9][0-9]+)</count>")
                        .matcher(xml)
                        .find()) {
                    seen.add(ReportDifference.ROWS_GROUPED);
                }
                assertTrue(
                        xml.contains("<begin>" + day.getEpochSecond() + "</begin>")
                                && xml.contains("<end>" + (day.getEpochSecond() + 86_399) + "</end>"),
                        xml);
                seen.add(ReportDifference.UTC_DAY);
            }
        }
        return side;
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Screen command(Path config, String... words) {
        Screen screen = new Screen();
        List<String> all = new ArrayList<>(Arrays.asList(words));
        if (!words[0].equals("validate")) {
            all.addAll(List.of("-c", config.toString(), "--now", now.toString()));
        }
        assertEquals(0, new ReportCommand(screen.terminal(), Map.of()).run(all), screen::err);
        return screen;
    }

    // ---- The comparison

    private void compare(String domain, Side theirs, Side ours) {
        List<ReportedMessage> ourMessages = ours.messages().getOrDefault(domain, List.of());
        List<ReportedMessage> expected = expected(domain, theirs, ourMessages);
        List<String> missing = sorted(expected);
        List<String> more = sorted(ourMessages);
        sorted(ourMessages).forEach(missing::remove);
        sorted(expected).forEach(more::remove);
        assertEquals(
                List.of(),
                Stream.concat(
                                missing.stream().map(told -> "theirs " + told),
                                more.stream().map(told -> "ours " + told))
                        .toList(),
                domain);
        if (ourMessages.isEmpty()) {
            return;
        }
        String policyDomain = ourMessages.get(0).policy().get("domain");
        if (!policyDomain.equals(domain)) {
            seen.add(ReportDifference.ONE_A_POLICY_DOMAIN);
        }
        Set<String> told = theirs.destinations().get(domain);
        if (told == null) {
            assertTrue(domain.equals("forgotten.example") || domain.equals("json.example"), domain);
        } else {
            assertEquals(told, ours.destinations().get(policyDomain), domain);
        }
        List<ReportedMessage> their = theirs.messages().getOrDefault(domain, List.of());
        if (!their.isEmpty()) {
            TreeMap<String, String> published = new TreeMap<>(their.get(0).policy());
            published.put("domain", policyDomain);
            assertTrue(
                    ourMessages.stream()
                            .map(message -> {
                                TreeMap<String, String> same = new TreeMap<>(message.policy());
                                same.remove("fo");
                                return same;
                            })
                            .anyMatch(published::equals),
                    () -> domain + ": " + published);
        }
    }

    private static List<String> sorted(List<ReportedMessage> messages) {
        return messages.stream()
                .map(message -> message.facts().toString())
                .sorted()
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** What of theirs has to be told by ours, and how. */
    private List<ReportedMessage> expected(String domain, Side theirs, List<ReportedMessage> ours) {
        List<ReportedMessage> expected = new ArrayList<>();
        for (ReportedMessage told : theirs.messages().getOrDefault(domain, List.of())) {
            Optional<ReportDifference> why = whyNotTold(told);
            if (why.isPresent()) {
                seen.add(why.get());
                continue;
            }
            // Ours says of the policy of which record the message was judged by; theirs has the last one's for all.
            ReportedMessage asOurs = inheritedPolicy(told, ours);
            for (ReportDifference difference : ReportDifference.values()) {
                ReportedMessage reworded = difference.reword(asOurs);
                if (!reworded.equals(asOurs)) {
                    seen.add(difference);
                    asOurs = reworded;
                }
            }
            expected.add(asOurs);
        }
        Map<String, ReportDifference> more = Map.of(
                "forgotten.example", ReportDifference.FORGOTTEN_ADDRESS,
                "twice.example", ReportDifference.SAME_JOB,
                "json.example", ReportDifference.BROKEN_JSON,
                "markup.example", ReportDifference.ESCAPED);
        if (more.containsKey(domain)) {
            assertEquals(1, ours.size() - expected.size(), () -> domain + " has one message more here");
            seen.add(more.get(domain));
            List<String> known = sorted(expected);
            ours.stream()
                    .filter(message -> !known.contains(message.facts().toString()))
                    .findFirst()
                    .or(() -> Optional.of(ours.get(0)))
                    .ifPresent(expected::add);
        }
        if (ours.stream().map(ReportedMessage::policy).distinct().count() > 1) {
            seen.add(ReportDifference.POLICY_CHANGED);
        }
        return expected;
    }

    /** The domain that the policy is of, where theirs names the author domain. */
    private static ReportedMessage inheritedPolicy(ReportedMessage told, List<ReportedMessage> ours) {
        TreeMap<String, String> policy = new TreeMap<>(told.policy());
        ours.stream()
                .findFirst()
                .ifPresent(message -> policy.put("domain", message.policy().get("domain")));
        return new ReportedMessage(policy, told.facts());
    }

    private static Optional<ReportDifference> whyNotTold(ReportedMessage told) {
        if (IpAddress.parse(told.fact("source_ip")).isEmpty()) {
            return Optional.of(ReportDifference.BAD_VALUE);
        }
        if (told.fact("dkim").equals("unknown")) {
            return Optional.of(ReportDifference.NO_RECORD);
        }
        if (told.fact("disposition").equals("unknown")) {
            return Optional.of(ReportDifference.PUT_OFF);
        }
        return told.fact("source_ip").equals("127.0.0.1")
                ? Optional.of(ReportDifference.NO_CLIENT_ADDRESS)
                : Optional.empty();
    }
}
