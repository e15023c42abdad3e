package org.dmarcmilter.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretFileTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"rw-------, true", "rw-r-----, true", "r--------, true", "rw-r--r--, false", "rw----r--, false"})
    void isForItsOwnerAndHisGroup(String mode, boolean used) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "secret\nand more\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        if (used) {
            assertEquals(Optional.empty(), SecretFile.problem(file));
            assertEquals("secret", SecretFile.password(file));
        } else {
            assertEquals(
                    Optional.of("everybody can read " + file + ". Write: chmod o= " + file + "."),
                    SecretFile.problem(file));
            String message = assertThrows(IOException.class, () -> SecretFile.password(file))
                    .getMessage();
            assertTrue(message.contains("everybody can read it, so it is not used; write: chmod o= " + file), message);
        }
    }

    @Test
    void isMissing() {
        Path file = directory.resolve("none");
        assertEquals(
                Optional.of("cannot read " + file + ": No such file or directory. Create it."),
                SecretFile.problem(file));
        assertThrows(NoSuchFileException.class, () -> SecretFile.password(file));
    }
}
