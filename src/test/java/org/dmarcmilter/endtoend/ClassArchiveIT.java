package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code make-class-archive}: the classes that judge a message and record it come from the archive, not only those of the start. */
@Timeout(120)
class ClassArchiveIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What Java writes of each class: its name, and where it is from. */
    private static final String FROM_ARCHIVE = "shared objects file";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void holdsTheClassesThatJudgeAMessage() throws IOException {
        Path cache = directory.resolve("cache");
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        List<String> make = Stream.concat(
                        Stream.of(
                                "env",
                                "DMARC_MILTER_CACHE=" + cache,
                                // What this machine's daemon is told must not reach the run that makes the archive.
                                "DMARC_REPORTSTATEDIRECTORY=" + directory.resolve("not-this"),
                                "DMARC_MILTER_JAVA_OPTS=-Djava.io.tmpdir=" + temporary),
                        DaemonUnderTest.command("make-class-archive").stream())
                .toList();
        assertEquals("", PeerProcess.run(directory.resolve("made.log"), make));
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList(), "nothing of the run is left");
        }
        assertTrue(Files.notExists(directory.resolve("not-this")));

        Path loaded = directory.resolve("loaded");
        Path history = directory.resolve("history");
        String configuration = "AuthservID mx.example.test\nHistoryFile " + history
                + "\nSPFSelfValidate true\nAggregateReports true\nReportEmail r@example.test\nReportStateDirectory "
                + directory.resolve("reports") + "\n";
        try (NameServer dns = NameServer.start(
                        directory,
                        "_dmarc.example.com. TXT \"v=DMARC1; p=none; rua=mailto:d@example.com\"\n"
                                + "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n");
                DaemonUnderTest daemon = DaemonUnderTest.startWith(
                        List.of(
                                "env",
                                "DMARC_MILTER_CACHE=" + cache,
                                "DMARC_MILTER_JAVA_OPTS=-Xlog:class+load:file=" + loaded),
                        directory,
                        dns.address(),
                        configuration)) {
            try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
                mta.connection("client.example", "192.0.2.1");
                mta.mail("a@example.com", Map.of("i", "JOB1"));
                mta.header("From", "Some One <a@example.com>");
                mta.endOfHeaders();
                mta.endOfMessage();
            }
            daemon.process().signal("TERM");
            assertEquals(0, daemon.process().exitCode(LIMIT));
        }
        assertTrue(Files.readString(history).contains("JOB1"), "the message was judged");
        Map<String, String> sources = Files.readAllLines(loaded).stream()
                .map(line -> line.substring(line.lastIndexOf("] ") + 2))
                .filter(line -> line.startsWith("org.dmarcmilter.") && !line.contains("Lambda"))
                .collect(Collectors.toMap(
                        line -> line.split(" ", 2)[0],
                        line -> line.contains(FROM_ARCHIVE) ? FROM_ARCHIVE : line,
                        (one, same) -> one));
        assertAll(List.of(
                        "filter.DmarcSession",
                        "judge.MessageJudge",
                        "evidence.FieldReader",
                        "spf.SpfEvaluator",
                        "dns.ReplyReader",
                        "history.HistoryFormat",
                        "journal.JournalLine")
                .stream()
                .map(name -> "org.dmarcmilter." + name)
                .map(name -> () -> assertEquals(FROM_ARCHIVE, sources.get(name), name)));
        List<String> others = sources.values().stream()
                .filter(line -> !line.equals(FROM_ARCHIVE))
                .toList();
        assertTrue(others.size() < 10, "few are not in it: " + others);
    }
}
