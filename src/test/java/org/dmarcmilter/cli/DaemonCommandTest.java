package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.daemon.Daemon;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.journal.JournalWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonCommandTest {
    private static final String USAGE = """
            dmarc-milter: usage: dmarc-milter [options]
            \t-A         \tenable auto-restart
            \t-c file    \tconfiguration file
            \t-f         \trun in the foreground
            \t-l         \tlog to syslog
            \t-n         \ttest configuration and exit
            \t-p sockspec\tspecify milter socket
            \t-P file    \twrite process ID to specified file
            \t-t file    \tevaluate a single message
            \t-u user    \ttry to become the named user
            \t-v         \tincrease verbose output
            \t-V         \tprint version and exit
            """;

    @TempDir
    private Path directory;

    private static int run(Screen screen, String... words) {
        return new DaemonCommand(screen.terminal(), Map.of()).run(List.of(words));
    }

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("test.conf"), text).toString();
    }

    @Test
    void doesNotShareTheStateOfAnotherDaemon() throws IOException {
        Path state = directory.resolve("reports");
        JournalWriter other = JournalWriter.start(
                state,
                new JournalWriter.Identity("mx", "test"),
                new JournalWriter.Settings(1 << 20, false),
                JournalWriter.DEFAULT_BOUNDS,
                Clock.systemUTC());
        String config =
                config("AggregateReports true\nReportEmail r@example.com\nReportStateDirectory " + state + "\n");
        Screen screen = new Screen();
        assertEquals(73, run(screen, "-f", "-c", config));
        assertEquals(
                "dmarc-milter: ReportStateDirectory: another daemon writes this journal and has " + state
                        + "/journal/writer.lock. Stop it, or give this one a ReportStateDirectory of its own.\n",
                screen.err());
        assertTrue(other.flushAndClose(Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        -Q         | dmarc-milter: invalid option -- 'Q'
        --nonsense | dmarc-milter: invalid option -- '-'
        -c         | dmarc-milter: option requires an argument -- 'c'
        word       |
        -f word    |
        """)
    void usage(String words, String mistake) {
        Screen screen = new Screen();
        assertEquals(64, run(screen, words.split(" ")));
        assertEquals((mistake == null ? "" : mistake + "\n") + USAGE, screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void helpAndVersion() {
        Screen help = new Screen();
        assertEquals(0, run(help, "-h"));
        assertEquals(0, run(new Screen(), "--help"));
        assertTrue(help.out().startsWith(USAGE), help.out());
        assertTrue(
                help.out().contains("dmarc-milter check ") && help.out().contains("dmarc-milter explain "), help.out());
        Screen version = new Screen();
        assertEquals(0, run(version, "--version"));
        assertEquals(0, run(new Screen(), "-V"));
        assertEquals("dmarc-milter: " + ProgramVersion.NAME_AND_VERSION + "\n", version.out());
    }

    @Test
    void aGoodFile() throws IOException {
        Screen screen = new Screen();
        assertEquals(0, run(screen, "-n", "-c", config("Socket inet:8893@127.0.0.1\nSPFSelfValidate yes\n")));
        assertEquals("", screen.err());
        assertTrue(screen.out().contains("test.conf:1: Socket inet:8893@127.0.0.1 is taken over\n"), screen.out());
    }

    @Test
    void aGoodFileFromStandardInput() {
        Screen screen = new Screen("Socket inet:8893@127.0.0.1\n");
        assertEquals(0, run(screen, "-n", "-c", "-"));
        assertEquals("", screen.err());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Nonsense yes                     | 1: "Nonsense": unrecognized parameter
        Syslog on                        | 1: Syslog: illegal value "on"
        Syslog                           | 1: Syslog: required value missing
        DomainWhitelist ,                | 1: DomainWhitelist: illegal value
        Socket inet:nonsense             | 1: Socket: 'inet:nonsense' is
        Socket tcp:1                     | 1: Socket: 'tcp:1' is
        RejectString %s %s               | 1: RejectString: illegal value
        """)
    void aBadFile(String line, String message) throws IOException {
        String file = config(line + "\n");
        Screen screen = new Screen();
        assertEquals(78, run(screen, "-n", "-c", file));
        assertTrue(screen.err().startsWith("dmarc-milter: " + file + ":" + message), screen.err());
        assertEquals(2, screen.err().lines().count());
        assertTrue(screen.err().endsWith("dmarc-milter: 1 mistake: the daemon does not start with it, exit code 78\n"));
        assertEquals("", screen.out());
    }

    /** We carry a list of our own: mail must not stop for want of another one. */
    @Test
    void anUnreadableSuffixListIsReplacedByOurs() throws IOException {
        Screen screen = new Screen();
        String missing = directory.resolve("missing").toString();
        assertEquals(0, run(screen, "-n", "-c", config("PublicSuffixList " + missing + "\n")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        IgnoreHosts         | cannot read FILE: No such file or directory.
        DomainWhitelistFile | cannot read FILE: No such file or directory.
        NoReportsList       | cannot read FILE: No such file or directory.
        TestDNSData         | cannot read FILE: No such file or directory.
        """)
    void aListThatCannotBeRead(String option, String message) throws IOException {
        String missing = directory.resolve("missing").toString();
        Screen screen = new Screen();
        String file = config(option + " " + missing + "\n");
        assertEquals(78, run(screen, "-n", "-c", file));
        String expected = "dmarc-milter: " + file + ":1: " + option + ": " + message.replace("FILE", missing);
        assertTrue(screen.err().startsWith(expected), screen.err());
    }

    @Test
    void listsThatCannotBeUnderstood() throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), "192.0.2.1\n192.0.2.0/99\n");
        Screen screen = new Screen();
        assertEquals(78, run(screen, "-n", "-c", config("IgnoreHosts " + hosts)));
        String mistake = "dmarc-milter: " + hosts + ":2: IgnoreHosts: \"99\" is no prefix length or network mask.\n";
        assertTrue(screen.err().startsWith(mistake), screen.err());
        Screen servers = new Screen();
        String file = config("Nameservers nonsense");
        assertEquals(78, run(servers, "-n", "-c", file));
        String expected = "dmarc-milter: " + file + ":1: Nameservers: 'nonsense' is not ";
        assertTrue(servers.err().startsWith(expected), servers.err());
    }

    @Test
    void aMissingFile() {
        String missing = directory.resolve("missing.conf").toString();
        Screen screen = new Screen();
        assertEquals(78, run(screen, "-c", missing));
        assertEquals(
                "dmarc-milter: " + missing + ": error reading configuration file: No such file or directory.\n",
                screen.err());
    }

    @Test
    void theCommandLineWinsOverTheFile() throws IOException, ConfigException {
        String file = config("Socket inet:1\nPidFile /run/a\nUMask 077\nMilterDebug 1\n");
        Settings settings = settings(file, "-p", "inet:2@localhost", "-P", "/run/b", "-l");
        assertEquals(ListenAddress.parse("inet:2@localhost"), settings.service().socket());
        assertEquals(Optional.of("/run/b"), settings.service().pidFile());
        assertEquals(Optional.of(077), settings.service().umask());
        assertTrue(settings.logging().syslog());
        assertTrue(settings.logging().debug());
        assertEquals(ListenAddress.parse("inet:1"), settings(file).service().socket());
    }

    private static Settings settings(String file, String... words) throws ConfigException {
        Overrides overrides =
                Overrides.of(Map.of(), DaemonArguments.parse(List.of(words)).overrides());
        return Configuration.load(Optional.of(file), InputStream.nullInputStream(), overrides)
                .settings();
    }

    @Test
    void aBadSocketOnTheCommandLine() throws IOException {
        Screen screen = new Screen();
        assertEquals(78, run(screen, "-n", "-c", config(""), "-p", "nonsense:1"));
        assertTrue(screen.err().startsWith("dmarc-milter: -p: Socket: 'nonsense:1' is not a socket: "), screen.err());
    }

    @ParameterizedTest(name = "Userid {0} as {1} with {2}: {3}")
    @CsvSource({
        "nobody,      root,   -f,       nobody",
        "nobody:mail, root,   -f,       nobody:mail",
        "nobody,      nobody, -f,       ",
        "root,        root,   -f,       ",
        "0:mail,      root,   -f,       ",
        "nobody,      root,   -uroot,   "
    })
    void rootDoesNotOverlookTheUser(String user, String runningAs, String flag, String overlooked)
            throws ConfigException {
        assertEquals(
                Optional.ofNullable(overlooked),
                DaemonCommand.unheededUser(
                        ConfigFile.parse("Userid " + user), DaemonArguments.parse(List.of(flag)), runningAs));
    }

    /** What ends well is not started again; what may do better is, by systemd and by the launcher script. */
    @ParameterizedTest
    @CsvSource({"TOLD, 0", "DNS_LOST, 75"})
    void theEndOfARunHasACode(Daemon.End end, int code) {
        assertEquals(code, DaemonCommand.code(end));
    }

    /** What cannot start must not be started for ever. */
    @Test
    void systemdKnowsWhatDoesNotGetBetter() throws IOException {
        String unit = Files.readString(Path.of("systemd", "dmarc-milter.service"));
        List<Integer> hopeless =
                List.of(ExitCode.USAGE, ExitCode.MALFORMED_INPUT, ExitCode.NO_PERMISSION, ExitCode.CONFIGURATION);
        String codes = hopeless.stream().map(String::valueOf).collect(Collectors.joining(" "));
        assertTrue(unit.contains("\nRestartPreventExitStatus=" + codes + "\n"), unit);
    }

    /** A JVM leaves it ignored where it began so. The launcher script takes it back, where env can. */
    @Test
    void saysThatSighupDoesNotReloadUnderNohup() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("nohup"));
        command.addAll(java());
        command.addAll(List.of("-f", "-c", config("Socket inet:0\n")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine();
                    line != null && !line.contains("listening on");
                    line = lines.readLine()) {
                said.append(line).append('\n');
            }
        } finally {
            process.destroy();
        }
        assertTrue(said.toString().contains("SIGHUP does not reload"), said::toString);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.dmarcmilter.cli.Main");
    }

    /** In a process of its own, because the daemon takes over the log and the signals of its process. */
    @ParameterizedTest
    @ValueSource(strings = {"Socket", "MetricsSocket"})
    void aSocketThatCannotBeOpenedIsSaidOnTheTerminal(String option) throws IOException, InterruptedException {
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        String socket = "inet:" + taken.getLocalPort() + "@127.0.0.1";
        List<String> command = new ArrayList<>(java());
        command.addAll(
                List.of("-f", "-c", config("Socket inet:0\nChangeRootDirectory /x\n" + option + " " + socket + "\n")));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(69, process.exitValue(), err);
        assertTrue(out.contains("WARN") && out.contains("test.conf:2: ChangeRootDirectory has no effect"), out);
        assertEquals("dmarc-milter: " + option + ": cannot listen on " + socket + ": Address already in use\n", err);
        assertFalse(out.contains("metrics on"), out);
        assertFalse(err.contains("\tat "), err);
        taken.close();
    }
}
