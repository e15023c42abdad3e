package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that is mounted by itself, as containers do it. The mount holds the file and not its name: an editor that puts a new file
 * in its place outside leaves the old one here, and a reload would read that again without a word.
 */
final class MountedFile {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int SOURCE = 3;
    private static final int MOUNTED_ON = 4;

    private MountedFile() {}

    /** What is mounted on that path now, by its name outside as the kernel knows it; empty if nothing is. */
    static Optional<String> source(Path file) {
        try {
            return source(Files.readString(MOUNTS, StandardCharsets.ISO_8859_1), file.toAbsolutePath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The same by the text of proc_pid_mountinfo(5). What was renamed has another name there, what was removed ends in
     * {@code //deleted}.
     */
    static Optional<String> source(String mounts, Path file) {
        String name =
                file.toString().replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011");
        return mounts.lines()
                .map(line -> line.split(" ", -1))
                .filter(words -> words.length > MOUNTED_ON && words[MOUNTED_ON].equals(name))
                .map(words -> words[SOURCE])
                .reduce((below, above) -> above);
    }
}
