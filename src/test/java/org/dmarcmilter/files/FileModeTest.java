package org.dmarcmilter.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileModeTest {
    @ParameterizedTest(name = "UMask {0}: file {1}, socket {2}")
    @CsvSource({
        "0,   rw-rw-rw-, rwxrwxrwx",
        "2,   rw-rw-r--, rwxrwxr-x",
        "7,   rw-rw----, rwxrwx---",
        "022, rw-r--r--, rwxr-xr-x",
        "077, rw-------, rwx------",
        "777, ---------, ---------",
    })
    void takesTheMaskAway(String umask, String file, String socket) {
        int mask = Integer.parseInt(umask, 8);
        assertEquals(PosixFilePermissions.fromString(file), FileMode.ofFile(mask));
        assertEquals(PosixFilePermissions.fromString(socket), FileMode.ofSocket(mask));
    }
}
