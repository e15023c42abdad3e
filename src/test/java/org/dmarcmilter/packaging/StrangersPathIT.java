package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.dmarcmilter.documents.Page;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Somebody who has the source, a fresh Debian with a JDK and Maven, and the first page: types what stands there, and on the pages that it
 * sends to, letter by letter. The way to the first aggregate report is in {@link DebianPackageIT}.
 */
@DisplayName("by the README alone, in a fresh system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StrangersPathIT {
    private static final String HOME = "/home/me";
    private static final String SOURCE = HOME + "/dmarc-milter";
    private static final List<String> SOURCES =
            List.of(".mvn", "LICENSE", "README.md", "config", "docker", "pom.xml", "src", "systemd");
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final String SERVICE = "systemctl show -P MainPID ";

    private BootedSystem system;

    /** The steps by which the first page leads from OpenDMARC to us and back. */
    private final List<String> steps = Page.README.inline("## Coming from OpenDMARC");

    @BeforeAll
    void boot() {
        system = BootedSystem.boot("maven");
        for (String source : SOURCES) {
            Path path = Path.of(source);
            system.copy(path, SOURCE + (Files.isDirectory(path) ? "/" + source : ""));
        }
        // What Maven would fetch.
        system.copy(Path.of(System.getProperty("localRepository")), HOME + "/.m2/repository");
        system.mustRun("useradd me && chown -R me: " + HOME);
    }

    @AfterAll
    void shutDown() {
        if (system != null) {
            system.close();
        }
    }

    /** As no particular user, in the source tree. */
    private String asMe(String command) {
        return system.mustRun("runuser -u me -- sh <<'END'\ncd " + SOURCE + "\n" + command + "\nEND");
    }

    @Test
    @Order(1)
    @DisplayName("two commands, and a message is judged; the first does not keep silent meanwhile")
    void judgesAMessage() {
        List<String> commands = Page.README.block("## Try it").lines().toList();
        assertEquals(2, commands.size(), commands::toString);
        String built = asMe(commands.get(0));
        assertTrue(built.contains("Building dmarc-milter "), built);
        String printed = asMe(commands.get(1));
        assertTrue(
                printed.matches("(?s).*\nAuthor domain\n    example.com\n.*\n"
                        + "Evaluation\n    (pass|fail|none|temperror|permerror): .*\nVerdict\n.*"),
                printed);
    }

    @Test
    @Order(2)
    @DisplayName("it runs in the foreground")
    void runsInTheForeground() {
        asMe("(" + Page.README.blocks("## Try it").get(1).strip() + ") >/tmp/out 2>&1 &");
        awaitListening("/tmp/out", 8893);
        endOf("me");
    }

    @Test
    @Order(2)
    @DisplayName("it runs in the background from a folder of its own")
    void runsAnywhere() {
        asMe("cd target/dmarc-milter && " + Page.INSTALL.block("## Anywhere else"));
        assertTrue(system.mustRun("ss -Htln 'sport = 8893'").contains("127.0.0.1"));
        endOf("me");
    }

    private void endOf(String user) {
        system.mustRun("pkill -u " + user + " java");
        await().atMost(START_LIMIT)
                .untilAsserted(() -> assertEquals(
                        "", system.mustRun("pgrep -u " + user + " java || true").strip()));
    }

    private void awaitListening(String output, int port) {
        await().atMost(START_LIMIT)
                .untilAsserted(() -> assertTrue(
                        system.mustRun("cat " + output).contains("listening on inet:" + port + "@127.0.0.1")));
    }

    @Test
    @Order(3)
    @DisplayName("there is an OpenDMARC, as Debian and Postfix have it")
    void openDmarcJudges() {
        system.installFromDebian("postfix opendmarc");
        mail().deliverToReader();
        system.mustRun("""
                set -e
                install -d -o opendmarc -g opendmarc -m 0750 /var/spool/postfix/opendmarc
                usermod -a -G opendmarc postfix
                sed -i 's,^Socket.*,Socket local:/var/spool/postfix/opendmarc/opendmarc.sock,' /etc/opendmarc.conf
                printf 'HistoryFile /var/run/opendmarc/opendmarc.dat\\nRecordAllMessages true\\n' >>/etc/opendmarc.conf
                postconf 'smtpd_milters = local:opendmarc/opendmarc.sock' milter_default_action=accept
                systemctl restart opendmarc postfix
                """);
        assertOpenDmarcJudges();
    }

    private void assertOpenDmarcJudges() {
        await().atMost(START_LIMIT)
                .untilAsserted(() -> system.mustRun("test -S /var/spool/postfix/opendmarc/opendmarc.sock"));
        mail().send("example.com", "", "").expect(250);
        String delivered = mail().delivered();
        assertTrue(delivered.contains("\nAuthentication-Results: mx.example.org; dmarc="), delivered);
        assertFalse(delivered.contains("policy.dmarc="), delivered);
    }

    private MailHost mail() {
        return new MailHost(system);
    }

    @Test
    @Order(4)
    @DisplayName("the package for Debian is built and installed by the first page's line")
    void installs() {
        String line = Page.README
                .chapter("## Try it")
                .lines()
                .filter(item -> item.startsWith("- Debian 12 and 13: `"))
                .findAny()
                .orElseThrow()
                .split("`")[1];
        String installed = system.mustRun("cd " + SOURCE + " && yes | (" + line + ")");
        assertTrue(installed.contains("Setting up dmarc-milter "), installed);
        assertOpenDmarcJudges();
    }

    @Test
    @Order(5)
    @DisplayName("it says what it will do with OpenDMARC's file, and runs beside it without disturbing it")
    void triesBesideIt() {
        String told = system.mustRun(steps.get(0));
        assertTrue(told.contains("/etc/opendmarc.conf: no mistakes, no warnings"), told);
        String before = system.mustRun(SERVICE + "opendmarc && cat /run/opendmarc/opendmarc.pid");
        system.mustRun("(" + steps.get(1) + ") >/tmp/trial 2>&1 &");
        awaitListening("/tmp/trial", 8894);
        endOf("opendmarc");
        assertEquals(before, system.mustRun(SERVICE + "opendmarc && cat /run/opendmarc/opendmarc.pid"));
        assertOpenDmarcJudges();
    }

    @Test
    @Order(6)
    @DisplayName("it takes OpenDMARC's place, and OpenDMARC takes it back")
    void changesOverAndBack() {
        List<String> blocks = Page.FROM_OPENDMARC.blocks("## The packages' service");
        String file = system.mustRun("cat /etc/opendmarc.conf");
        String told = system.mustRun(blocks.get(0));
        assertTrue(told.contains(": no mistakes, no warnings"), told);
        assertTrue(blocks.get(1).contains(steps.get(3)), "the first page has the same command");
        String before = system.mustRun(blocks.get(1))
                .lines()
                .filter(line -> line.startsWith("smtpd_milters = "))
                .findFirst()
                .orElseThrow();
        mail().send("example.com", "", "").expect(250);
        String delivered = mail().delivered();
        assertTrue(delivered.contains("\nAuthentication-Results: mx.example.org; dmarc="), delivered);
        assertTrue(delivered.contains("policy.dmarc="), delivered);
        assertEquals("0", system.mustRun(SERVICE + "opendmarc").strip());
        doesItWork();
        bringsHistory();

        system.mustRun(steps.get(4));
        system.mustRun("postconf '" + before + "' && postfix reload");
        assertOpenDmarcJudges();
        assertEquals("0", system.mustRun(SERVICE + "dmarc-milter").strip());
        assertEquals(file, system.mustRun("cat /etc/opendmarc.conf"));
    }

    /** Each way of the page leads to a line of ours in the log. */
    private void doesItWork() {
        system.installFromDebian("swaks");
        system.mustRun("printf 'From: test@example.com\\n\\n' >/root/message.eml");
        List<String> ways = Stream.of("## Send it", "## Nothing is marked")
                .flatMap(heading -> Page.DOES_IT_WORK.blocks(heading).stream())
                .filter(block -> block.contains("swaks ") || block.contains("explain "))
                .toList();
        assertEquals(4, ways.size(), ways::toString);
        assertTrue(system.mustRun("cd /root && " + ways.get(3).strip()).contains("\nVerdict\n"));
        for (String way : ways.subList(0, 3)) {
            int before = judged();
            system.mustRun(way.replace("you@example.org", "reader@example.net"));
            await().atMost(START_LIMIT).untilAsserted(() -> assertEquals(before + 1, judged(), way));
        }
    }

    private int judged() {
        String lines =
                system.mustRun("journalctl -q -t dmarc-milter --output=cat --grep ': example.com [a-z]+$' || true");
        return (int) lines.lines().count();
    }

    /** What OpenDMARC has recorded is counted, and then in the journal. */
    private void bringsHistory() {
        String counted = system.mustRun(Page.STATS.blocks("# Statistics").get(0));
        assertTrue(counted.contains(" messages: "), counted);
        system.append(
                InstalledPackageScenario.CONFIGURATION,
                "AggregateReports true\nReportEmail dmarc-reports@example.org\nReportOrg Example Organization\n");
        system.mustRun("systemctl reload dmarc-milter && chmod o+x /run/opendmarc");
        String brought = system.mustRun(Page.AGGREGATE_REPORTS.block("## Bring OpenDMARC's history"));
        assertTrue(brought.contains("opendmarc.dat.1"), brought);
    }
}
