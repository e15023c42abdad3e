package org.dmarcmilter.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads in place of a Java exception's message. */
class FileProblemTest {
    @TempDir
    private Path directory;

    @Test
    void saysWhatTheSystemSays() {
        assertEquals("No such file or directory", FileProblem.reason(new NoSuchFileException("x")));
        assertEquals("Permission denied", FileProblem.reason(new AccessDeniedException("x")));
        assertEquals("No space left", FileProblem.reason(new FileSystemException("x", null, "No space left")));
        assertEquals("it cannot be used", FileProblem.reason(new FileSystemException("x")));
        assertEquals("other", FileProblem.reason(new IOException("other")));
        assertEquals("IOException", FileProblem.reason(new IOException()));
    }

    @Test
    void latin1IsNoInputLength() throws IOException {
        Path file = Files.write(directory.resolve("list"), new byte[] {(byte) 0xE9});
        IOException e =
                assertThrows(MalformedInputException.class, () -> Files.readString(file, StandardCharsets.UTF_8));
        assertEquals("it is not text in UTF-8", FileProblem.reason(e));
    }

    /** As under LC_ALL=C, where Java cannot make octets of it, and as no system can. */
    @Test
    void aNameThatIsNoPathIsSaidToBeOne() {
        FileSystemException e = assertThrows(FileSystemException.class, () -> FileProblem.path("a\0b"));
        assertEquals("the locale cannot express this name; set LC_ALL=C.UTF-8 and try again", FileProblem.reason(e));
    }
}
