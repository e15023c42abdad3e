package org.dmarcmilter.dns;

import static org.dmarcmilter.dns.DnsTests.answer;
import static org.dmarcmilter.dns.DnsTests.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against name servers that others wrote: NSD and Knot DNS, where they are installed. */
class RealNameServersIT {
    private static final String ZONE = """
            $ORIGIN example.
            @                IN SOA ns hostmaster 1 3600 600 86400 45
            @                IN NS  ns
            ns           300 IN A   192.0.2.53
            _dmarc       300 IN TXT "v=DMARC1; p=re" "ject"
            a            300 IN A   192.0.2.1
            a            300 IN AAAA 2001:db8::1
            @            300 IN MX  20 b
            @            300 IN MX  10 a
            www          300 IN CNAME alias
            alias        30  IN CNAME _dmarc
            dangling     300 IN CNAME nowhere
            elsewhere    300 IN CNAME www.example.net.
            *.wild       300 IN TXT "any"
            loop1        300 IN CNAME loop2
            loop2        300 IN CNAME loop1
            big          300 IN TXT %s
            """.formatted(("\"" + "x".repeat(250) + "\" ").repeat(20));

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"nsd", "knotd"})
    void asks(String program) throws IOException, InterruptedException {
        Optional<Path> binary = find(program);
        Assumptions.assumeTrue(binary.isPresent(), program + " is not installed");
        InetSocketAddress address = DnsTests.closedPort();
        Files.writeString(directory.resolve("example.zone"), ZONE);
        Path configuration = directory.resolve(program + ".conf");
        Files.writeString(configuration, configuration(program, address.getPort()));
        Process server = new ProcessBuilder(command(binary.get(), configuration))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(program + ".log").toFile())
                .start();
        try (DnsjavaClient client = new DnsjavaClient(List.of(address), Duration.ofSeconds(10))) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> ask(client, "_dmarc.example") instanceof DnsAnswer.Found);
            answersRightly(client);
            aTtlComesThrough(client);
        } finally {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        }
    }

    private static void answersRightly(DnsjavaClient client) {
        assertEquals(answer("v=DMARC1; p=reject"), ask(client, "_dmarc.example"));
        assertEquals(answer("v=DMARC1; p=reject"), ask(client, "www.example"));
        assertEquals(answer("192.0.2.1"), ask(client, DnsQuestion.Type.A, "a.example"));
        assertEquals(answer("2001:db8:0:0:0:0:0:1"), ask(client, DnsQuestion.Type.AAAA, "a.example"));
        assertEquals(answer("a.example,b.example"), ask(client, DnsQuestion.Type.MX, "example"));
        assertEquals(answer("any"), ask(client, "thing.wild.example"));
        assertEquals(answer("x".repeat(5_000)), ask(client, "big.example"), "by TCP");
        assertEquals(answer("NODATA"), ask(client, "a.example"));
        assertEquals(answer("NXDOMAIN"), ask(client, "nowhere.example"));
        assertEquals(answer("NODATA"), ask(client, "dangling.example"), "E168");
        // These servers know one zone only and recurse for nobody.
        assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "elsewhere.example"));
        assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "other.net"));
        assertInstanceOf(DnsAnswer.Unavailable.class, ask(client, "loop1.example"));
    }

    private static void aTtlComesThrough(DnsjavaClient client) {
        assertEquals(
                new TimedAnswer(answer("v=DMARC1; p=reject"), Duration.ofSeconds(30)),
                DnsTests.await(client.ask(DnsQuestion.txt("www.example"))));
        assertEquals(
                new TimedAnswer(answer("NXDOMAIN"), Duration.ofSeconds(45)),
                DnsTests.await(client.ask(DnsQuestion.txt("nowhere.example"))));
    }

    private static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        return Stream.of(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<String> command(Path binary, Path configuration) {
        return binary.endsWith("nsd")
                ? List.of(binary.toString(), "-d", "-c", configuration.toString())
                : List.of(binary.toString(), "-c", configuration.toString());
    }

    private String configuration(String program, int port) {
        String local = InetAddress.getLoopbackAddress().getHostAddress();
        String template = program.equals("nsd") ? """
                server:
                  ip-address: %2$s@%3$d
                  server-count: 1
                  username: ""
                  chroot: ""
                  zonesdir: "%1$s"
                  zonelistfile: "%1$s/zone.list"
                  xfrdfile: "%1$s/xfrd.state"
                  xfrdir: "%1$s"
                  pidfile: "%1$s/nsd.pid"
                  database: ""
                remote-control:
                  control-enable: no
                zone:
                  name: example
                  zonefile: example.zone
                """ : """
                server:
                  rundir: "%1$s"
                  listen: %2$s@%3$d
                  udp-workers: 1
                  tcp-workers: 1
                  background-workers: 1
                database:
                  storage: "%1$s"
                control:
                  listen: "%1$s/knot.sock"
                log:
                - target: stdout
                  any: info
                zone:
                - domain: example
                  storage: "%1$s"
                  file: example.zone
                  zonefile-load: whole
                """;
        return template.formatted(directory, local, port);
    }
}
