package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of the process: what a service manager and an operator see of it. */
@Timeout(60)
class SignalsIT {
    /** A daemon without work to finish leaves within this, a busy machine included. */
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(8);

    private static final String CONFIGURATION = "AuthservID mx.example.test\nDNSTimeout 2\n";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private NameServer live;
    private PartlyDeadDns dns;

    @BeforeEach
    void startDns() {
        live = NameServer.start(directory, "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n");
        dns = PartlyDeadDns.start(live, "dead.example");
    }

    @AfterEach
    void stopDns() {
        dns.close();
        live.close();
    }

    @Test
    void aMessageThatHasBegunIsFinishedAfterSigterm() {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION);
                MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            begin(mta, "example.com");
            dns.awaitQuestion();
            daemon.process().signal("TERM");
            awaitNoNewConnections(daemon);
            mta.header("Subject", "news");
            mta.endOfHeaders();
            assertJudged("dmarc=fail", mta.endOfMessage());
            assertEquals(0, daemon.process().exitCode(EXIT_LIMIT));
        }
    }

    @Test
    void aVerdictThatWaitsForTheDnsIsGivenAfterSigterm() {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION);
                MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            begin(mta, "dead.example");
            mta.endOfHeaders();
            mta.sendEndOfMessage();
            dns.awaitQuestion();
            daemon.process().signal("TERM");
            assertJudged("dmarc=temperror", mta.awaitVerdict());
            assertEquals(0, daemon.process().exitCode(EXIT_LIMIT));
        }
    }

    @Test
    void idleConnectionsDoNotDelayTheEnd() {
        List<MilterPeer> idle = new ArrayList<>();
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION)) {
            for (int i = 0; i < 20; i++) {
                idle.add(MilterPeer.connect(daemon.socket()));
            }
            idle.get(0).connection("client.example", "192.0.2.7");
            daemon.process().signal("TERM");
            assertEquals(0, daemon.process().exitCode(EXIT_LIMIT));
        } finally {
            idle.forEach(MilterPeer::close);
        }
    }

    @ParameterizedTest(name = "SIG{0}")
    @CsvSource({"HUP", "USR1"})
    void reloadsForNewConnections(String signal) {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION);
                MilterPeer old = MilterPeer.connect(daemon.socket())) {
            old.connection("client.example", "192.0.2.7");
            String settings = "Socket " + daemon.socket() + "\nNameservers " + dns.address() + "\nDNSTimeout 2\n";

            DaemonUnderTest.writeConfiguration(directory, settings + "AuthservID other.example.test\n");
            daemon.process().signal(signal);
            await().atMost(EXIT_LIMIT).until(() -> daemon.log().contains("configuration reloaded from"));
            assertJudged("other.example.test; dmarc=fail", judged(daemon));

            DaemonUnderTest.writeConfiguration(directory, settings + "AuthservID third.example.test\nNonsense 1\n");
            daemon.process().signal(signal);
            await().atMost(EXIT_LIMIT).until(() -> daemon.log().contains(":5: "));
            assertJudged("other.example.test; dmarc=fail", judged(daemon));

            beginMessage(old, "example.com");
            old.endOfHeaders();
            assertJudged("mx.example.test; dmarc=fail", old.endOfMessage());
        }
    }

    /** It has the process ignore SIGHUP, which a JVM leaves so. */
    @Test
    void reloadsUnderNohupToo() {
        List<String> nohup = List.of("nohup");
        try (DaemonUnderTest daemon = DaemonUnderTest.startWith(nohup, directory, dns.address(), CONFIGURATION)) {
            daemon.process().signal("HUP");
            await().atMost(EXIT_LIMIT).until(() -> daemon.log().contains("configuration reloaded from"));
        }
    }

    @Test
    void thePidFileIsThereWhileTheDaemonServes() throws IOException {
        Path pidFile = directory.resolve("dmarc-milter.pid");
        try (DaemonUnderTest daemon =
                DaemonUnderTest.start(directory, dns.address(), CONFIGURATION + "PidFile " + pidFile + "\n")) {
            assertEquals(daemon.process().pid() + "\n", Files.readString(pidFile));
            daemon.process().signal("TERM");
            assertEquals(0, daemon.process().exitCode(EXIT_LIMIT));
            assertFalse(Files.exists(pidFile));
        }
    }

    @Test
    void withoutDashFTheLauncherLeavesWhenTheDaemonServes() throws IOException {
        Path pidFile = directory.resolve("dmarc-milter.pid");
        int port = Loopback.freePort();
        Path configuration = DaemonUnderTest.writeConfiguration(
                directory, "Socket inet:" + port + "@127.0.0.1\nPidFile " + pidFile + "\n");
        run(0, "-c", configuration.toString());
        ProcessHandle daemon = ProcessHandle.of(
                        Long.parseLong(Files.readString(pidFile).strip()))
                .orElseThrow();
        try {
            assertTrue(Loopback.accepts(port));
        } finally {
            daemon.destroy();
        }
        await().atMost(EXIT_LIMIT).until(() -> !daemon.isAlive());
        assertFalse(Files.exists(pidFile));
    }

    @Test
    void aSocketThatAKilledDaemonLeftIsReplaced() throws IOException {
        Path socket = directory.resolve("dmarc.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertTrue(Files.exists(socket), "Java leaves the file, as a killed daemon does");
        try (DaemonUnderTest daemon =
                        DaemonUnderTest.startOnUnixSocket(directory, socket, dns.address(), CONFIGURATION);
                MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            send(mta, "example.com");
            assertJudged("dmarc=fail", mta.endOfMessage());
        }
    }

    @Test
    void aSocketThatAnotherDaemonServesIsLeftAlone() {
        Path socket = directory.resolve("dmarc.sock");
        try (DaemonUnderTest first =
                DaemonUnderTest.startOnUnixSocket(directory, socket, dns.address(), CONFIGURATION)) {
            run(69, "-f", "-c", directory.resolve("dmarc-milter.conf").toString());
            try (MilterPeer mta = MilterPeer.connect(first.socket())) {
                send(mta, "example.com");
                assertJudged("dmarc=fail", mta.endOfMessage());
            }
        }
    }

    @Test
    void aFileInTheSocketsPlaceIsLeftAlone() throws IOException {
        Path file = Files.writeString(directory.resolve("precious"), "data");
        Path configuration = DaemonUnderTest.writeConfiguration(directory, "Socket unix:" + file + "\n");
        run(78, "-f", "-c", configuration.toString());
        assertEquals("data", Files.readString(file));
    }

    @Test
    void dashNSaysWhetherTheConfigurationIsGood() {
        Path good = DaemonUnderTest.writeConfiguration(directory.resolve("good"), "RejectFailures yes\n");
        run(0, "-n", "-c", good.toString());
        Path bad = DaemonUnderTest.writeConfiguration(
                directory.resolve("bad"), "RejectFailures yes\n# a comment\nRejectFailure yes\n");
        String output = run(78, "-n", "-c", bad.toString());
        assertTrue(output.contains(":3: "), output);
        Path illegal = DaemonUnderTest.writeConfiguration(directory.resolve("illegal"), "RejectFailures on\n");
        output = run(78, "-n", "-c", illegal.toString());
        assertTrue(output.contains(":1: "), output);
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # argument | exit code | output holds                     | why
            -V         | 0         | dmarc-milter v                   | prints the version
            -Q         | 64        | usage: dmarc-milter [options]    | no such flag
            word       | 64        | usage: dmarc-milter [options]    | neither a flag nor a command
            -c         | 64        | usage: dmarc-milter [options]    | its argument is missing
            """)
    void answersOnTheCommandLine(String argument, int exitCode, String text, String why) {
        String output = run(exitCode, argument);
        assertTrue(output.contains(text), output);
    }

    private String run(int expectedExitCode, String... arguments) {
        try (PeerProcess process =
                PeerProcess.start(directory.resolve("command.log"), DaemonUnderTest.command(arguments))) {
            assertEquals(expectedExitCode, process.exitCode(PeerProcess.START_LIMIT), process::output);
            return process.output();
        }
    }

    private static MilterPeer.EndOfMessage judged(DaemonUnderTest daemon) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            send(mta, "example.com");
            return mta.endOfMessage();
        }
    }

    /** A whole message but for its end. */
    private static void send(MilterPeer mta, String authorDomain) {
        begin(mta, authorDomain);
        mta.endOfHeaders();
    }

    private static void begin(MilterPeer mta, String authorDomain) {
        mta.connection("client.example", "192.0.2.7");
        mta.helo("client.example");
        beginMessage(mta, authorDomain);
    }

    private static void beginMessage(MilterPeer mta, String authorDomain) {
        mta.mail("bounce@" + authorDomain, Map.of("i", "QUEUEID"));
        mta.rcpt("user@local.test");
        mta.data();
        mta.header("From", "sender@" + authorDomain);
    }

    private static void assertJudged(String result, MilterPeer.EndOfMessage answer) {
        assertTrue(answer.verdict().lets(), answer::toString);
        assertTrue(answer.added("Authentication-Results").get(0).contains(result), answer::toString);
    }

    private static void awaitNoNewConnections(DaemonUnderTest daemon) {
        int port = Integer.parseInt(daemon.socket().replaceAll("inet:(\\d+)@.*", "$1"));
        await("the daemon takes no new connections").atMost(EXIT_LIMIT).until(() -> !Loopback.accepts(port));
    }
}
