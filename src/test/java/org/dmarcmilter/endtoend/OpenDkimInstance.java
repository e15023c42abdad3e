package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** OpenDKIM: it reads keys from the test's name server and writes Authentication-Results under its own id, or signs. */
final class OpenDkimInstance implements Peer {
    private final PeerProcess process;
    private final int port;

    private OpenDkimInstance(PeerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it with the authserv-id that the daemon is told to trust. */
    static OpenDkimInstance start(Path directory, NameServer dns, String authservId) {
        return start(directory, dns, authservId, "Mode v\n");
    }

    private static OpenDkimInstance start(Path directory, NameServer dns, String authservId, String mode) {
        int port = Loopback.freePort();
        PeerProcess process = PeerProcess.start(
                directory.resolve("opendkim.log"),
                List.of(
                        PeerProgram.locate("opendkim").toString(),
                        "-f",
                        "-x",
                        writeConfiguration(directory, dns, authservId, port, mode)
                                .toString()));
        process.awaitReady(() -> Loopback.accepts(port));
        return new OpenDkimInstance(process, port);
    }

    /** Starts one that also signs what comes from this host for the key's domain. */
    static OpenDkimInstance startSigner(Path directory, NameServer dns, String authservId, String domain, DkimKey key) {
        return startSigner(directory, dns, authservId, domain, key, "simple/simple");
    }

    /** The same with that canonicalization. */
    static OpenDkimInstance startSigner(
            Path directory, NameServer dns, String authservId, String domain, DkimKey key, String canonicalization) {
        try {
            Path secret = Files.writeString(directory.resolve("signer.private"), key.pem());
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            return start(directory, dns, authservId, """
                    Mode sv
                    Domain %s
                    Selector test
                    KeyFile %s
                    RequireSafeKeys no
                    Canonicalization %s
                    """.formatted(domain, secret, canonicalization));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As Postfix's {@code smtpd_milters} wants it. */
    String address() {
        return "inet:127.0.0.1:" + port;
    }

    /** As Sendmail's configuration wants it. */
    String socket() {
        return "inet:" + port + "@127.0.0.1";
    }

    @Override
    public void close() {
        process.close();
    }

    private static Path writeConfiguration(Path directory, NameServer dns, String authservId, int port, String mode) {
        try {
            // The resolver in OpenDKIM is libunbound, which takes ADDRESS@PORT. ResolverConfiguration would say the
            // same, but its file is parsed anew for each message, and not safely by two threads at once.
            return Files.writeString(
                    directory.resolve("opendkim.conf"), """
                    Syslog no
                    Socket inet:%d@127.0.0.1
                    AuthservID %s
                    AlwaysAddARHeader yes
                    Nameservers 127.0.0.1@%d
                    """.formatted(port, authservId, dns.port()) + mode);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
