package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountedFileTest {
    /** Lines of a container; the last fields are left out. */
    private static final String MOUNTS = """
            1482 1401 0:53 / / rw,relatime master:446 - overlay overlay rw
            1490 1482 8:1 /home/mail/%s /etc/dmarc-milter/dmarc-milter.conf ro,relatime - ext4 /dev/sda1 rw
            1491 1482 8:1 /srv/a\\040b /with\\040a/space ro,relatime - ext4 /dev/sda1 rw
            1492 1482 8:1 /srv/conf.d /srv ro,relatime - ext4 /dev/sda1 rw
            """;

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        /etc/dmarc-milter/dmarc-milter.conf | /home/mail/my.conf  | a file that is mounted by itself
        /with a/space                       | /srv/a\\040b        | a name with a space
        /srv/dmarc-milter.conf              | none                | a file in a directory that is mounted
        /etc/other                          | none                | not mounted
        """)
    void findsWhatIsMounted(Path file, String source, String why) {
        assertEquals(
                source, MountedFile.source(MOUNTS.formatted("my.conf"), file).orElse("none"), why);
    }

    /** An editor writes another file and gives it the name; the one before is renamed, or removed. */
    @Test
    void aFileThatWasReplacedHasAnotherName() {
        Path file = Path.of("/etc/dmarc-milter/dmarc-milter.conf");
        assertEquals(Optional.of("/home/mail/my.conf~"), MountedFile.source(MOUNTS.formatted("my.conf~"), file));
        assertEquals(
                Optional.of("/home/mail/my.conf//deleted"),
                MountedFile.source(MOUNTS.formatted("my.conf//deleted"), file));
    }
}
