package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dmarcmilter.endtoend.PeerProcess;
import org.dmarcmilter.endtoend.PeerProgram;

/**
 * The distribution's {@code opendmarc}. It knows the system's resolver and the system's log only, so it gets its own
 * {@code /etc/resolv.conf} and {@code /dev/log} in a mount namespace of its own; the machine's stay as they are.
 */
final class OpenDmarc implements Program {
    /** In the new namespace: a resolver file and a folder {@code dev} over the real ones. */
    private static final String WRAPPER = """
            set -e
            mount --bind resolv.conf /etc/resolv.conf
            for device in null urandom; do : > "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
            mount --rbind dev /dev
            exec "$@"
            """;

    private final SystemLog log;
    private final PeerProcess process;
    private final Path directory;

    private OpenDmarc(SystemLog log, PeerProcess process, Path directory) {
        this.log = log;
        this.process = process;
        this.directory = directory;
    }

    /** Whether this user and this kernel can give a process its own view of the file system. */
    static boolean canRun(Path directory) {
        try (PeerProcess probe = PeerProcess.start(
                directory.resolve("unshare.log"),
                List.of(PeerProgram.locate("unshare").toString(), "-m", "mount", "--bind", "/etc", "/etc"))) {
            return probe.exitCode(PeerProcess.START_LIMIT) == 0;
        }
    }

    /** Starts it; DNS is at that address, port 53. */
    static OpenDmarc start(Path directory, InetAddress dns, List<String> configuration) {
        Path socket = directory.resolve("opendmarc.sock");
        try {
            Files.createDirectories(directory.resolve("dev"));
            Files.writeString(
                    directory.resolve("resolv.conf"),
                    "nameserver " + dns.getHostAddress() + "\noptions timeout:2 attempts:1\n");
            Files.writeString(
                    directory.resolve("opendmarc.conf"),
                    String.join("\n", configuration) + "\nSyslog true\nSocket local:" + socket + "\nHistoryFile "
                            + directory.resolve("opendmarc.dat") + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        SystemLog log = SystemLog.start(directory.resolve("dev/log"), directory.resolve("opendmarc.log"));
        PeerProcess process = PeerProcess.start(
                directory.resolve("opendmarc.out"),
                List.of(
                        PeerProgram.locate("unshare").toString(),
                        "-m",
                        "sh",
                        "-c",
                        WRAPPER,
                        "sh",
                        PeerProgram.locate("opendmarc").toString(),
                        "-f",
                        "-c",
                        "opendmarc.conf"));
        process.awaitReady(() -> Files.exists(socket));
        return new OpenDmarc(log, process, directory);
    }

    @Override
    public Path socket() {
        return directory.resolve("opendmarc.sock");
    }

    /** Everything up to now: it has sent its lines before it answers, but socat may still have to write them. */
    @Override
    public List<String> log() {
        return log.lines();
    }

    @Override
    public Path history() {
        return directory.resolve("opendmarc.dat");
    }

    /** It takes five seconds to end; {@link #close} waits for that. */
    @Override
    public void stop() {
        process.signal("TERM");
    }

    @Override
    public void close() {
        process.close();
        log.close();
    }
}
