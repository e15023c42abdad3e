package org.dmarcmilter.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.text.Printable;

/** {@code status}: asks the running daemon how it is. */
final class StatusCommand {
    private static final String USAGE = """
            usage: dmarc-milter status [--json] [-c FILE]

            Asks the running daemon, over MetricsSocket, how it is: whether it is ready, its configuration, the verdicts of the last
            minute, hour and day, DNS, queues, warnings, reports.
              --json      the same for programs
              -c FILE     the daemon's configuration, which names MetricsSocket
            Exit code: 0; 64 wrong usage; 69 it does not answer; 78 configuration.
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The answer has some thousands of octets. */
    private static final int MOST_OCTETS = 1 << 20;

    private final Terminal terminal;
    private final Map<String, String> environment;

    StatusCommand(Terminal terminal, Map<String, String> environment) {
        this.terminal = terminal;
        this.environment = environment;
    }

    int run(List<String> arguments) {
        boolean json = false;
        Optional<String> configFile = Optional.empty();
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--version" -> {
                    return terminal.version();
                }
                case "-h", "--help" -> {
                    terminal.out().print(USAGE);
                    return ExitCode.OK;
                }
                case "--json" -> json = true;
                case "-c" -> {
                    if (i + 1 == arguments.size()) {
                        return usage();
                    }
                    configFile = Optional.of(arguments.get(++i));
                }
                default -> {
                    return usage();
                }
            }
        }
        return ask(configFile, json ? "/status.json" : "/status.txt");
    }

    private int usage() {
        terminal.err().print(USAGE);
        return ExitCode.USAGE;
    }

    private int ask(Optional<String> configFile, String path) {
        Configuration configuration;
        try {
            configuration = Configuration.loadQuietly(configFile, terminal.in(), Overrides.of(environment, List.of()));
        } catch (ConfigException e) {
            return terminal.tell("dmarc-milter status: ", e);
        }
        Optional<ListenAddress.Inet> socket = configuration.settings().service().metricsSocket();
        if (socket.isEmpty()) {
            terminal.err()
                    .println("dmarc-milter status: " + configuration.name()
                            + ": MetricsSocket is not set, so the daemon tells nothing. Write MetricsSocket"
                            + " inet:9893@127.0.0.1, and restart it.");
            return ExitCode.CONFIGURATION;
        }
        try {
            terminal.out().print(get(socket.get(), path));
            return ExitCode.OK;
        } catch (IOException e) {
            terminal.err()
                    .println("dmarc-milter status: no status from MetricsSocket " + socket.get() + ": "
                            + Printable.shortened(String.valueOf(e.getMessage()))
                            + ". Is the daemon running, and with this configuration?");
            return ExitCode.UNAVAILABLE;
        }
    }

    private static String get(ListenAddress.Inet socket, String path) throws IOException {
        InetAddress address = InetAddress.getByName(socket.host().orElseThrow());
        InetSocketAddress to = new InetSocketAddress(
                address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, socket.port());
        try (Socket connection = new Socket()) {
            connection.setSoTimeout((int) PATIENCE.toMillis());
            connection.connect(to, (int) PATIENCE.toMillis());
            connection
                    .getOutputStream()
                    .write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return body(connection.getInputStream());
        }
    }

    private static String body(InputStream in) throws IOException {
        String answer = new String(in.readNBytes(MOST_OCTETS), StandardCharsets.UTF_8);
        int end = answer.indexOf("\r\n\r\n");
        String status = answer.lines().findFirst().orElse("nothing");
        if (end < 0 || !status.matches("HTTP/1\\.[01] 200( .*)?")) {
            throw new IOException("it answers " + Printable.quoted(Printable.shortened(status)));
        }
        return harmless(answer.substring(end + 4));
    }

    /** Who listens there may be anybody: nothing that moves a cursor. */
    private static String harmless(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) && c != '\n' ? '?' : c));
        return shown.toString();
    }
}
