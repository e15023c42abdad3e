package org.dmarcmilter.packaging;

import org.junit.jupiter.api.DisplayName;

/** The same deb on Debian 13, with its newer systemd and Java. */
@DisplayName("the deb on Debian 13")
class Debian13PackageIT extends DebianPackageIT {
    @Override
    String suite() {
        return "trixie";
    }
}
