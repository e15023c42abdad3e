package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong is told by {@code -n} and by the start in the same words and with the same exit code. */
class ConfigurationMistakesTest {
    private static final String TABLE = "/config/mistakes.txt";

    @TempDir
    private Path directory;

    /**
     * A row of the table.
     *
     * @param code of {@code -n}; 78 for a mistake, 0 for a warning
     * @param input lines of the file, which begin in its second; or a variable; or a flag
     * @param place where it is said to be
     * @param message what is said
     */
    record Row(int code, String input, String place, String message) {
        static Row of(String text) {
            String[] columns = text.split(" \\| ", 4);
            return new Row(Integer.parseInt(columns[0].strip()), columns[1].strip(), columns[2].strip(), columns[3]);
        }

        boolean isVariable() {
            return input.startsWith("DMARC_");
        }

        boolean isFlag() {
            return input.startsWith("-");
        }
    }

    static List<Row> rows() throws IOException {
        try (InputStream in = ConfigurationMistakesTest.class.getResourceAsStream(TABLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        }
    }

    static Stream<Row> mistakes() throws IOException {
        return rows().stream().filter(row -> row.code() == 78);
    }

    static Stream<Row> warnings() throws IOException {
        return rows().stream().filter(row -> row.code() == 0);
    }

    @BeforeEach
    void makeFiles() throws IOException {
        Files.writeString(directory.resolve("plain"), "x");
        Files.createDirectory(directory.resolve("folder"));
    }

    /** DIR stands for a directory with what {@link #makeFiles} makes, {@code LIST(text)} for a file of that text. */
    private String lines(String input) throws IOException {
        String text = input.replace("DIR", directory.toString())
                .replace("FILE", directory.resolve("test.conf").toString())
                .replace("\\n", "\n");
        int list = text.indexOf("LIST(");
        if (list >= 0) {
            int end = text.lastIndexOf(')');
            String content = text.substring(list + "LIST(".length(), end)
                    .replace("NUL", "\0")
                    .replace("GZIP", "\u001f\u008b");
            Path file = Files.writeString(directory.resolve("list"), content, StandardCharsets.ISO_8859_1);
            text = text.substring(0, list) + file + text.substring(end + 1);
        }
        return text;
    }

    private String shown(String text) {
        return text.replace("FILE", directory.resolve("test.conf").toString())
                .replace("LIST", directory.resolve("list").toString())
                .replace("DIR", directory.toString());
    }

    private List<String> words(Row row) throws IOException {
        String lines = row.isVariable() || row.isFlag() ? "" : lines(row.input());
        Path file = Files.writeString(
                directory.resolve("test.conf"), "MilterDebug 0\n" + lines + "\n", StandardCharsets.ISO_8859_1);
        List<String> words = new ArrayList<>(List.of("-c", file.toString()));
        if (row.isFlag()) {
            words.addAll(List.of(lines(row.input()).split(" ", 2)));
        }
        return words;
    }

    private Map<String, String> environment(Row row) throws IOException {
        String[] variable = lines(row.input()).split("=", 2);
        return row.isVariable() ? Map.of(variable[0], variable[1]) : Map.of();
    }

    @ParameterizedTest
    @MethodSource
    void mistakes(Row row) throws IOException {
        String mistake = "dmarc-milter: " + shown(row.place()) + ": " + shown(row.message()) + "\n";
        for (String action : List.of("-n", "-f")) {
            List<String> words = words(row);
            words.add(action);
            Screen screen = new Screen();
            assertEquals(78, new DaemonCommand(screen.terminal(), environment(row)).run(words), action);
            String verdict = action.equals("-n")
                    ? "dmarc-milter: 1 mistake: the daemon does not start with it, exit code 78\n"
                    : "";
            assertEquals(mistake + verdict, screen.err(), action);
            assertEquals("", screen.out(), action);
        }
    }

    @ParameterizedTest
    @MethodSource
    void warnings(Row row) throws IOException, ConfigException {
        String warning = shown(row.place()) + ": " + shown(row.message());
        List<String> words = words(row);
        Map<String, String> environment = environment(row);
        words.add("-n");
        Screen screen = new Screen();
        assertEquals(0, new DaemonCommand(screen.terminal(), environment).run(words), screen::err);
        assertTrue(screen.out().contains("warning: " + warning + "\n"), screen::out);
        DaemonArguments arguments = DaemonArguments.parse(words);
        Configuration started = Configuration.loadForDaemon(
                arguments.configFile(),
                InputStream.nullInputStream(),
                Overrides.of(environment, arguments.overrides()));
        assertTrue(started.warnings().contains(warning), started.warnings()::toString);
    }

    @Test
    void theTableIsLong() throws IOException {
        assertTrue(rows().size() >= 150, rows().size() + " rows");
        assertEquals(rows().size(), rows().stream().map(Row::input).distinct().count());
    }

    /** In the order of the file; what stands beside it comes last. */
    @Test
    void allMistakesAreToldAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("test.conf"), """
                Syslog on
                Sokcet inet:1
                DNSTimeout soon
                Userid nosuchuser
                IgnoreHosts %s/missing
                MetricsSocket inet:8893@127.0.0.1
                PidFile
                """.formatted(directory));
        Screen screen = new Screen();
        Map<String, String> environment = Map.of("DMARC_UMASK", "x");
        assertEquals(78, new DaemonCommand(screen.terminal(), environment).run(List.of("-n", "-c", file.toString())));
        List<String> said = screen.err().lines().toList();
        for (int i = 0; i < 7; i++) {
            assertTrue(said.get(i).startsWith("dmarc-milter: " + file + ":" + (i + 1) + ": "), said.get(i));
        }
        assertEquals(
                "dmarc-milter: DMARC_UMASK: UMask: illegal value \"x\". Write a whole number, 0 or greater.",
                said.get(7));
        assertEquals("dmarc-milter: 8 mistakes: the daemon does not start with it, exit code 78", said.get(8));
    }

    @Test
    void warningsAreToldBesideMistakes() throws IOException {
        Path file = Files.writeString(directory.resolve("test.conf"), "Syslog on\nIgnoreMailFrom @example.com\n");
        Screen screen = new Screen();
        assertEquals(78, new DaemonCommand(screen.terminal(), Map.of()).run(List.of("-n", "-c", file.toString())));
        assertTrue(screen.err().contains("\ndmarc-milter: warning: " + file + ":2: IgnoreMailFrom: "), screen.err());
    }

    /** As when a suffix list is taken for a configuration. */
    @Test
    void aFileThatIsNoneIsNotToldLineByLine() throws IOException {
        Path file = Files.writeString(directory.resolve("test.conf"), "<p>x</p>\n".repeat(20_000));
        Screen screen = new Screen();
        assertEquals(78, new DaemonCommand(screen.terminal(), Map.of()).run(List.of("-n", "-c", file.toString())));
        assertEquals(102, screen.err().lines().count());
        assertTrue(screen.err().contains("dmarc-milter: and 19900 more: mend these first\n"));
    }

    @Test
    void whatIsInForceIsShown() throws IOException {
        Path file = Files.writeString(
                directory.resolve("test.conf"),
                "AuthservID mx.example.org\nTrustedAuthservIDs dkim.example.org spf.example.org\nSPFSelfValidate y\n");
        Screen screen = new Screen();
        assertEquals(
                0,
                new DaemonCommand(screen.terminal(), Map.of("DMARC_UMASK", "7"))
                        .run(List.of("-n", "-c", file.toString(), "-p", "inet:1@127.0.0.1")));
        assertEquals(
                List.of(
                        file + ":1: AuthservID mx.example.org is taken over",
                        file
                                + ":2: TrustedAuthservIDs dkim.example.org, spf.example.org acts differently: names compare"
                                + " without case, and HOSTNAME works",
                        file
                                + ":3: SPFSelfValidate true acts differently: the check follows RFC 7208 and writes the words"
                                + " of RFC 8601",
                        "DMARC_UMASK: UMask 0007 is taken over",
                        "listening: inet:1@127.0.0.1",
                        "believed: mx.example.org, dkim.example.org, spf.example.org",
                        file + ": no mistakes, no warnings: the daemon starts with it"),
                screen.out().lines().toList());
        assertEquals("", screen.err());
    }
}
