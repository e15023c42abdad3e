package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** dmarc-milter as {@code mvn package} leaves it, started by its own launcher. */
public final class DaemonUnderTest implements Peer {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(20);

    private final PeerProcess process;
    private final String socket;

    private DaemonUnderTest(PeerProcess process, String socket) {
        this.process = process;
        this.socket = socket;
    }

    /**
     * Starts the daemon on a TCP port, with an answer from this name server for every question.
     *
     * @param dns {@code ADDRESS:PORT}
     * @param configuration lines of its configuration file
     */
    static DaemonUnderTest start(Path directory, String dns, String configuration) {
        return start(directory, "inet:" + Loopback.freePort() + "@127.0.0.1", dns, configuration);
    }

    /** The same on a unix socket. */
    static DaemonUnderTest startOnUnixSocket(Path directory, Path socket, String dns, String configuration) {
        return start(directory, "unix:" + socket, dns, configuration);
    }

    /** The same by another command, such as {@code nohup}, before the launcher's. */
    static DaemonUnderTest startWith(List<String> command, Path directory, String dns, String configuration) {
        return start(command, directory, "inet:" + Loopback.freePort() + "@127.0.0.1", dns, configuration);
    }

    private static DaemonUnderTest start(Path directory, String socket, String dns, String configuration) {
        return start(List.of(), directory, socket, dns, configuration);
    }

    private static DaemonUnderTest start(
            List<String> before, Path directory, String socket, String dns, String configuration) {
        Path file = writeConfiguration(directory, "Socket " + socket + "\nNameservers " + dns + "\n" + configuration);
        DaemonUnderTest daemon = new DaemonUnderTest(
                PeerProcess.start(
                        directory.resolve("dmarc-milter.log"),
                        Stream.concat(before.stream(), command("-f", "-c", file.toString()).stream())
                                .toList()),
                socket);
        daemon.process.awaitReady(() -> daemon.log().contains("listening on"));
        return daemon;
    }

    /** The launcher with these arguments. */
    public static List<String> command(String... arguments) {
        String distribution = System.getProperty("distribution", "target/dmarc-milter");
        Path launcher = Path.of(distribution, "bin", "dmarc-milter").toAbsolutePath();
        assertTrue(Files.isExecutable(launcher), () -> launcher + " is missing: run mvn -DskipTests package");
        return Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments))
                .toList();
    }

    static Path writeConfiguration(Path directory, String lines) {
        try {
            return Files.writeString(Files.createDirectories(directory).resolve("dmarc-milter.conf"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, in libmilter's words, which are Sendmail's too. */
    String socket() {
        return socket;
    }

    /** The same in the words of Postfix's {@code smtpd_milters}. */
    String postfixAddress() {
        return socket.replaceFirst("inet:(\\d+)@(.*)", "inet:$2:$1");
    }

    /** Its standard output so far. */
    String log() {
        return process.output();
    }

    /** Waits for a line of the log that ends with this text, for example {@code 4Q1b2c: example.com pass}. */
    String awaitLog(String end) {
        Pattern line = Pattern.compile("(?m)^.*(?<![A-Za-z0-9])" + Pattern.quote(end) + "$");
        return await("the daemon's log line \"" + end + "\"")
                .atMost(LOG_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> line.matcher(log()).results().findFirst(), Optional::isPresent)
                .orElseThrow()
                .group();
    }

    PeerProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}
