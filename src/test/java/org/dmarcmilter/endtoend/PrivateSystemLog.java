package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A {@code /dev} of our own, in which rsyslog listens at {@code /dev/log}, so that the machine's system log is left alone.
 * Programs that are to see it run inside.
 */
final class PrivateSystemLog implements Peer {
    /** An empty /dev but for what every program needs; then one process that keeps it. */
    private static final String MAKE_DEV = """
            mkdir "$1" && mount -t tmpfs none "$1" || exit 1
            for node in null zero full random urandom; do touch "$1/$node"; mount --bind "/dev/$node" "$1/$node"; done
            mkdir "$1/shm" && ln -s /proc/self/fd "$1/fd" && mount --rbind "$1" /dev || exit 1
            echo ready
            exec sleep infinity
            """;

    private final Path directory;
    private final PeerProcess namespace;
    private final Path lines;
    private Optional<PeerProcess> logger = Optional.empty();

    private PrivateSystemLog(Path directory, PeerProcess namespace) {
        this.directory = directory;
        this.namespace = namespace;
        this.lines = directory.resolve("syslog");
    }

    /** Nothing listens there yet. Skips the test where we may not mount anything. */
    static PrivateSystemLog create(Path directory) {
        assumeMounts(directory);
        PeerProcess namespace = PeerProcess.start(
                directory.resolve("namespace.log"),
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        MAKE_DEV,
                        "sh",
                        directory.resolve("dev").toString()));
        namespace.awaitReady(() -> namespace.output().contains("ready"));
        return new PrivateSystemLog(directory, namespace);
    }

    private static void assumeMounts(Path directory) {
        try (PeerProcess probe = PeerProcess.start(
                directory.resolve("probe.log"),
                List.of("unshare", "--mount", "mount", "-t", "tmpfs", "none", directory.toString()))) {
            int status = probe.exitCode(PeerProcess.START_LIMIT);
            Assumptions.assumeTrue(status == 0, () -> "only root may have a /dev of its own: " + probe.output());
        }
    }

    /** The command as it has to be to run inside. A log of the service manager that we run under is not its log. */
    List<String> inside(List<String> command) {
        List<String> words = new ArrayList<>(List.of(
                "nsenter",
                "--mount",
                "--target",
                String.valueOf(namespace.pid()),
                "--wd=" + directory,
                "env",
                "--unset=JOURNAL_STREAM"));
        words.addAll(command);
        return words;
    }

    /**
     * Starts rsyslog, which is not to make the lines better than they came; what it writes comes after what another one
     * wrote.
     */
    void startLogger() {
        Path configuration = directory.resolve("rsyslog.conf");
        try {
            Files.writeString(configuration, """
                    global(parser.escapeControlCharactersOnReceive="off")
                    module(load="imuxsock" SysSock.Use="off")
                    input(type="imuxsock" Socket="/dev/log")
                    template(name="line" type="string"
                        string="%%syslogfacility-text%%.%%syslogseverity-text%% %%syslogtag%%%%msg%%\\n")
                    action(type="omfile" file="%s" template="line")
                    """.formatted(lines));
            Files.deleteIfExists(directory.resolve("rsyslog.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int before = lines().size();
        PeerProcess process = PeerProcess.start(
                directory.resolve("rsyslog.log"),
                inside(List.of(
                        PeerProgram.locate("rsyslogd").toString(),
                        "-n",
                        "-f",
                        configuration.toString(),
                        "-i",
                        directory.resolve("rsyslog.pid").toString())));
        logger = Optional.of(process);
        // It tells of its own start through the queue that all lines take.
        process.awaitReady(() ->
                Files.exists(socket()) && lines().stream().skip(before).anyMatch(line -> line.contains("rsyslogd")));
    }

    private Path socket() {
        return Path.of("/proc", String.valueOf(namespace.pid()), "root", "dev", "log");
    }

    void stopLogger() {
        logger.ifPresent(PeerProcess::close);
        logger = Optional.empty();
    }

    /** FACILITY.SEVERITY TAG MESSAGE, one character for each octet; a line feed and nothing else ends a line. */
    List<String> lines() {
        try {
            return Files.exists(lines)
                    ? List.of(
                            Files.readString(lines, StandardCharsets.ISO_8859_1).split("\n"))
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitLine(String line) {
        await(line).atMost(PeerProcess.START_LIMIT).until(() -> lines().contains(line));
    }

    @Override
    public void close() {
        stopLogger();
        namespace.close();
    }
}
