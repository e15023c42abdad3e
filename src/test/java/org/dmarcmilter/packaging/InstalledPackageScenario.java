package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The life of an installed package, in one system, each step after the other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class InstalledPackageScenario {
    static final String CONFIGURATION = "/etc/dmarc-milter/dmarc-milter.conf";
    private static final int LAST = 99;
    static final String LOOPBACK = "inet:8893@127.0.0.1";
    private static final Duration RESTART_LIMIT = Duration.ofSeconds(60);

    /** What the packages are made from, beside {@code target/dmarc-milter}. */
    private static final List<String> SOURCES = List.of(
            "LICENSE", "README.md", "pom.xml", "src/main/resources/META-INF", "src/packaging", "src/site", "systemd");

    /** Where the source tree is in the system, as after "mvn package". */
    static final String SOURCE = "/root/source/";

    private BootedSystem system;

    /** The release of Debian to boot. */
    abstract String suite();

    /** The heading of the installation page's chapter that tells how to build the package, install it and start it. */
    abstract String chapter();

    /** Makes the system what a reader of that chapter has. */
    abstract void prepare(BootedSystem system);

    /** Installs a newer version, whose configuration file differs from the first one's. */
    abstract void upgrade(BootedSystem system);

    /** Installs the package with OpenDMARC's command names. */
    abstract void installCompat(BootedSystem system);

    /** Installs some package that has files in {@code /usr/lib/jvm}. */
    abstract void installSomeJava(BootedSystem system);

    /** Removes the package. */
    abstract void remove(BootedSystem system);

    @BeforeAll
    void boot() throws IOException, URISyntaxException {
        system = BootedSystem.boot(suite());
        system.copy(Path.of("target/dmarc-milter"), SOURCE + "target/dmarc-milter");
        for (String source : SOURCES) {
            Path path = Path.of(source);
            system.copy(path, SOURCE + (Files.isDirectory(path) ? source : ""));
        }
        Path classes = Path.of(MilterProbe.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        for (Class<?> used : List.of(MilterProbe.class, MilterPeer.class)) {
            String folder = used.getPackageName().replace('.', '/');
            system.copy(classes.resolve(folder), "/usr/local/probe/" + folder);
        }
        prepare(system);
        // With the answer to "Is this ok".
        Page.INSTALL.commands(chapter()).forEach(line -> system.mustRun("cd " + SOURCE + " && yes | (" + line + ")"));
    }

    @AfterAll
    void shutDown() {
        if (system != null) {
            system.close();
        }
    }

    @Test
    @Order(1)
    @DisplayName("after the page's commands it runs, with a class archive and without a warning, and so at each boot")
    void starts() {
        assertAll(
                () -> assertEquals(
                        "enabled",
                        system.mustRun("systemctl is-enabled dmarc-milter.service")
                                .strip()),
                () -> assertEquals("active", state("ActiveState")),
                () -> assertEquals(
                        "enabled\nactive",
                        system.mustRun("systemctl is-enabled dmarc-milter-report.timer"
                                        + " && systemctl is-active dmarc-milter-report.timer")
                                .strip()),
                () -> assertTrue(
                        system.mustRun("systemctl list-timers --no-pager --no-legend dmarc-milter-report.timer")
                                .matches("(?s)\\S.* dmarc-milter-report\\.timer +dmarc-milter-report\\.service\\s*")),
                () -> assertEquals(
                        "dmarc-milter dmarc-milter 750 /var/lib/dmarc-milter\n"
                                + "dmarc-milter dmarc-milter 750 /var/lib/dmarc-milter/reports",
                        system.mustRun("stat -c '%U %G %a %n' /var/lib/dmarc-milter /var/lib/dmarc-milter/reports")
                                .strip()),
                () -> assertEquals(
                        "dmarc-milter",
                        system.mustRun("stat -c %U /proc/$(systemctl show -P MainPID dmarc-milter)")
                                .strip()),
                () -> assertTrue(journal("listening on inet:8893@127.0.0.1")),
                () -> assertEquals(
                        "", system.mustRun("journalctl --unit=dmarc-milter --priority=warning --output=cat -q")),
                () -> system.mustRun("ls /var/cache/dmarc-milter/classes-*.jsa"),
                () -> system.mustRun("tr '\\0' ' ' </proc/$(systemctl show -P MainPID dmarc-milter)/cmdline"
                        + " | grep -q SharedArchiveFile"));
    }

    @Test
    @Order(2)
    @DisplayName("a message is judged, and the journal has our line with its level")
    void judges() {
        system.mustRun("printf '%s\\n' '_dmarc.example.com v=DMARC1; p=reject' 'example.com v=spf1 -all'"
                + " >/etc/dmarc-milter/test-dns");
        configure("TestDNSData /etc/dmarc-milter/test-dns");
        restart();
        String replies = probe(LOOPBACK);
        assertTrue(replies.contains("dmarc=fail (p=reject dis=none) header.from=example.com"), replies);
        assertTrue(replies.endsWith("c\n"), replies);
        await().untilAsserted(() ->
                assertTrue(system.mustRun("journalctl --unit=dmarc-milter --priority=info..info --output=cat -q")
                        .contains("PROBE1: example.com fail")));
    }

    @Test
    @Order(3)
    @DisplayName("a reload takes the new configuration without a restart")
    void reloads() {
        String pid = state("MainPID");
        configure("RejectFailures true");
        system.mustRun("systemctl reload dmarc-milter");
        await().untilAsserted(() ->
                assertTrue(probe(LOOPBACK).startsWith("y550 5.7.1 rejected by DMARC policy for example.com")));
        assertEquals(pid, state("MainPID"));
    }

    @Test
    @Order(4)
    @DisplayName("a reload with a mistake fails, and the old configuration stays")
    void refusesMistakes() {
        configure("RejectFailures perhaps");
        assertNotEquals(0, system.run("systemctl reload dmarc-milter").code());
        assertTrue(probe(LOOPBACK).startsWith("y550"));
        assertEquals("active", state("ActiveState"));
        assertTrue(journal("RejectFailures"));
        system.mustRun("sed -i '$d' " + CONFIGURATION);
    }

    @Test
    @Order(5)
    @DisplayName("systemd starts it again after kill -9")
    void restartsWhenKilled() {
        String pid = state("MainPID");
        system.mustRun("kill -9 " + pid);
        awaitRestart(pid);
        assertTrue(probe(LOOPBACK).startsWith("y550"));
    }

    @Test
    @Order(6)
    @DisplayName("the watchdog is fed while it works, and has it started again when it hangs")
    void restartsWhenHanging() {
        addToUnit("WatchdogSec=3\nTimeoutAbortSec=2");
        restart();
        String pid = state("MainPID");
        String fed = state("WatchdogTimestampMonotonic");
        await().atMost(RESTART_LIMIT)
                .until(() -> !state("WatchdogTimestampMonotonic").equals(fed));
        assertEquals(pid, state("MainPID"));
        system.mustRun("kill -STOP " + pid);
        awaitRestart(pid);
        assertTrue(journal("Watchdog timeout"));
        system.mustRun("rm -r /run/systemd/system/dmarc-milter.service.d && systemctl daemon-reload");
    }

    @Test
    @Order(7)
    @DisplayName("with the socket unit systemd starts it at the first connection, for members of its group only")
    void activatesBySocket() {
        system.mustRun("systemctl stop dmarc-milter");
        system.mustRun("useradd --system --groups dmarc-milter mta && useradd --system stranger");
        system.mustRun("systemctl enable --quiet --now dmarc-milter.socket");
        assertEquals("inactive", state("ActiveState"));
        BootedSystem.Outcome refused = system.run(as("stranger", "unix:/run/dmarc-milter/milter.sock"));
        assertEquals(1, refused.code());
        assertTrue(refused.output().contains("Permission denied"), refused.output());
        assertEquals("inactive", state("ActiveState"));

        assertTrue(
                system.mustRun(as("mta", "unix:/run/dmarc-milter/milter.sock")).startsWith("y550"));
        assertTrue(journal("(from the service manager)"));
        restart();
        assertTrue(
                system.mustRun(as("mta", "unix:/run/dmarc-milter/milter.sock")).startsWith("y550"));
        system.mustRun("systemctl disable --quiet --now dmarc-milter.socket");
        restart();
        assertTrue(probe(LOOPBACK).startsWith("y550"));
    }

    @Test
    @Order(8)
    @DisplayName("its own unix socket is open to members of its group only")
    void ownUnixSocket() {
        configure("Socket local:/run/dmarc-milter/own.sock");
        restart();
        assertTrue(system.mustRun(as("mta", "unix:/run/dmarc-milter/own.sock")).startsWith("y550"));
        BootedSystem.Outcome refused = system.run(as("stranger", "unix:/run/dmarc-milter/own.sock"));
        assertTrue(refused.output().contains("Permission denied"), refused.output());
        system.mustRun("sed -i '$d' " + CONFIGURATION);
        restart();
    }

    @Test
    @Order(9)
    @DisplayName("systemd rates its exposure below 2.0")
    void isConfined() {
        for (String unit : List.of("dmarc-milter.service", "dmarc-milter-report.service")) {
            String report = system.mustRun("systemd-analyze security --no-pager " + unit);
            Matcher figure = Pattern.compile("Overall exposure level for " + unit + ": ([0-9.]+)")
                    .matcher(report);
            assertTrue(figure.find(), report);
            System.out.println("systemd-analyze security: " + unit + " " + figure.group(1));
            assertTrue(Double.parseDouble(figure.group(1)) < 2.0, report);
        }
        system.mustRun("systemd-analyze verify --man=no dmarc-milter.service dmarc-milter.socket"
                + " dmarc-milter-report.service dmarc-milter-report.timer");
    }

    @Test
    @Order(9)
    @DisplayName("the timer's service runs as its user, and has nothing to do while there are no reports")
    void runsReports() {
        system.mustRun("systemctl start dmarc-milter-report.service");
        assertEquals(
                "success",
                system.mustRun("systemctl show -P Result dmarc-milter-report.service")
                        .strip());
        assertEquals("", system.mustRun("journalctl -q --output=cat --unit=dmarc-milter-report _COMM=java"));
    }

    @Test
    @Order(10)
    @DisplayName("the additions for failure reports let a program gain its group's rights")
    void failureReportsAddition() {
        system.mustRun("cp /usr/bin/id /usr/local/bin/group-of && chgrp daemon /usr/local/bin/group-of"
                + " && chmod 2755 /usr/local/bin/group-of");
        addToUnit(
                system.mustRun("sed -n '/^\\[Service\\]/,$p' /usr/share/dmarc-milter/failure-reports.conf | tail -n +2")
                        + "ExecStartPost=/bin/sh -c '/usr/local/bin/group-of >/var/lib/dmarc-milter/group'");
        restart();
        assertTrue(system.mustRun("cat /var/lib/dmarc-milter/group").contains("egid=1(daemon)"));
        system.mustRun("rm /var/lib/dmarc-milter/group");
        assertTrue(probe(LOOPBACK).startsWith("y550"));
        system.mustRun("rm -r /run/systemd/system/dmarc-milter.service.d && systemctl daemon-reload");
    }

    @Test
    @Order(11)
    @DisplayName("a Java that is installed later has the class archive made anew")
    void renewsClassArchive() {
        system.mustRun("rm /var/cache/dmarc-milter/classes-*.jsa");
        installSomeJava(system);
        system.mustRun("ls /var/cache/dmarc-milter/classes-*.jsa");
    }

    @Test
    @Order(12)
    @DisplayName("an upgrade keeps the configuration and starts the new version")
    void upgrades() {
        restart();
        String pid = state("MainPID");
        upgrade(system);
        assertEquals("active", state("ActiveState"));
        assertNotEquals(pid, state("MainPID"));
        assertTrue(probe(LOOPBACK).startsWith("y550"));
        assertEquals("", system.mustRun("grep '^# A newer default' " + CONFIGURATION + " || true"));
    }

    @Test
    @Order(13)
    @DisplayName("OpenDMARC's command names run it")
    void oldNames() {
        installCompat(system);
        assertTrue(system.mustRun("opendmarc -V").contains("dmarc-milter"));
        String policy = system.mustRun("opendmarc-check -c " + CONFIGURATION + " example.com");
        assertTrue(policy.contains("reject"), policy);
    }

    @Test
    @Order(LAST)
    @DisplayName("removal stops it and keeps what the administrator wrote")
    void removes() {
        remove(system);
        assertAll(
                () -> assertNotEquals(
                        0,
                        system.run("systemctl is-active dmarc-milter.service").code()),
                () -> assertNotEquals(0, system.run("pgrep -u dmarc-milter").code()),
                () -> assertNotEquals(
                        0, system.run("ls /usr/share/dmarc-milter").code()),
                () -> system.mustRun("cat /etc/dmarc-milter/dmarc-milter.conf* | grep -q '^TestDNSData'"));
    }

    /** The system, with the package installed. */
    final BootedSystem system() {
        return system;
    }

    /** More often than the unit allows in a minute. */
    void restart() {
        system.mustRun("systemctl reset-failed dmarc-milter; systemctl restart dmarc-milter");
    }

    void configure(String line) {
        system.mustRun("echo '" + line + "' >>" + CONFIGURATION);
    }

    void addToUnit(String settings) {
        system.mustRun("mkdir -p /run/systemd/system/dmarc-milter.service.d && cat >/run/systemd/system/"
                + "dmarc-milter.service.d/test.conf <<'END'\n[Service]\n" + settings
                + "\nEND\nsystemctl daemon-reload");
    }

    String state(String property) {
        return system.mustRun("systemctl show -P " + property + " dmarc-milter.service")
                .strip();
    }

    boolean journal(String text) {
        return system.mustRun("journalctl --unit=dmarc-milter --output=cat -q").contains(text);
    }

    private void awaitRestart(String oldPid) {
        await().atMost(RESTART_LIMIT)
                .until(() -> state("ActiveState").equals("active")
                        && !state("MainPID").equals(oldPid));
    }

    /** The milter's replies to a message. */
    String probe(String address) {
        return system.mustRun(probeCommand(address));
    }

    private static String as(String user, String address) {
        return "setpriv --reuid=" + user + " --regid=" + user + " --init-groups " + probeCommand(address);
    }

    private static String probeCommand(String address) {
        return "java -XX:TieredStopAtLevel=1 -cp /usr/local/probe " + MilterProbe.class.getName() + " " + address;
    }
}
