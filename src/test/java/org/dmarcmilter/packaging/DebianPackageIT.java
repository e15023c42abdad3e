package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.endtoend.DeliveredMessage;
import org.dmarcmilter.endtoend.ReceivedReport;
import org.dmarcmilter.endtoend.SmtpReply;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The deb on Debian 12, and Postfix beside it. */
@DisplayName("the deb on Debian 12")
class DebianPackageIT extends InstalledPackageScenario {
    @Override
    String suite() {
        return "bookworm";
    }

    @Override
    String chapter() {
        return "## Debian 12 and 13";
    }

    @Override
    void prepare(BootedSystem system) {}

    @Override
    void upgrade(BootedSystem system) {
        system.mustRun("""
                set -e
                cd /root && dpkg-deb -R source/target/packages/dmarc-milter_*_all.deb newer
                sed -i 's/^Version: .*/Version: 99/' newer/DEBIAN/control
                echo '# A newer default' >>newer/etc/dmarc-milter/dmarc-milter.conf
                dpkg-deb -b newer newer.deb && dpkg --force-confdef --force-confold -i newer.deb
                """);
    }

    @Override
    void installCompat(BootedSystem system) {
        system.mustRun("""
                set -e
                cd /root && dpkg-deb -R source/target/packages/dmarc-milter-opendmarc-compat_*_all.deb compat
                sed -i -e 's/^Version: .*/Version: 99/' -e 's/(= .*)/(= 99)/' compat/DEBIAN/control
                dpkg-deb -b compat compat.deb && dpkg -i compat.deb
                """);
    }

    @Override
    void installSomeJava(BootedSystem system) {
        system.mustRun("""
                set -e
                mkdir -p /root/java/DEBIAN /root/java/usr/lib/jvm/some && touch /root/java/usr/lib/jvm/some/file
                printf '%s\\n' 'Package: some-java' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <n@example>' \
                  'Description: a file below /usr/lib/jvm' >/root/java/DEBIAN/control
                dpkg-deb -b /root/java /root/java.deb && dpkg -i /root/java.deb
                """);
    }

    @Override
    void remove(BootedSystem system) {
        system.mustRun("dpkg -r dmarc-milter-opendmarc-compat dmarc-milter");
    }

    @Test
    @Order(20)
    @DisplayName("Postfix hands mail over, configured as the page says")
    void judgesForPostfix() {
        system().installFromDebian("postfix opendkim");
        system().mustRun("sed -i 's/^Socket.*/Socket inet:8891@127.0.0.1/' /etc/opendkim.conf"
                + " && systemctl restart opendkim");
        mail().deliverToReader();
        append("/etc/postfix/main.cf", Page.POSTFIX_AND_SENDMAIL.block("## Postfix"));
        system().mustRun("systemctl restart postfix");

        assertEquals(
                "550 5.7.1 rejected by DMARC policy for example.com",
                send("example.com", "", "").toString());
        send("example.org", "", "").expect(250);
        String delivered = delivered();
        assertTrue(
                delivered.contains("Authentication-Results: mx.example.org; dmarc=none (p=none dis=none)"), delivered);
        assertTrue(delivered.contains("header.from=example.org"), delivered);
        assertEquals("", system().mustRun("journalctl -q --output=cat --grep='connect to Milter service' || true"));
    }

    @Test
    @Order(21)
    @DisplayName("results from outside count until Postfix removes them as the page says; attached ones stay")
    void removesForgedResults() {
        String forged = "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.com\r\n";
        send("example.com", forged, "").expect(250);

        String[] files = Page.POSTFIX_AND_SENDMAIL
                .block("## Remove forged results")
                .split("(?m)^# /etc/postfix/header_checks\n");
        append("/etc/postfix/main.cf", files[0]);
        append("/etc/postfix/header_checks", files[1]);
        system().mustRun("systemctl restart postfix");
        send("example.com", forged, "").expect(550);

        String attached = forged + "From: a@example.com\r\n\r\nattached\r\n";
        send("example.org", forged + "Content-Type: message/rfc822\r\n", attached)
                .expect(250);
        String delivered = delivered();
        assertEquals(2, delivered.split("spf=pass smtp.mailfrom=example.com", -1).length, delivered);
    }

    @Test
    @Order(22)
    @DisplayName("a report is received, signed, when all is done as the page says, and root leaves nothing in the way")
    void reportsAsThePageSays() {
        system().installFromDebian("opendkim-tools");
        String zone = """
                _dmarc.example.org v=DMARC1; p=none
                example.org v=spf1 a -all
                _dmarc.your-domain.example v=DMARC1; p=none; rua=mailto:reader@example.net
                your-domain.example._report._dmarc.example.net v=DMARC1
                """;
        append("/etc/dmarc-milter/test-dns", zone);
        List<String> steps = Page.AGGREGATE_REPORTS.blocks("## From nothing to a received report");
        append(CONFIGURATION, steps.get(0));
        system().mustRun(steps.get(1));

        List<String> signing = Page.AGGREGATE_REPORTS.blocks("## Sign them");
        system().mustRun(signing.get(0));
        append("/etc/opendkim.conf", signing.get(1));
        append("/etc/opendkim/signing.table", signing.get(2));
        append("/etc/opendkim/key.table", signing.get(3));
        system().mustRun(signing.get(4));
        String check = system().mustRun(steps.get(2).replace("you@example.org", "reader@example.net"));
        assertEquals(
                List.of(), check.lines().filter(line -> !line.startsWith("ok ")).toList());
        String test = delivered();
        assertTrue(test.contains("Subject: dmarc-milter report check"), test);
        assertTrue(test.matches("(?s).*DKIM-Signature: [^:]* d=example\\.org;\\s+s=reports;.*"), test);

        send("your-domain.example", "", "").expect(250);
        await().untilAsserted(() -> {
            String counted = system().mustRun(steps.get(3));
            assertTrue(counted.matches("(?s).* 24 +1 +0 +open\n.*"), counted);
        });
        String list = system().mustRun(steps.get(4));
        assertTrue(list.matches("(?s).* your-domain\\.example .* reader@example\\.net +sent .*"), list);
        String mail = delivered();
        assertTrue(mail.matches("(?s).*DKIM-Signature: [^:]* d=example\\.org;\\s+s=reports;.*"), mail);
        ReceivedReport report = ReceivedReport.of(DeliveredMessage.parse(mail));
        assertTrue(report.check().isValid(), report.check()::toString);
        assertEquals("your-domain.example", report.text("policy_published/domain"));
        assertEquals("Example Organization", report.text("report_metadata/org_name"));
        assertEquals(1, report.rows().size());
        String looked = system().mustRun(steps.get(5));
        assertTrue(looked.contains("example.org!your-domain.example!"), looked);

        assertEquals("", system().mustRun("find /var/lib/dmarc-milter ! -user dmarc-milter -o -perm /027 ! -type l"));
        system().mustRun("systemctl start dmarc-milter-report.service");
        assertEquals(
                "success",
                system().mustRun("systemctl show -P Result dmarc-milter-report.service")
                        .strip());
        system().mustRun("sed -i '/^ReportOnlyDomains/d' " + CONFIGURATION + " && systemctl reload dmarc-milter");
    }

    @Test
    @Order(23)
    @DisplayName("Postfix reaches the unix socket as the page says")
    void judgesOnTheUnixSocket() {
        Page.POSTFIX_AND_SENDMAIL.commands("## dmarc-milter on a unix socket").forEach(system()::mustRun);
        String before = delivered();
        send("example.com", "", "").expect(550);
        send("example.org", "", "").expect(250);
        await().until(() -> !delivered().equals(before));
        assertEquals("", system().mustRun("ss -Htln 'sport = 8893'"));
        system().mustRun("systemctl disable --quiet --now dmarc-milter.socket && systemctl restart dmarc-milter");
    }

    @Test
    @Order(24)
    @DisplayName("OpenDKIM's unix sockets are reached as the page says, in Postfix's chroot and outside of it")
    void reachesOpenDkimsSockets() {
        List<String> blocks = Page.POSTFIX_AND_SENDMAIL.blocks("## OpenDKIM on Debian");
        system().mustRun("postconf -F smtp/inet/chroot=y");
        String tcp = system().mustRun("grep '^Socket' /etc/opendkim.conf; postconf smtpd_milters");
        assertTrue(tcp.contains(blocks.get(0).strip()), tcp);

        system().mustRun(blocks.get(1));
        passesOpenDkim(blocks.get(2), "postconf '" + blocks.get(3).strip() + "'");
        passesOpenDkim("Socket local:/run/opendkim/opendkim.sock", blocks.get(4));
        system().mustRun("sed -i 's/^Socket.*/Socket inet:8891@127.0.0.1/' /etc/opendkim.conf"
                + " && postconf 'smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893'"
                + " && systemctl restart opendkim postfix");
    }

    private void passesOpenDkim(String socket, String postfix) {
        system().mustRun("sed -i 's,^Socket.*," + socket.strip() + ",' /etc/opendkim.conf");
        system().mustRun(postfix);
        system().mustRun("systemctl restart opendkim postfix");
        String since = system().mustRun("date +%s").strip();
        send("example.org", "DKIM-Signature: v=1; none\r\n", "").expect(250);
        assertEquals(
                "",
                system().mustRun("journalctl -q --output=cat --since=@" + since
                        + " --grep='connect to Milter service' || true"));
        String logged = system().mustRun("journalctl -q --output=cat --since=@" + since + " -t opendkim");
        assertTrue(logged.contains(": "), logged);
    }

    @Test
    @Order(24)
    @DisplayName("the unit takes the addition for failure reports as the page says")
    void takesTheAdditionForFailureReports() {
        system().mustRun(Page.REPORTS.block("## Failure reports"));
        assertEquals("active", state("ActiveState"));
        assertEquals(
                "no",
                system().mustRun("systemctl show -P NoNewPrivileges dmarc-milter")
                        .strip());
        system().mustRun("rm -r /etc/systemd/system/dmarc-milter.service.d && systemctl daemon-reload");
        restart();
    }

    @Test
    @Order(24)
    @DisplayName("logrotate takes the history file away, nothing is lost, and the commands read both; bash completes")
    void rotatesHistory() {
        system().installFromDebian("logrotate");
        configure("HistoryFile /var/lib/dmarc-milter/dmarc-milter.dat");
        restart();
        probe(LOOPBACK);
        await().untilAsserted(() -> assertEquals(1, recorded()));
        system().mustRun("logrotate --force /etc/logrotate.d/dmarc-milter");
        assertEquals(
                "dmarc-milter dmarc-milter /var/lib/dmarc-milter/dmarc-milter.dat.1",
                system().mustRun("stat -c '%U %G %n' /var/lib/dmarc-milter/dmarc-milter.dat*")
                        .strip());
        probe(LOOPBACK);
        await().untilAsserted(() -> assertEquals(2, recorded()));
        system().mustRun("logrotate --force /etc/logrotate.d/dmarc-milter");
        system().mustRun("ls /var/lib/dmarc-milter/dmarc-milter.dat.2.gz");
        assertEquals(2, recorded());
        String explained = system().mustRun("dmarc-milter explain --queue-id PROBE1");
        assertEquals(2, explained.split("(?m)^Recorded$", -1).length - 1, explained);
        system().mustRun(
                        "sed -i '/^HistoryFile/d' " + CONFIGURATION + " && rm /var/lib/dmarc-milter/dmarc-milter.dat*");
        restart();
        assertEquals(
                "stats",
                system().mustRun("bash -c '. /usr/share/bash-completion/completions/dmarc-milter;"
                                + " COMP_WORDS=(dmarc-milter stat) COMP_CWORD=1; _dmarc_milter; echo ${COMPREPLY[*]}'")
                        .strip()
                        .replace("stats status", "stats"));
    }

    /** What the history files have. */
    private int recorded() {
        String counted = system().mustRun("dmarc-milter stats --json || true");
        Matcher messages = Pattern.compile("\"total\":\\{\"messages\":(\\d+)").matcher(counted);
        return messages.find() ? Integer.parseInt(messages.group(1)) : 0;
    }

    private SmtpReply send(String authorDomain, String fields, String body) {
        return mail().send(authorDomain, fields, body);
    }

    private String delivered() {
        return mail().delivered();
    }

    private void append(String file, String lines) {
        system().append(file, lines);
    }

    private MailHost mail() {
        return new MailHost(system());
    }
}
