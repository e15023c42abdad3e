package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the programs are that the tests talk to. A missing one is a failure that says how to get it, never a skip. */
public final class PeerProgram {
    private PeerProgram() {}

    /** The program by its name, looked for on PATH and where Debian and Rocky keep daemons. */
    public static Path locate(String name) {
        return find(name).orElseGet(() -> fail(name + " is not installed: run src/test/peers/install"));
    }

    /** The same, for a program that has a substitute. */
    public static Optional<Path> find(String name) {
        return Stream.concat(
                        Arrays.stream(System.getenv("PATH").split(":")),
                        Stream.of("/usr/sbin", "/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Sendmail conflicts with Postfix, so it is unpacked beside the system instead of installed. */
    public static Path unpackedSendmail() {
        Path root = unpackedPeers();
        return Stream.of("usr/libexec/sendmail/sendmail", "usr/lib/sm.bin/sendmail", "usr/sbin/sendmail.sendmail")
                .map(root::resolve)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> fail("sendmail is not in " + root + ": run src/test/peers/install " + root));
    }

    /** The folder {@code src/test/peers/install} unpacks into: the system property {@code peers.folder} or its own default. */
    private static Path unpackedPeers() {
        String given = System.getProperty("peers.folder", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return base.resolve("dmarc-milter-peers");
    }
}
