package org.dmarcmilter.recorded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history file and what is left of it by whoever rotates it. */
class HistoryFilesTest {
    @TempDir
    Path directory;

    private void write(String name, long second) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "");
        Files.setLastModifiedTime(file, FileTime.fromMillis(second * 1_000));
    }

    private List<String> files() throws IOException {
        return HistoryFiles.withRotated(directory.resolve("h.dat")).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    @Test
    void findsOldOnesTheOldestFirst() throws IOException {
        write("h.dat", 10);
        write("h.dat.1", 9);
        write("h.dat.2.gz", 8);
        write("h.dat-20261127", 7);
        write("h.dat-20261126.gz", 6);
        write("h.dat.bak", 5);
        write("h.data.1", 4);
        write("other.1", 3);
        assertEquals(List.of("h.dat-20261126.gz", "h.dat-20261127", "h.dat.2.gz", "h.dat.1", "h.dat"), files());
    }

    @Test
    void namesAFileThatIsNotThereOnlyIfNoOtherIs() throws IOException {
        assertEquals(List.of("h.dat"), files());
        write("h.dat.1", 1);
        assertEquals(List.of("h.dat.1"), files());
    }

    @Test
    void thePackagesRotateTheFileOfTheSample() throws IOException {
        String rules = Files.readString(Path.of("src/packaging/logrotate/dmarc-milter"));
        String path = rules.lines()
                .filter(line -> line.endsWith(" {"))
                .map(line -> line.substring(0, line.length() - 2))
                .findFirst()
                .orElse("");
        assertTrue(Files.readString(Path.of("config/dmarc-milter.conf")).contains("HistoryFile " + path + "\n"), path);
    }
}
