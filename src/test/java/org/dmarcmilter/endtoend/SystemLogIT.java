package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What arrives in a real system log, rsyslog's, with an identity that OpenDMARC's log parsers know. */
@Timeout(120)
class SystemLogIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final Peers peers = new Peers();

    private PrivateSystemLog log;
    private PartlyDeadDns dns;
    private PeerProcess daemon;
    private String socket;

    @BeforeEach
    void start() {
        log = peers.add(PrivateSystemLog.create(directory));
        NameServer live = peers.add(NameServer.start(directory, """
                _dmarc.example.com. TXT "v=DMARC1; p=reject"
                _dmarc.evil.example. TXT "v=DMARC1; p=re\\010<0>kernel: panic\\013<8>\\027[2J"
                """));
        dns = peers.add(PartlyDeadDns.start(live, "dead.example"));
    }

    @AfterEach
    void stop() {
        try (peers) {
            if (daemon != null) {
                daemon.close();
            }
        }
    }

    private void startDaemon(String configuration) {
        socket = "inet:" + Loopback.freePort() + "@127.0.0.1";
        Path file = DaemonUnderTest.writeConfiguration(
                directory,
                "Socket " + socket + "\nNameservers " + dns.address() + "\nDNSTimeout 1\nAuthservID mx.example.test\n"
                        + "Syslog true\nSyslogIdentity opendmarc\n" + configuration);
        daemon = PeerProcess.start(
                directory.resolve("dmarc-milter.log"),
                log.inside(DaemonUnderTest.command("-f", "-c", file.toString())));
        daemon.awaitReady(() -> daemon.output().contains("listening on"));
    }

    private String tag() {
        return " opendmarc[" + daemon.pid() + "]: ";
    }

    private void send(String job, String from, String... fields) {
        try (MilterPeer mta = MilterPeer.connect(socket)) {
            mta.connection("client.example", "192.0.2.7");
            mta.helo("client.example");
            send(mta, job, from, fields);
        }
    }

    private static void send(MilterPeer mta, String job, String from, String... fields) {
        mta.mail("bounce@example.com", Map.of("i", job));
        mta.rcpt("user@local.test");
        mta.data();
        for (int i = 0; i < fields.length; i += 2) {
            mta.header(fields[i], fields[i + 1]);
        }
        mta.header("From", from);
        mta.endOfHeaders();
        mta.endOfMessage();
    }

    /** Messages one after another on one connection, whose lines therefore have an order. */
    private List<String> sendMany(String letter, int number) {
        List<String> lines = new ArrayList<>();
        try (MilterPeer mta = MilterPeer.connect(socket)) {
            mta.connection("client.example", "192.0.2.7");
            mta.helo("client.example");
            for (int i = 0; i < number; i++) {
                send(mta, letter + i, "a@example.com");
                lines.add("mail.info" + tag() + letter + i + ": example.com fail");
            }
        }
        return lines;
    }

    @Test
    void linesHaveOurFacilityOurNameAndTheirSeverity() {
        log.startLogger();
        startDaemon("ChangeRootDirectory /srv\nMilterDebug 1\n");
        String trusted = "mx.example.test; dkim=pass header.d=example.com";
        send("PASS", "a@example.com", "Authentication-Results", trusted);
        send("FAIL", "a@example.com");
        send("NONE", "a@example.net");
        send("TEMP", "a@dead.example");
        send("PERM", "a@example.com>");
        log.awaitLine("mail.info" + tag() + "PASS: example.com pass");
        log.awaitLine("mail.info" + tag() + "FAIL: example.com fail");
        log.awaitLine("mail.info" + tag() + "NONE: example.net none");
        log.awaitLine("mail.info" + tag() + "TEMP: dead.example temperror");
        log.awaitLine("mail.err" + tag()
                + "PERM: unable to parse From header field: misplaced '>'; a reader may see example.com");
        assertTrue(
                log.lines().stream()
                        .anyMatch(line ->
                                line.startsWith("mail.warning" + tag()) && line.contains("ChangeRootDirectory")),
                () -> String.join("\n", log.lines()));
        assertTrue(
                log.lines().stream().anyMatch(line -> line.startsWith("mail.debug" + tag())),
                () -> String.join("\n", log.lines()));
    }

    /** OpenDMARC's parent process is our launcher, which logs by itself. */
    @Test
    void theLauncherLogsWhereTheDaemonDoes() {
        log.startLogger();
        startDaemon("SyslogFacility authpriv\nAutoRestart yes\n");
        ProcessHandle.of(daemon.pid())
                .orElseThrow()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .forEach(ProcessHandle::destroyForcibly);
        log.awaitLine("authpriv.notice" + tag() + "terminated with signal 9, restarting");
    }

    @Test
    void nobodyCanWriteLinesOfTheirOwn() {
        log.startLogger();
        startDaemon("SyslogFacility local3\n");
        String evil = "\n<0>kernel: panic\r<8>\u001b[2J";
        String overlong = "x".repeat(1_000) + "<0>evil ".repeat(2_000);
        send("ONE" + evil, "a@example.com", "ARC-Seal", "i=0; d=" + evil, "Subject", evil);
        send("TWO", "a" + evil + "@example.com");
        send("THREE", "a@example.com", "ARC-Seal", "i=0; d=" + overlong);
        send("FOUR", "a@evil.example");
        send(overlong, "a@example.com");
        send("LAST", "a@example.com");
        log.awaitLine("local3.info" + tag() + "LAST: example.com fail");
        String shown = "\\n<0>kernel: panic\\r<8><U+001B escape>[2J";
        assertEquals(
                List.of(
                        "local3.warning" + tag() + "ONE" + shown + ": ignoring invalid ARC-Seal header \"i=0; d="
                                + shown + "\"",
                        "local3.info" + tag() + "ONE" + shown + ": example.com fail"),
                log.lines().stream()
                        .filter(line -> line.contains("panic") && !line.contains(": details from=example.com "))
                        .toList());
        assertEquals(List.of(), unlike("local3\\.(info|warning|err)" + Pattern.quote(tag()) + "[\\x20-\\x7e]*"));
    }

    /** Lines, our own and not rsyslog's, that do not look like this. That no checker is in front is no news here. */
    private List<String> unlike(String pattern) {
        return log.lines().stream()
                .filter(line -> !line.startsWith("syslog.info rsyslogd"))
                .filter(line -> !line.contains("no checker in front"))
                .filter(line -> !line.matches(pattern))
                .toList();
    }

    @Test
    void theSystemLoggerMayComeLate() {
        startDaemon("");
        assertTrue(daemon.output().contains("nothing listens at /dev/log"), daemon::output);
        log.startLogger();
        send("ONE", "a@example.com");
        log.awaitLine("mail.info" + tag() + "ONE: example.com fail");
    }

    /** Lines of the time without a system logger are lost or come late, as they do with syslog(3). */
    @Test
    void noOtherLineIsLostWhenTheSystemLoggerIsRestarted() {
        log.startLogger();
        startDaemon("");
        List<String> expected = new ArrayList<>(sendMany("A", 1_000));
        log.awaitLine(expected.get(expected.size() - 1));
        log.stopLogger();
        List<String> between = sendMany("B", 100);
        log.startLogger();
        expected.addAll(sendMany("C", 1_000));
        log.awaitLine(expected.get(expected.size() - 1));
        List<String> results = log.lines().stream()
                .filter(line -> line.contains("example.com") && !line.contains(": details "))
                .filter(line -> !between.contains(line))
                .toList();
        assertEquals(expected, results);
        assertEquals(List.of(), unlike("mail\\.info" + Pattern.quote(tag()) + "[\\x20-\\x7e]*"));
    }

    /** A service manager signals all processes of a service, logger(1) too. */
    @Test
    void theLastLinesArriveAlthoughTheLoggerIsToldToStopToo() {
        log.startLogger();
        startDaemon("");
        await().until(() -> log.lines().stream().anyMatch(line -> line.contains("listening on")));
        ProcessHandle.of(daemon.pid()).orElseThrow().children().forEach(ProcessHandle::destroy);
        send("NEARLY", "a@example.com");
        daemon.signal("TERM");
        assertEquals(0, daemon.exitCode(PeerProcess.START_LIMIT));
        log.awaitLine("mail.info" + tag() + "NEARLY: example.com fail");
        await().until(() -> log.lines().stream()
                .anyMatch(line -> line.startsWith("mail.info" + tag()) && line.contains("terminating with status 0")));
    }

    @Test
    void aLoggerThatDiesIsStartedAgain() {
        log.startLogger();
        startDaemon("");
        await().until(() -> log.lines().stream().anyMatch(line -> line.contains("listening on")));
        List<ProcessHandle> children =
                ProcessHandle.of(daemon.pid()).orElseThrow().children().toList();
        assertEquals(1, children.size());
        children.get(0).destroyForcibly();
        await().until(() -> !children.get(0).isAlive());
        send("AGAIN", "a@example.com");
        log.awaitLine("mail.info" + tag() + "AGAIN: example.com fail");
    }
}
