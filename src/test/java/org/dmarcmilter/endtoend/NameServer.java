package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** NSD with one zone, the root, so that every name of a test has an answer and every other name does not exist. */
final class NameServer implements Peer {
    private static final String ZONE = """
            $ORIGIN .
            $TTL 60
            @ SOA ns.test. hostmaster.test. 1 3600 600 86400 60
            @ NS ns.test.
            ns.test. A 127.0.0.1
            """;

    private final Path directory;
    private final PeerProcess process;
    private final int port;

    private NameServer(Path directory, PeerProcess process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a server with these records.
     *
     * @param records lines of a zone file (RFC 1035, section 5), names relative to the root
     */
    static NameServer start(Path directory, String records) {
        int port = Loopback.freePort();
        PeerProcess process = PeerProcess.start(
                directory.resolve("nsd.log"),
                List.of(
                        PeerProgram.locate("nsd").toString(),
                        "-d",
                        "-c",
                        writeConfiguration(directory, port, records).toString()));
        process.awaitReady(() -> Loopback.accepts(port));
        return new NameServer(directory, process, port);
    }

    /**
     * Publishes other records, all of them, and waits until one is there that it did not have.
     *
     * @param name owner of a TXT record
     * @param text a part of that record's text
     */
    void publish(String records, String name, String text) {
        try {
            Files.writeString(directory.resolve("root.zone"), ZONE + records);
            process.signal("HUP");
            SimpleResolver resolver = new SimpleResolver(new InetSocketAddress(Loopback.IPV4, port));
            Message question = Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.TXT, DClass.IN));
            process.awaitReady(() -> resolver.send(question).toString().contains(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** As the daemon's option {@code Nameservers} wants it. */
    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.close();
    }

    private static Path writeConfiguration(Path directory, int port, String records) {
        try {
            Files.writeString(directory.resolve("root.zone"), ZONE + records);
            return Files.writeString(directory.resolve("nsd.conf"), """
                    server:
                        ip-address: 127.0.0.1@%2$d
                        username: ""
                        chroot: ""
                        zonesdir: "%1$s"
                        pidfile: "%1$s/nsd.pid"
                        zonelistfile: "%1$s/nsd.zones"
                        xfrdfile: "%1$s/nsd.xfrd"
                        xfrdir: "%1$s"
                        server-count: 1
                        rrl-ratelimit: 0
                    remote-control:
                        control-enable: no
                    zone:
                        name: "."
                        zonefile: "root.zone"
                    """.formatted(directory, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
