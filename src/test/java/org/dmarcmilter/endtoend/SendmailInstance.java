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
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A Sendmail of the test's own, run from where it was unpacked: one port on 127.0.0.1, one milter, mail into files. */
final class SendmailInstance implements AutoCloseable {
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

    private static final Duration START_LIMIT = Duration.ofSeconds(120);

    private final Path directory;
    private final PeerProcess process;
    private final int port;

    private SendmailInstance(Path directory, PeerProcess process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts Sendmail.
     *
     * @param directory readable for everybody, as all directories above it
     * @param milter the socket in libmilter's words, {@code inet:PORT@HOST} or {@code unix:PATH}
     */
    static SendmailInstance start(Path directory, String milter) {
        int port = Loopback.freePort();
        PeerProcess process = PeerProcess.start(
                directory.resolve("sendmail.log"),
                List.of(
                        "/bin/sh",
                        "-c",
                        WITH_A_FULL_HOST_NAME,
                        "sh",
                        PeerProgram.unpackedSendmail().toString(),
                        "-C",
                        writeConfiguration(directory, port, milter).toString(),
                        "-bD",
                        "-X",
                        directory.resolve("smtp.log").toString()));
        process.awaitReady(START_LIMIT, () -> Loopback.accepts(port));
        return new SendmailInstance(directory, process, port);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(Loopback.IPV4, port);
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

    private static Path writeConfiguration(Path directory, int port, String milter) {
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
                            .replace("@PORT@", Integer.toString(port))
                            .replace(
                                    "@UID@",
                                    Files.getAttribute(mail, "unix:uid").toString())
                            .replace("@MILTER@", milter));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
