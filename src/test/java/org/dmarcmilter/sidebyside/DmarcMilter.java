package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dmarcmilter.endtoend.DaemonUnderTest;
import org.dmarcmilter.endtoend.PeerProcess;

/** This project's daemon, as built, on the configuration that OpenDMARC gets. */
final class DmarcMilter implements Program {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final PeerProcess process;
    private final Path directory;

    private DmarcMilter(PeerProcess process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    static DmarcMilter start(Path directory, InetSocketAddress dns, List<String> configuration) {
        Path file = directory.resolve("dmarc-milter.conf");
        try {
            Files.writeString(
                    file,
                    String.join("\n", configuration) + "\nSyslog true\nLogDetails none\nSocket local:"
                            + directory.resolve("dmarc-milter.sock") + "\nHistoryFile "
                            + directory.resolve("dmarc-milter.dat") + "\nNameservers "
                            + dns.getAddress().getHostAddress() + ":" + dns.getPort() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // As under systemd: the lines go to standard output, with the syslog level in front.
        PeerProcess process = PeerProcess.start(
                directory.resolve("dmarc-milter.log"),
                DaemonUnderTest.command("-f", "-c", file.toString()),
                Map.of("JOURNAL_STREAM", "8:1"));
        process.awaitReady(() -> process.output().contains("listening on"));
        return new DmarcMilter(process, directory);
    }

    @Override
    public Path socket() {
        return directory.resolve("dmarc-milter.sock");
    }

    @Override
    public List<String> log() {
        return process.output().lines().collect(Collectors.toList());
    }

    @Override
    public Path history() {
        return directory.resolve("dmarc-milter.dat");
    }

    /** Ends it: only then is everything written that waits in its queues. */
    @Override
    public void stop() {
        process.signal("TERM");
        process.exitCode(STOP_LIMIT);
    }

    @Override
    public void close() {
        process.close();
    }
}
