package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.http.HttpEndpoint;
import org.dmarcmilter.http.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusCommandTest {
    @TempDir
    private Path folder;

    private final Screen screen = new Screen();

    private int status(String configuration, String... words) throws IOException {
        Path file = Files.writeString(folder.resolve("test.conf"), configuration);
        List<String> arguments = Stream.concat(Stream.of("-c", file.toString()), Stream.of(words))
                .toList();
        return new StatusCommand(screen.terminal(), Map.of()).run(arguments);
    }

    private static HttpEndpoint daemon() throws IOException {
        return new HttpEndpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Map.of(
                        "/status.txt", () -> Response.text("ready\n\u001b[2Jx\u0085\n"),
                        "/status.json", () -> Response.json(true, "{\"ready\":true}\n")),
                () -> {});
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # words | printed
                | `ready\\n?[2Jx?\\n`
        --json  | `{"ready":true}\\n`
        """)
    void printsWhatTheDaemonTells(String words, String printed) throws IOException {
        try (HttpEndpoint daemon = daemon()) {
            String configuration = "MetricsSocket inet:" + daemon.port() + "@127.0.0.1\n";
            assertEquals(0, words == null ? status(configuration) : status(configuration, words), screen::err);
            assertEquals(printed.replace("\\n", "\n"), screen.out());
            assertEquals("", screen.err());
        }
    }

    @Test
    void findsADaemonOnAllAddresses() throws IOException {
        try (HttpEndpoint daemon = daemon()) {
            assertEquals(0, status("MetricsSocket inet:" + daemon.port() + "@0.0.0.0\n"), screen::err);
        }
    }

    @Test
    void saysThatNobodyAnswers() throws IOException {
        int port;
        try (HttpEndpoint daemon = daemon()) {
            port = daemon.port();
        }
        assertEquals(69, status("MetricsSocket inet:" + port + "@127.0.0.1\n"));
        assertEquals(
                "dmarc-milter status: no status from MetricsSocket inet:" + port
                        + "@127.0.0.1: Connection refused. Is the daemon running, and with this configuration?\n",
                screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void saysThatSomethingElseAnswers() throws IOException {
        try (HttpEndpoint other =
                new HttpEndpoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Map.of(), () -> {})) {
            assertEquals(69, status("MetricsSocket inet:" + other.port() + "@127.0.0.1\n"));
            assertTrue(screen.err().contains("it answers 'HTTP/1.1 404 Not Found'"), screen.err());
        }
    }

    @Test
    void saysWhatToSet() throws IOException {
        assertEquals(78, status(""));
        assertTrue(
                screen.err()
                        .endsWith("MetricsSocket is not set, so the daemon tells nothing. Write MetricsSocket"
                                + " inet:9893@127.0.0.1, and restart it.\n"),
                screen.err());
    }

    @Test
    void saysWhatIsWrongWithTheConfiguration() throws IOException {
        assertEquals(78, status("MetricsSocket nonsense\n"));
        assertTrue(screen.err().startsWith("dmarc-milter status: "), screen.err());
    }

    @ParameterizedTest
    @CsvSource({"--help, 0", "--version, 0", "--xml, 64", "now, 64", "-c, 64"})
    void followsTheConventions(String words, int code) throws IOException {
        assertEquals(code, status("", words));
        assertEquals(code == 0, screen.err().isEmpty());
    }
}
