package org.dmarcmilter.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file cannot be read or written, in the words of the system: those of Java's exceptions are not all meant for operators. */
public final class FileProblem {
    private FileProblem() {}

    /** What stands behind the file's name and a colon. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof CharacterCodingException) {
            return "it is not text in UTF-8";
        }
        if (e instanceof FileSystemException fileSystem) {
            return fileSystem.getReason() == null ? "it cannot be used" : fileSystem.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** The same exception with the file's name, which that of a write to a full disk does not have. */
    public static FileSystemException of(Path file, IOException e) {
        FileSystemException named = new FileSystemException(file.toString(), null, reason(e));
        named.initCause(e);
        return named;
    }

    /**
     * The file of a name that somebody gave on the command line.
     *
     * @throws FileSystemException if the locale has no octets for it
     */
    public static Path path(String name) throws FileSystemException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new FileSystemException(
                    name, null, "the locale cannot express this name; set LC_ALL=C.UTF-8 and try again");
        }
    }
}
