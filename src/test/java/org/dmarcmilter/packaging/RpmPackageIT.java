package org.dmarcmilter.packaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * The RPM, installed by dnf. The system is a Debian, whose rpm knows of no package: dummies in a repository provide what
 * Rocky Linux has. First it goes into a root of its own, where no systemd runs.
 */
@DisplayName("the RPM")
class RpmPackageIT extends InstalledPackageScenario {
    private static final String SPEC_HEAD = """
            cat >/root/%1$s.spec <<'END'
            Name: %1$s
            Version: %2$s
            Release: 1
            Summary: %1$s
            License: none
            BuildArch: noarch
            """;
    private static final String REPOSITORY = "/root/repository";
    private static final String BUILD = "rpmbuild -bb --quiet --target noarch --define '_rpmdir " + REPOSITORY
            + "' --define '_build_name_fmt %%{NAME}-%%{VERSION}.rpm' ";
    private static final String INDEX = "createrepo_c --quiet --update " + REPOSITORY;

    @Override
    String suite() {
        return "bookworm";
    }

    @Override
    String chapter() {
        return "## Rocky Linux 8, 9 and 10";
    }

    @Override
    void prepare(BootedSystem system) {
        system.installFromDebian("dnf createrepo-c");
        system.mustRun(SPEC_HEAD.formatted("rocky", "1") + """
                Provides: coreutils, gawk, sed, util-linux, systemd, shadow-utils, /bin/sh
                %description
                What every Rocky Linux has.
                %files
                END
                """ + BUILD + "/root/rocky.spec");
        // As on Rocky Linux 8 and 9, where this Java is not the distribution's default and so no "java-headless".
        system.mustRun(SPEC_HEAD.formatted("java-17-openjdk-headless", "17.0.19") + """
                Epoch: 1
                Provides: java-17-headless = %{epoch}:%{version}-%{release}
                %description
                Java.
                %files
                END
                """ + BUILD
                + "/root/java-17-openjdk-headless.spec");
        system.mustRun(INDEX + " && mkdir -p /etc/yum.repos.d && printf '%s\\n' '[rocky]' 'name=rocky' 'baseurl=file://"
                + REPOSITORY + "' 'gpgcheck=0' 'metadata_expire=0' >/etc/yum.repos.d/rocky.repo");
        installInRoot(system);
        system.mustRun("dnf -y install rocky");
    }

    private static void installInRoot(BootedSystem system) {
        system.mustRun("cd " + SOURCE + " && src/packaging/build-rpm");
        system.mustRun("""
                set -e
                mkdir -p /run/upper /run/work /run/root
                mount -t overlay overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work /run/root
                mount --bind /proc /run/root/proc
                rpm -i --force-debian --root /run/root /root/repository/rocky-1.rpm /root/repository/java-17-*.rpm
                rpm -i --force-debian --root /run/root /root/source/target/packages/dmarc-milter-1*.noarch.rpm
                chroot /run/root /usr/sbin/dmarc-milter -V
                chroot /run/root getent passwd dmarc-milter
                rpm -e --root /run/root dmarc-milter
                test ! -e /run/root/usr/share/dmarc-milter
                umount /run/root/proc /run/root
                """);
    }

    @Test
    @Order(1)
    @DisplayName("dnf brought a Java with it")
    void requiresJava() {
        system().mustRun("rpm -q java-17-openjdk-headless");
    }

    @Override
    void upgrade(BootedSystem system) {
        system.mustRun("src/packaging/stage /root/newer etc/sysconfig/dmarc-milter".replace("src", SOURCE + "src"));
        system.mustRun("""
                set -e
                mkdir -p /root/newer/usr/share/licenses/dmarc-milter
                touch /root/newer/usr/share/licenses/dmarc-milter/LICENSE /root/newer/usr/share/licenses/dmarc-milter/NOTICE
                echo '# A newer default' >>/root/newer/etc/dmarc-milter/dmarc-milter.conf
                """ + BUILD + "--nodeps --define '__os_install_post %{nil}' --define 'package_version 99'"
                + " --define 'staged /root/newer' --define 'changelog_file /dev/null' " + SOURCE
                + "src/packaging/rpm/dmarc-milter.spec\n"
                + INDEX + "\ndnf -y upgrade dmarc-milter");
        assertEquals("99", system.mustRun("rpm -q --qf '%{VERSION}' dmarc-milter"));
        system.mustRun("grep -q '^# A newer default' " + CONFIGURATION + ".rpmnew");
    }

    @Test
    @Order(20)
    @DisplayName("dnf reinstall keeps the configuration and what is enabled")
    void reinstalls() {
        String configuration = system().mustRun("cat " + CONFIGURATION);
        system().mustRun("dnf -y reinstall dmarc-milter");
        assertEquals(configuration, system().mustRun("cat " + CONFIGURATION));
        system().mustRun("systemctl is-enabled dmarc-milter.service");
        assertTrue(probe(LOOPBACK).startsWith("y550"));
    }

    @Test
    @Order(21)
    @DisplayName(
            "Rocky Linux 8: it starts, reloads and feeds the watchdog although systemd-notify does not wait for systemd")
    void startsWithAnOldSystemdNotify() {
        // Earlier in systemd's PATH than the real one.
        system().mustRun("""
                cat >/usr/local/bin/systemd-notify <<'END'
                #!/bin/sh
                [ "$1" != --version ] || exec echo 'systemd 239 (239-82.el8)'
                exec /usr/bin/systemd-notify --no-block "$@"
                END
                chmod 755 /usr/local/bin/systemd-notify
                """);
        addToUnit("WatchdogSec=3");
        for (int i = 0; i < 10; i++) {
            restart();
            system().mustRun("systemctl reload dmarc-milter");
        }
        String pid = state("MainPID");
        String fed = state("WatchdogTimestampMonotonic");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !state("WatchdogTimestampMonotonic").equals(fed));
        assertEquals("active", state("ActiveState"));
        assertEquals(pid, state("MainPID"));
        system().mustRun("rm -r /usr/local/bin/systemd-notify /run/systemd/system/dmarc-milter.service.d"
                + " && systemctl daemon-reload");
    }

    @Override
    void installCompat(BootedSystem system) {
        system.mustRun("dnf -y install dmarc-milter-opendmarc-compat");
    }

    @Override
    void installSomeJava(BootedSystem system) {
        system.mustRun(SPEC_HEAD.formatted("some-java", "1") + """
                %description
                A file below /usr/lib/jvm.
                %install
                mkdir -p %{buildroot}/usr/lib/jvm/some && touch %{buildroot}/usr/lib/jvm/some/file
                %files
                /usr/lib/jvm/some/file
                END
                """ + BUILD
                + "/root/some-java.spec && " + INDEX + " && dnf -y install some-java");
    }

    @Override
    void remove(BootedSystem system) {
        system.mustRun("dnf -y remove dmarc-milter");
    }
}
