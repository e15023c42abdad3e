package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Finding;
import org.dmarcmilter.config.Overrides;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration needs of a machine where the user "mail" may write nothing below "closed". */
class MachineCheckTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeFiles() throws Exception {
        Files.createDirectory(directory.resolve("closed"));
        Files.writeString(directory.resolve("closed").resolve("file"), "");
        Files.writeString(directory.resolve("open"), "");
    }

    private static List<InetAddress> addresses(String host) {
        try {
            return switch (host) {
                case "here.example" ->
                    List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1"));
                case "elsewhere.example" -> List.of(InetAddress.getByName("198.51.100.1"));
                case "four.example" -> List.of(InetAddress.getByName("192.0.2.1"));
                case "127.0.0.1" -> List.of(InetAddress.getByName(host));
                default -> List.of();
            };
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private String said(String user, String lines) {
        MachineCheck machine = new MachineCheck(
                user,
                path -> !path.startsWith(directory.resolve("closed")),
                MachineCheckTest::addresses,
                address -> !address.getHostAddress().startsWith("198.51.100."));
        String text = lines.replace("DIR", directory.toString()).replace("\\n", "\n");
        try {
            return Configuration.load(
                            Optional.of("-"),
                            new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)),
                            Overrides.NONE,
                            Optional.of(machine))
                    .doubts()
                    .stream()
                    .map(Finding::toString)
                    .map(doubt -> "warning: " + doubt)
                    .collect(Collectors.joining("\n"))
                    .replace(directory.toString(), "DIR");
        } catch (ConfigException e) {
            return String.valueOf(e.getMessage()).replace(directory.toString(), "DIR");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Socket local:DIR/x.sock           | ''
        Socket local:DIR/closed/x.sock    | -:1: Socket: user mail cannot write into the directory DIR/closed. Give it to that user, or write another path.
        Socket local:DIR/closed/file      | -:1: Socket: DIR/closed/file is no socket, and is left alone. Remove it, or write another path.
        Socket inet:1@here.example        | ''
        Socket inet6:1@here.example       | ''
        Socket inet:1@nowhere.example     | -:1: Socket: unknown host nowhere.example. Write an address of this machine, such as 127.0.0.1.
        Socket inet6:1@four.example       | -:1: Socket: four.example has no IPv6 address. Write inet: for IPv4, inet6: for IPv6.
        Socket inet:1@elsewhere.example   | -:1: Socket: elsewhere.example is no address of this machine. Write one that is, such as 127.0.0.1.
        MetricsSocket inet:1@elsewhere.example | -:1: MetricsSocket: elsewhere.example is no address of this machine. Write one that is, such as 127.0.0.1.
        HistoryFile DIR/open              | ''
        HistoryFile DIR/closed/x          | warning: -:1: HistoryFile: user mail cannot write into the directory DIR/closed. Give it to that user, or write another path. Until then the daemon runs without this file.
        HistoryFile DIR/closed/file       | warning: -:1: HistoryFile: user mail cannot write DIR/closed/file. Give it to that user. Until then the daemon runs without this file.
        PidFile DIR/closed/x              | warning: -:1: PidFile: user mail cannot write into the directory DIR/closed. Give it to that user, or write another path. Until then the daemon runs without this file.
        FailureReports yes\\nReportCommand DIR/missing -t | warning: -:2: ReportCommand: DIR/missing is no program, and no report can be sent. Install it, or name another.
        FailureReports yes\\nReportCommand exec true | ''
        """)
    void findsWhatIsMissing(String lines, String expected) {
        assertEquals(expected, said("mail", lines));
    }

    /** Segments are written as the time when they were begun, seconds, and .gz for those that a run has read. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # segments                   | warns | why
                                     | false | nothing was recorded
        1000                         | false | one segment that is written
        1000 4600                    | false | an hour is not so long
        1000 1300 1600 4601          | true  | nobody has read them
        1000.gz 1300.gz 4601         | false | they were read
        1000.gz 1300 4600 9000       | true  | nobody reads them any more
        """)
    void noticesThatNobodyReadsTheJournal(String segments, boolean warns, String why) throws Exception {
        Path journal = Files.createDirectories(directory.resolve("state/journal"));
        for (String segment : segments == null ? new String[0] : segments.split(" ")) {
            String[] parts = segment.split("\\.");
            Files.writeString(journal.resolve("mx-" + parts[0] + "-0000.jnl" + (parts.length > 1 ? ".gz" : "")), "");
        }
        assertEquals(
                warns
                        ? "warning: -:1: AggregateReports: nothing reads the journal in DIR/state, so no report is sent. Enable"
                                + " dmarc-milter-report.timer, or run dmarc-milter report run every 5 minutes."
                        : "",
                said("mail", "AggregateReports true\\nReportEmail a@rep.example\\nReportStateDirectory DIR/state"));
    }

    @Test
    void noticesAPasswordThatEverybodyCanRead() throws Exception {
        Files.createDirectories(directory.resolve("state"));
        Path password = Files.writeString(directory.resolve("password"), "secret");
        String lines = "AggregateReports true\\nReportEmail a@rep.example\\nReportStateDirectory DIR/state\\n"
                + "ReportSMTPUser u\\nReportSMTPPasswordFile DIR/password";
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(
                "warning: -:5: ReportSMTPPasswordFile: everybody can read DIR/password. Write: chmod o= DIR/password."
                        + " Until then no report is sent.",
                said("mail", lines));
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r-----"));
        assertEquals("", said("mail", lines));
    }

    /** The launcher script cannot have read Userid from standard input, but a variable or a flag would be the same here. */
    @ParameterizedTest(name = "as {0}, Userid {1}: {2}")
    @CsvSource({"root, daemon, false", "daemon, daemon, true", "root, root, true", "daemon, daemon:root, true"})
    void judgesRightsOnlyWithTheEyesOfTheDaemon(String user, String account, boolean judges) {
        String said = said(user, "HistoryFile DIR/closed/x\\nUserid " + account);
        assertEquals(judges, said.contains("cannot write into"), said);
    }
}
