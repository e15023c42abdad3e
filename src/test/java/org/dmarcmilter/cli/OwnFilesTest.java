package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnFilesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        022 | rw-r--r-- | the usual mask
        002 | rw-rw-r-- | the group may write
        077 | rw------- | nobody else
        0   | rw-rw-rw- | everybody
            | rw-r----- | without UMask the mode stays what the system made it
        """)
    void mode(String umask, String mode, String why) throws IOException {
        Path file = Files.createFile(directory.resolve("pid"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        OwnFiles.write(file, "1\n", Optional.ofNullable(umask).map(octal -> Integer.parseInt(octal, 8)));
        assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("1\n", Files.readString(file));
    }
}
