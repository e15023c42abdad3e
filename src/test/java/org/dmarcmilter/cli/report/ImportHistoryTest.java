package org.dmarcmilter.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.cli.Screen;
import org.dmarcmilter.testing.HistoryText;
import org.dmarcmilter.testing.ScriptedSmtpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code report import --history}: a file counts once, and what OpenDMARC has told is not told again. */
@Timeout(60)
class ImportHistoryTest {
    private static final String NOW = "2026-11-28T12:00:00Z";
    private static final String YESTERDAY = "2026-11-27T10:00:00Z";
    private static final String TODAY = "2026-11-28T10:00:00Z";
    private static final String NOTHING_NEW = "0 messages counted, 0 of them late, 0 not counted\n";

    @TempDir
    Path directory;

    private ScriptedSmtpServer server;
    private Path config;
    private Path history;

    @BeforeEach
    void configure() throws IOException {
        server = new ScriptedSmtpServer(ScriptedSmtpServer::usual);
        history = directory.resolve("opendmarc.dat.1");
        Path zone = Files.writeString(
                directory.resolve("zone"), "_dmarc.example.com v=DMARC1; p=reject; rua=mailto:a@example.com\n");
        config = Files.writeString(
                directory.resolve("conf"),
                "AggregateReports true\nReportEmail reports@rep.example\nReportSpread 0\nReportStateDirectory "
                        + directory.resolve("reports") + "\nReportSMTPPort " + server.port() + "\nTestDNSData " + zone
                        + "\nNameservers 127.0.0.1:1\nHistoryFile " + directory.resolve("opendmarc.dat") + "\n");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static String record(String job, String received, String address) {
        return HistoryText.with(
                "job " + job + ",received " + Instant.parse(received).getEpochSecond() + ",ipaddr " + address);
    }

    @Test
    void countsAFileOnce() throws IOException {
        Files.writeString(
                history,
                record("A", YESTERDAY, "192.0.2.1")
                        + record("B", TODAY, "192.0.2.2")
                        + record("C", YESTERDAY, "192.0.2.1")
                        + record("D", YESTERDAY, "127.0.0.1"));
        assertEquals(
                history + ": 3 messages recorded, 1 that no report tells of, 0 lines or records that cannot be used\n"
                        + "3 messages counted, 0 of them late, 0 not counted\n",
                run(0, "import --history " + history, NOW));
        String status = status();
        Path renamed = Files.move(history, directory.resolve("renamed"));
        assertEquals(
                renamed + ": was read before\n" + NOTHING_NEW, run(0, "import --history " + renamed + " --send", NOW));
        assertEquals(status, status());
        Path store = directory.resolve("reports/store.mv.db");
        Files.delete(store);
        assertEquals(
                renamed + ": was read before\n3 messages counted, 0 of them late, 0 not counted\n",
                run(0, "import --history " + renamed, NOW),
                "a store that was lost is filled from the journal");
        assertTrue(run(0, "build --domain example.com --day 2026-11-27 -o " + directory, NOW)
                .endsWith("2 messages, 1 rows\n"));
    }

    @Test
    void tellsPastDaysToNobody() throws IOException {
        Files.writeString(history, record("A", YESTERDAY, "192.0.2.1") + record("B", TODAY, "192.0.2.2"));
        run(0, "import --history " + history, NOW);
        run(0, "run", NOW);
        assertEquals(0, server.mails().size());
        assertTrue(run(0, "list", NOW).contains("2026-11-27         1  void    -  history"), () -> run(0, "list", NOW));
        run(0, "run", "2026-11-29T03:00:00Z");
        assertEquals(1, server.mails().size(), "today's is ours to tell");
        assertTrue(run(0, "list --domain example.com", "2026-11-29T03:00:00Z").contains("2026-11-28         1  done"));
    }

    @Test
    void tellsPastDaysIfAskedTo() throws IOException {
        Files.writeString(
                history, record("A", YESTERDAY, "192.0.2.1") + record("B", "2026-11-20T10:00:00Z", "192.0.2.2"));
        run(0, "import --history " + history + " --send", NOW);
        run(0, "run", NOW);
        assertEquals(1, server.mails().size());
        assertTrue(
                run(0, "list", NOW).contains("2026-11-20         1  void   -              expired"),
                () -> run(0, "list", NOW));
    }

    /** The next report of ours would tell once more what OpenDMARC has told. */
    @Test
    void countsNothingOfAPeriodThatIsClosed() throws IOException {
        Files.writeString(history, record("A", YESTERDAY, "192.0.2.1"));
        run(0, "import --history " + history, NOW);
        run(0, "run", NOW);
        Files.writeString(history, record("B", YESTERDAY, "192.0.2.2"));
        assertTrue(run(0, "import --history " + history, NOW)
                .endsWith("\n0 messages counted, 0 of them late, 1 not counted\n"));
        Files.writeString(history, record("C", YESTERDAY, "192.0.2.3"));
        assertTrue(run(0, "import --send --history " + history, NOW)
                .endsWith("\n1 messages counted, 1 of them late, 0 not counted\n"));
    }

    @Test
    void saysWhichLinesItCannotUse() throws IOException {
        Files.writeString(
                history,
                "torn\n" + record("A", YESTERDAY, "192.0.2.1") + record("B", YESTERDAY, "nowhere")
                        + "colour blue\n".repeat(30));
        Screen screen = new Screen();
        assertEquals(0, command(screen, "import --history " + history, NOW));
        assertTrue(
                screen.out()
                        .startsWith(
                                history
                                        + ": 1 messages recorded, 0 that no report tells of, 32 lines or records that cannot be used\n"),
                screen::out);
        String who = "dmarc-milter report import: " + history + ": ";
        List<String> lines = screen.err().lines().toList();
        assertEquals(who + "line 1: no 'job' before it", lines.get(0));
        assertEquals(who + "line 40: unknown key", lines.get(1));
        assertEquals(who + "and 12 more", lines.get(lines.size() - 1));
        assertEquals(21, lines.size());

        Files.writeString(history, "no\nhistory\n");
        run(65, "import --history " + history, NOW);
    }

    @Test
    void readsStandardInput() {
        Screen screen = new Screen(record("A", YESTERDAY, "192.0.2.1"));
        assertEquals(0, command(screen, "import --history -", NOW));
        assertTrue(screen.out().startsWith("standard input: 1 messages recorded, "), screen::out);
    }

    @Test
    void refusesWhatItCannotRead() throws IOException {
        run(66, "import --history " + directory.resolve("none"), NOW);
        run(64, "import --send", NOW);
        Files.writeString(directory.resolve("opendmarc.dat"), "");
        Screen screen = new Screen();
        assertEquals(
                64,
                command(
                        screen,
                        "import --history " + directory + "/../" + directory.getFileName() + "/opendmarc.dat",
                        NOW));
        assertTrue(screen.err().contains("the daemon goes on writing to "), screen::err);
    }

    /** Without the size of the file, which changes each time that it is opened. */
    private String status() {
        return run(0, "status --json", NOW).replaceFirst("\"store_bytes\":[0-9]+", "");
    }

    private String run(int code, String words, String now) {
        Screen screen = new Screen();
        assertEquals(code, command(screen, words, now), screen::err);
        return screen.out();
    }

    private int command(Screen screen, String words, String now) {
        return new ReportCommand(screen.terminal(), Map.of())
                .run(Stream.concat(Arrays.stream(words.split(" ")), Stream.of("-c", config.toString(), "--now", now))
                        .toList());
    }
}
