package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Sendmail of the test's own, run from where it was unpacked: for each milter a port on 127.0.0.1, mail into files. */
final class SendmailInstance implements Peer {
    private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(15);

    /**
     * Sendmail sleeps for a minute at start when the machine's name has no dot, before it reads any configuration.
     * Where a name space of our own is allowed, it gets a better name there; elsewhere the minute is waited for.
     */
    private static final String WITH_A_FULL_HOST_NAME = """
            if unshare --uts true 2>/dev/null; then
                exec unshare --uts sh -c 'hostname mx.example.test; exec "$@"' sh "$@"
            fi
            exec "$@"
            """;

    private static final String PORT =
            "O DaemonPortOptions=Name=MTA%1$d, Family=inet, Addr=127.0.0.1, Port=%1$d, InputMailFilters=%2$s";

    private static final Duration START_LIMIT = Duration.ofSeconds(120);

    private final Path directory;
    private final PeerProcess process;
    private final Map<String, Integer> ports;
    private final int portOfAll;

    private SendmailInstance(Path directory, PeerProcess process, Map<String, Integer> ports, int portOfAll) {
        this.directory = directory;
        this.process = process;
        this.ports = ports;
        this.portOfAll = portOfAll;
    }

    /**
     * Starts Sendmail.
     *
     * @param directory readable for everybody, as all directories above it
     * @param milters their sockets in libmilter's words, {@code inet:PORT@HOST} or {@code unix:PATH}
     */
    static SendmailInstance start(Path directory, List<String> milters) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        milters.forEach(milter -> ports.put(milter, Loopback.freePort()));
        int portOfAll = Loopback.freePort();
        PeerProcess process = PeerProcess.start(
                directory.resolve("sendmail.log"),
                List.of(
                        "/bin/sh",
                        "-c",
                        WITH_A_FULL_HOST_NAME,
                        "sh",
                        PeerProgram.unpackedSendmail().toString(),
                        "-C",
                        writeConfiguration(directory, ports, portOfAll).toString(),
                        "-bD",
                        "-X",
                        directory.resolve("smtp.log").toString()));
        process.awaitReady(START_LIMIT, () -> ports.values().stream().allMatch(Loopback::accepts));
        return new SendmailInstance(directory, process, ports, portOfAll);
    }

    /** The port whose mail that milter sees. */
    InetSocketAddress address(String milter) {
        return new InetSocketAddress(Loopback.IPV4, ports.get(milter));
    }

    /** The port whose mail all milters see, one after the other. */
    InetSocketAddress addressOfAll() {
        return new InetSocketAddress(Loopback.IPV4, portOfAll);
    }

    /** Waits for the last message to that user of local.test. */
    DeliveredMessage delivered(String user) {
        Path file = directory.resolve("mail").resolve(user);
        await("mail for " + user + " in " + directory)
                .atMost(DELIVERY_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(file));
        return DeliveredMessage.parse(read(file));
    }

    /** Whether that user has got a message by now. */
    boolean hasMail(String user) {
        return Files.exists(directory.resolve("mail").resolve(user));
    }

    /** Why a message is in quarantine: Sendmail keeps the milter's reason in the queue file, whose name begins with hf. */
    Optional<String> quarantineReason(String queueId) {
        Path held = directory.resolve("queue").resolve("hf" + queueId);
        return Files.exists(held)
                ? read(held)
                        .lines()
                        .filter(line -> line.startsWith("q"))
                        .map(line -> line.substring(1))
                        .findFirst()
                : Optional.empty();
    }

    @Override
    public void close() {
        process.close();
    }

    private static Path writeConfiguration(Path directory, Map<String, Integer> ports, int portOfAll) {
        try (InputStream template = SendmailInstance.class.getResourceAsStream("/endtoend/sendmail.cf")) {
            Files.createDirectories(directory.resolve("queue"));
            Path mail = Files.createDirectories(directory.resolve("mail"));
            Files.setOwner(
                    mail,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            Files.writeString(directory.resolve("service.switch"), "hosts files\n");
            Files.writeString(
                    directory.resolve("deliver"), "cd " + mail + " && cat >\".$1.$$\" && mv \".$1.$$\" \"$1\"\n");
            String text = new String(Objects.requireNonNull(template).readAllBytes(), StandardCharsets.UTF_8);
            return Files.writeString(
                    directory.resolve("sendmail.cf"),
                    text.replace("@DIRECTORY@", directory.toString())
                            .replace("@PORTS@", portLines(ports, portOfAll))
                            .replace("@MILTERS@", milterLines(ports))
                            .replace(
                                    "@UID@",
                                    Files.getAttribute(mail, "unix:uid").toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String portLines(Map<String, Integer> ports, int portOfAll) {
        String all = ports.values().stream().map(SendmailInstance::filter).collect(Collectors.joining(";"));
        return Stream.concat(
                        ports.values().stream().map(port -> PORT.formatted(port, filter(port))),
                        Stream.of(PORT.formatted(portOfAll, all)))
                .collect(Collectors.joining("\n"));
    }

    private static String milterLines(Map<String, Integer> ports) {
        return ports.entrySet().stream()
                .map(port -> "X%s, S=%s, F=T, T=S:10s;R:10s;E:1m".formatted(filter(port.getValue()), port.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private static String filter(int port) {
        return "dmarc" + port;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
