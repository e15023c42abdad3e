package org.dmarcmilter.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two scripts of the image without a container: their paths lead to a folder of the test. */
class ContainerScriptsTest {
    @TempDir
    private Path directory;

    private Path configuration = Path.of("");

    private record Run(int code, String out, String err) {}

    @BeforeEach
    void install() throws IOException {
        Files.createDirectories(directory.resolve("bin"));
        configuration = directory.resolve("dmarc-milter.conf");
        for (String script : List.of("entrypoint", "healthcheck")) {
            String text = Files.readString(Path.of("docker", script))
                    .replace("/opt/dmarc-milter", directory.toString())
                    .replace("/etc/dmarc-milter/dmarc-milter.conf", configuration.toString());
            Files.writeString(directory.resolve(script), text);
        }
    }

    private void launcher(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("bin").resolve("dmarc-milter"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Run run(String shell, String script, Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(shell, directory.resolve(script).toString()));
        command.addAll(arguments);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                     | -f -c FILE             | the daemon, on the file that may be mounted
        -n                     | -f -c FILE -n          | a flag
        check example.com      | check -c FILE example.com | a command
        explain -c x m         | explain -c FILE -c x m | what is given wins
        report run --every 5m  | report run -c FILE --every 5m | a verb
        report --help          | report --help          | no verb
        report                 | report                 | no verb either
        """)
    void theEntrypointUsesTheFileWhereItLies(String given, String words, String why)
            throws IOException, InterruptedException {
        launcher("#!/bin/sh\necho \"$@\"\n");
        Files.writeString(configuration, "Socket inet:1\n");
        List<String> arguments = given.isEmpty() ? List.of() : List.of(given.split(" "));
        assertEquals(
                new Run(0, words.replace("FILE", configuration.toString()) + "\n", ""),
                run("/bin/sh", "entrypoint", Map.of(), arguments));
        Files.delete(configuration);
        assertEquals(
                new Run(0, words.replace("-c FILE ", "").replace(" -c FILE", "") + "\n", ""),
                run("/bin/sh", "entrypoint", Map.of(), arguments),
                "without a file the built-in defaults count");
    }

    @Test
    void theHealthCheckAsksWhereTheDaemonSaysItIs() throws IOException, InterruptedException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/health", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        Path place = directory.resolve("place");
        Map<String, String> environment = Map.of("DMARC_MILTER_METRICS_FILE", place.toString());
        assertEquals(1, run("bash", "healthcheck", environment, List.of()).code(), "it has not started yet");
        Files.writeString(place, "127.0.0.1 " + server.getAddress().getPort() + "\n");
        server.start();
        try {
            assertEquals(new Run(0, "HTTP/1.1 200 OK\n", ""), run("bash", "healthcheck", environment, List.of()));
            server.removeContext("/health");
            assertEquals(1, run("bash", "healthcheck", environment, List.of()).code(), "another answer is no health");
        } finally {
            server.stop(0);
        }
        assertEquals(1, run("bash", "healthcheck", environment, List.of()).code(), "nobody listens");
    }
}
