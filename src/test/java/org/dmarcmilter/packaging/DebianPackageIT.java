package org.dmarcmilter.packaging;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** The deb on Debian 12. */
@DisplayName("the deb on Debian 12")
class DebianPackageIT extends InstalledPackageScenario {
    @Override
    String suite() {
        return "bookworm";
    }

    @Override
    Path build() {
        BootedSystem.mustRun(List.of("src/packaging/build-deb"));
        return Path.of("target/packages");
    }

    @Override
    void install(BootedSystem system) {
        system.mustRun("dpkg -i /root/packages/dmarc-milter_*_all.deb");
        system.mustRun("systemctl is-enabled dmarc-milter.service");
    }

    @Override
    void upgrade(BootedSystem system) {
        system.mustRun("""
                set -e
                cd /root && dpkg-deb -R packages/dmarc-milter_*_all.deb newer
                sed -i 's/^Version: .*/Version: 99/' newer/DEBIAN/control
                echo '# A newer default' >>newer/etc/dmarc-milter/dmarc-milter.conf
                dpkg-deb -b newer newer.deb && dpkg --force-confdef --force-confold -i newer.deb
                """);
    }

    @Override
    void installCompat(BootedSystem system) {
        system.mustRun("""
                set -e
                cd /root && dpkg-deb -R packages/dmarc-milter-opendmarc-compat_*_all.deb compat
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
}
