package org.dmarcmilter.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.cli.Screen;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReports;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs, on a store with reports that are due, as an operator uses them. */
@Timeout(60)
class VerbsTest {
    private static final String ID = "2026112700k3f9qv7m2x4tya5c";
    private static final String NOW = " --now 2026-11-28T01:00:00Z";

    @TempDir
    Path directory;

    private ScriptedSmtpServer server;
    private Path state;
    private Path config;

    @BeforeEach
    void fill() throws IOException {
        server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
        state = directory.resolve("reports");
        new StoredReports(state).add(ID, "example.com", Standard.RFC7489, StoredReports.rows());
        Path zone = Files.writeString(
                directory.resolve("zone"),
                "_dmarc.example.com v=DMARC1; p=reject; rua=mailto:a@example.com\n_dmarc.rep.example v=DMARC1; p=none\n"
                        + "rep.example v=spf1 -all\n");
        config = Files.writeString(
                directory.resolve("conf"),
                "AggregateReports true\nReportEmail reports@rep.example\nReportStateDirectory " + state
                        + "\nReportSMTPPort " + server.port() + "\nTestDNSData " + zone
                        + "\nNameservers 127.0.0.1:1\n");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void runs() throws IOException {
        assertEquals("", run(0, "run"));
        assertEquals(1, server.mails().size());
        assertTrue(Files.readString(state.resolve("status.json")).contains("\"reports\":{\"done\":1}"));
        assertEquals("", run(0, "run"));
        assertEquals(1, server.mails().size());
    }

    @Test
    void doesNothingWhileThereAreNoReports() throws IOException {
        Files.writeString(config, "ReportStateDirectory " + directory.resolve("none") + "\n");
        assertEquals("", run(0, "run"));
        assertTrue(Files.notExists(directory.resolve("none")));
    }

    @Test
    void repeatsNothingThatTheDaemonSays() throws Exception {
        Files.writeString(config, "IgnoreMailFrom @example.com\n");
        Call call = new Call(
                new Screen().terminal(),
                Map.of(),
                new Words(Map.of("-c", List.of(config.toString())), List.of()),
                Clock.systemUTC());
        try (CapturedLog log = new CapturedLog(Configuration.class)) {
            call.quietConfiguration();
            assertEquals(List.of(), log.lines());
            call.configuration();
            assertEquals(1, log.lines().size(), () -> log.lines().toString());
        }
    }

    @Test
    void doesNothingBesideAnotherRun() throws IOException {
        try (Store store = Store.open(state, StoredReports.rules(), StoredReports.DUE)) {
            assertEquals("", run(0, "run"));
            assertTrue(store.reports().find(ID).isPresent());
        }
        assertEquals(0, server.mails().size());
    }

    @Test
    void listsAndShows() throws IOException {
        assertEquals("""
                report                      domain       period      messages  state  to  outcome  tries
                2026112700k3f9qv7m2x4tya5c  example.com  2026-11-27         3  due     -
                """, run(0, "list"));
        run(0, "send");
        assertTrue(run(0, "list").contains("done   a@example.com  sent         1\n"), run(0, "list"));
        assertEquals("no reports\n", run(0, "list --state void --since 2026-11-27"));
        assertTrue(run(0, "list --json --domain example.com")
                .contains("\"address\":\"a@example.com\",\"state\":\"sent\""));
        String shown = run(0, "show " + ID);
        assertTrue(shown.contains("messages  3\n"), shown);
        assertTrue(shown.contains("250 2.0.0 Ok"), shown);
        String xml = run(0, "show " + ID + " --xml");
        assertTrue(xml.contains("<source_ip>192.0.2.1</source_ip><count>2</count>"), xml);
        assertTrue(run(0, "show " + ID + " --mail").contains("\r\nTo: a@example.com\r\n"));
        run(66, "show 2026nothing");
    }

    @Test
    void sendsAtOnceAndAgain() throws IOException {
        assertEquals(
                ID + " to a@example.com: sent: 250 2.0.0 Ok\n",
                run(0, "send --domain example.com --now 2026-11-28T00:10:00Z"));
        assertEquals(ID + " to a@example.com: sent, sent again: 250 2.0.0 Ok\n", run(0, "resend " + ID));
        assertEquals(2, server.mails().size());
        assertEquals(messageId(0), messageId(1));
        run(66, "resend " + ID + " --to b@example.com");
        run(66, "send --domain example.net");
    }

    private String messageId(int mail) {
        return server.mails().get(mail).replaceAll("(?s).*\r\nMessage-ID: (<[^>]*>).*", "$1");
    }

    @Test
    void builds() throws IOException {
        String out = run(0, "build --domain example.com --day 2026-11-27 -o " + directory);
        assertTrue(out.endsWith(".xml.gz: 3 messages, 2 rows\n"), out);
        try (Stream<Path> files = Files.list(directory)) {
            Path file = files.filter(name -> name.toString().endsWith(".xml.gz"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    file.getFileName().toString().startsWith("rep.example!example.com!1795737600!1795823999!"),
                    file::toString);
            assertTrue(run(0, "validate " + file).contains("2 rows, 3 messages: valid"));
        }
        run(66, "build --domain example.net");
    }

    @Test
    void suppresses() throws IOException {
        assertEquals("no address is suppressed\n", run(0, "suppress list"));
        assertEquals("", run(0, "suppress add a@example.com --days 3 --reason noisy"));
        assertEquals("""
                address        until             by        times  reason
                a@example.com  2026-12-01 01:00  operator      0  noisy
                """, run(0, "suppress list"));
        run(0, "send");
        assertEquals(0, server.mails().size());
        assertEquals("", run(0, "suppress remove a@example.com"));
        run(66, "suppress remove a@example.com");
    }

    @Test
    void obeysWishes() throws IOException {
        assertEquals("as the records say\n", run(0, "domain"));
        assertEquals("", run(0, "domain example.com --rua mailto:w@example.com"));
        assertEquals("""
                domain       reports go to
                example.com  mailto:w@example.com
                """, run(0, "domain example.com"));
        run(0, "send");
        assertTrue(server.lines().contains("RCPT TO:<w@example.com> NOTIFY=FAILURE"));
        assertEquals("", run(0, "domain example.com --clear"));
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        run(0, "send");
        String text = run(0, "status");
        assertTrue(text.contains("sent               1\n") || text.contains("sent        "), text);
        assertTrue(text.contains("0 waiting, 0 sent again, 0 addresses suppressed, store "), text);
        assertTrue(run(0, "status --json").contains("\"reports\":{\"done\":1}"));
        assertEquals("0 messages counted, 0 of them late, 0 not counted\n", run(0, "import"));
        assertTrue(run(0, "expire --days 1").endsWith(" rows forgotten\n"));
    }

    @Test
    void checks() throws IOException {
        String before = run(69, "check");
        assertTrue(before.contains("NOT   the daemon's journal is missing: reload the daemon"), before);
        assertTrue(before.contains("NOT   no run ended within the hour: systemctl enable"), before);
        run(0, "run");
        Files.createDirectories(state.resolve("journal"));
        String out = run(0, "check --send-to me@example.com");
        assertTrue(out.contains("ok    AggregateReports is true\n"), out);
        assertTrue(out.contains("ok    rep.example has DMARC record\n"), out);
        assertTrue(out.contains("ok    rep.example has SPF record\n"), out);
        assertTrue(out.contains("ok    mail to me@example.com: Accepted"), out);
        assertEquals("me@example.com", server.mails().get(1).replaceAll("(?s).*\r\nTo: ([^\r]*).*", "$1"));
    }

    @ParameterizedTest(name = "report {0}")
    @CsvSource(delimiter = '|', textBlock = """
        send --domain example.com --report x | --domain and --report exclude each other
        show                                 | REPORTID is missing
        list --state sent                    | --state takes due, open, done or void
        build                                | --domain is missing
        suppress                             | write list, add ADDRESS or remove ADDRESS
        suppress add                         | write list, add ADDRESS or remove ADDRESS
        suppress add a..b                    | a..b is no domain name
        domain --clear                       | DOMAIN is missing
        domain a.example --rua https://a     | https://a is no mailto URI; write mailto:user@example.com
        domain a.example --rua mailto:a@a.example --clear | --rua, --no-report and --clear exclude each other
        check --send-to me                   | me cannot be used; write user@example.com
        check --send-to <me@a.example>       | <me@a.example> cannot be used; write user@example.com
        run --every 0                        | --every takes one second at least
        status x                             | x is one word too many
        """)
    void tellsWhatIsWrong(String words, String message) {
        Screen screen = new Screen();
        assertEquals(64, command(screen, words));
        assertTrue(screen.err().contains(": " + message + "\n"), screen.err());
    }

    /** A run builds a damaged store anew by itself; whoever asks it something is told to ask again. */
    @Test
    void makesADamagedStoreAnew() throws IOException {
        new StoredReports(state).damage();
        Screen screen = new Screen();
        assertEquals(75, command(screen, "list" + NOW));
        assertEquals(
                "dmarc-milter report list: " + state.resolve("store.mv.db")
                        + ": it holds a policy of example.com that is"
                        + " none; it is put aside and built anew when it is opened the next time. Run the command again\n",
                screen.err());
        assertEquals("no reports\n", run(0, "list"));
        new StoredReports(state).add(ID, "example.com", Standard.RFC7489, StoredReports.rows());
        new StoredReports(state).damage();
        assertEquals("", run(0, "run"));
        assertEquals("no reports\n", run(0, "list"));
        try (Stream<Path> files = Files.list(state)) {
            assertEquals(
                    1,
                    files.filter(file -> file.toString().contains("store.bad-")).count());
        }
    }

    /** What is in the way of the store is named, with exit code 69; when it is gone all is as it was. */
    @ParameterizedTest
    @ValueSource(strings = {"run.lock", "store.log", "store.id", "status.json"})
    void tellsWhatIsInTheWay(String name) throws IOException {
        Path there = state.resolve(name);
        Path aside = directory.resolve("aside");
        boolean was = Files.exists(there);
        if (was) {
            Files.move(there, aside);
        }
        Files.createDirectories(there.resolve("x"));
        Screen screen = new Screen();
        assertEquals(69, command(screen, "run" + NOW), screen::err);
        assertTrue(screen.err().startsWith("dmarc-milter report run: " + there), screen.err());
        Files.delete(there.resolve("x"));
        Files.delete(there);
        if (was) {
            Files.move(aside, there);
        }
        run(0, "run");
        assertEquals(1, server.mails().size());
    }

    @Test
    void cannotMakeItsDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Files.writeString(
                config,
                "AggregateReports true\nReportEmail reports@rep.example\nReportStateDirectory " + file + "/reports\n");
        Screen screen = new Screen();
        assertEquals(69, command(screen, "run" + NOW));
        assertTrue(screen.err().startsWith("dmarc-milter report run: " + file + "/reports"), screen.err());
        assertTrue(screen.err().contains("Not a directory"), screen.err());
    }

    @Test
    void usesNoPasswordThatEverybodyCanRead() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "secret");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(
                config, Files.readString(config) + "ReportSMTPUser u\nReportSMTPPasswordFile " + password + "\n");
        Screen screen = new Screen();
        assertEquals(69, command(screen, "run" + NOW));
        assertEquals(
                "dmarc-milter report run: " + password + ": everybody can read it, so it is not used; write: chmod o= "
                        + password + "\n",
                screen.err());
        assertEquals(List.of(), server.lines());
    }

    @Test
    void needsASender() throws IOException {
        Files.writeString(config, "ReportStateDirectory " + state + "\n");
        Screen screen = new Screen();
        assertEquals(78, command(screen, "status"));
        assertTrue(screen.err().contains("ReportEmail is not set"), screen.err());
    }

    private String run(int code, String words) {
        Screen screen = new Screen();
        assertEquals(code, command(screen, words.contains("--now") ? words : words + NOW), screen::err);
        return screen.out();
    }

    private int command(Screen screen, String words) {
        return new ReportCommand(screen.terminal(), Map.of())
                .run(Stream.concat(Arrays.stream(words.split(" ")), List.of("-c", config.toString()).stream())
                        .toList());
    }
}
