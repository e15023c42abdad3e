package org.dmarcmilter.packaging;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/**
 * The RPM. The system is a Debian, whose rpm knows of no package: a dummy provides what Rocky Linux has. First into a root
 * of its own, where no systemd runs, then into the running system.
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
    private static final String BUILD = "rpmbuild -bb --quiet --target noarch --define '_rpmdir /root/built' ";

    @Override
    String suite() {
        return "bookworm";
    }

    @Override
    Path build() {
        BootedSystem.mustRun(List.of("src/packaging/build-rpm"));
        return Path.of("target/packages");
    }

    @Override
    void install(BootedSystem system) {
        system.mustRun(SPEC_HEAD.formatted("rocky", "1") + """
                Provides: java-headless = 1:17, coreutils, gawk, sed, util-linux, systemd, shadow-utils
                Provides: /bin/sh
                %description
                What a Rocky Linux has.
                %files
                END
                """ + BUILD + "/root/rocky.spec");
        installInRoot(system);
        system.mustRun("rpm -i --force-debian /root/built/noarch/rocky-1-1.noarch.rpm");
        system.mustRun("rpm -i --force-debian /root/packages/dmarc-milter-1*.noarch.rpm");
    }

    private static void installInRoot(BootedSystem system) {
        system.mustRun("""
                set -e
                mkdir -p /run/upper /run/work /run/root
                mount -t overlay overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work /run/root
                mount --bind /proc /run/root/proc
                rpm -i --force-debian --root /run/root /root/built/noarch/rocky-1-1.noarch.rpm
                rpm -i --force-debian --root /run/root /root/packages/dmarc-milter-1*.noarch.rpm
                chroot /run/root /usr/sbin/dmarc-milter -V
                chroot /run/root getent passwd dmarc-milter
                rpm -e --root /run/root dmarc-milter
                test ! -e /run/root/usr/share/dmarc-milter
                umount /run/root/proc /run/root
                """);
    }

    @Override
    void upgrade(BootedSystem system) {
        Path files = Path.of("target/newer-package");
        BootedSystem.mustRun(List.of("rm", "-rf", files.toString()));
        BootedSystem.mustRun(List.of("src/packaging/stage", files.toString(), "etc/sysconfig/dmarc-milter"));
        system.copy(files, "/root/newer/files");
        system.copy(Path.of("src/packaging/rpm/dmarc-milter.spec"), "/root/newer");
        system.mustRun("""
                set -e
                cd /root/newer
                install -D /dev/null files/usr/share/licenses/dmarc-milter/LICENSE
                echo '# A newer default' >>files/etc/dmarc-milter/dmarc-milter.conf
                """ + BUILD + "--nodeps --define '__os_install_post %{nil}' --define 'package_version 99'"
                + " --define 'staged /root/newer/files' dmarc-milter.spec\n"
                + "rpm -U --force-debian /root/built/noarch/dmarc-milter-99-1.noarch.rpm");
    }

    @Override
    void installCompat(BootedSystem system) {
        system.mustRun("rpm -i --force-debian /root/built/noarch/dmarc-milter-opendmarc-compat-99-1.noarch.rpm");
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
                + "/root/some-java.spec && rpm -i --force-debian /root/built/noarch/some-java-1-1.noarch.rpm");
    }

    @Override
    void remove(BootedSystem system) {
        system.mustRun("rpm -e dmarc-milter-opendmarc-compat dmarc-milter");
    }
}
