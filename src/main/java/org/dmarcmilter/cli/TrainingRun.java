package org.dmarcmilter.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.daemon.Daemon;

/**
 * What runs while Java notes the classes for {@code make-class-archive}: the daemon, with an MTA and a name server that live as long as
 * it, with history and journal in a directory that goes with it, asked once for what answers at MetricsSocket. A class that is used
 * here is loaded from the archive later, and need not be read and checked.
 */
final class TrainingRun {
    /** For an answer of the daemon. */
    static final int PATIENCE_MILLIS = 10_000;

    private final Terminal terminal;

    TrainingRun(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs it, in less than ten seconds where there is a processor for it; whatever this machine's configuration says. */
    int run() {
        try {
            Path directory = Files.createTempDirectory("dmarc-milter-");
            try (TrainingDns dns = TrainingDns.start()) {
                return daemon(directory, dns.address());
            } finally {
                remove(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            terminal.err().println("dmarc-milter: make-class-archive: " + e.getMessage());
            return ExitCode.UNAVAILABLE;
        }
    }

    private int daemon(Path directory, InetSocketAddress dns) throws IOException {
        Path metrics = directory.resolve("metrics");
        Path configuration = Files.writeString(
                directory.resolve("configuration"),
                String.join(
                        "\n",
                        "Socket inet:0@127.0.0.1",
                        "MetricsSocket inet:0@127.0.0.1",
                        "AuthservID " + TrainingMta.AUTHSERV_ID,
                        "Nameservers " + dns.getAddress().getHostAddress() + ":" + dns.getPort(),
                        "RejectFailures true",
                        "SPFSelfValidate true",
                        "HistoryFile " + directory.resolve("history"),
                        "AggregateReports true",
                        "ReportEmail reports@" + TrainingMta.AUTHSERV_ID,
                        "ReportStateDirectory " + directory.resolve("reports"),
                        ""));
        return new DaemonCommand(
                        terminal,
                        Map.of("DMARC_MILTER_METRICS_FILE", metrics.toString()),
                        (daemon, address) -> use(daemon, address, metrics))
                .run(List.of("-f", "-c", configuration.toString()));
    }

    private static void use(Daemon daemon, SocketAddress milter, Path metrics) {
        try {
            TrainingMta.deliver(milter);
            String[] place =
                    Files.readString(metrics, StandardCharsets.US_ASCII).strip().split(" ", 2);
            for (String page : List.of("/", "/metrics", "/ready")) {
                read(new InetSocketAddress(place[0], Integer.parseInt(place[1])), page);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            daemon.end();
        }
    }

    private static void read(InetSocketAddress address, String page) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + page + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
