package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.domain.ListenAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PidFileTest {
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
        Optional<Integer> bits = Optional.ofNullable(umask).map(octal -> Integer.parseInt(octal, 8));
        PidFile written =
                PidFile.write(service(Optional.of(file.toString()), bits), "1").orElseThrow();
        assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), why);
        assertEquals("1\n", Files.readString(file));
        written.remove();
        assertFalse(Files.exists(file));
        written.remove();
    }

    @Test
    void mailFlowsWithoutIt() {
        assertEquals(Optional.empty(), PidFile.write(service(Optional.empty(), Optional.empty()), "1"));
        String nowhere = directory.resolve("missing").resolve("pid").toString();
        assertEquals(Optional.empty(), PidFile.write(service(Optional.of(nowhere), Optional.empty()), "1"));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # content   | written anew | why
        %d          | false        | a process that runs and is older than the file: OpenDMARC, beside which we are tried
        %d before   | true         | the file is older than the process, which has only got the same number
        no number   | true         | nobody's
        ''          | true         | empty
        999999999999999999 | true  | no such process
        """)
    void staysThatOfAnother(String content, boolean writtenAnew, String why) throws IOException {
        Path file = directory.resolve("pid");
        ProcessHandle runner = ProcessHandle.current();
        Files.writeString(file, content.replace("%d", "" + runner.pid()).replace(" before", "") + "\n");
        if (content.endsWith("before")) {
            Instant older = runner.info().startInstant().orElseThrow().minusSeconds(60);
            Files.setLastModifiedTime(file, FileTime.from(older));
        }
        String before = Files.readString(file);
        Optional<PidFile> written = PidFile.write(service(Optional.of(file.toString()), Optional.empty()), "1");
        assertEquals(writtenAnew, written.isPresent(), why);
        assertEquals(writtenAnew ? "1\n" : before, Files.readString(file), why);
    }

    private static Settings.Service service(Optional<String> pidFile, Optional<Integer> umask) {
        return new Settings.Service(ListenAddress.parse("inet:8893"), umask, 1, 1, Optional.empty(), pidFile);
    }
}
