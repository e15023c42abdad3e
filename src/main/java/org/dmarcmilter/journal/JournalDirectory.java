package org.dmarcmilter.journal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * The segments of the journal, in the directory {@code journal} of the option ReportStateDirectory. What the writer leaves is its
 * reader's: he packs and deletes.
 */
public final class JournalDirectory {
    private static final String NAME = "journal";
    private static final String DIRECTORY_MODE = "rwxr-x---";
    private static final String FILE_MODE = "rw-r-----";
    private static final int PART = 65_536;

    private final Path path;

    /** @param stateDirectory the option ReportStateDirectory; need not exist yet */
    public JournalDirectory(Path stateDirectory) {
        this.path = stateDirectory.resolve(NAME);
    }

    Path path() {
        return path;
    }

    /** Creates it, and the directory above it, where they are missing. */
    void create() throws IOException {
        for (Path directory : List.of(path.toAbsolutePath().getParent(), path)) {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(DIRECTORY_MODE)));
            }
        }
    }

    /** Creates a file that is not there. */
    static FileChannel createFile(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FILE_MODE)));
    }

    /**
     * All segments, by node, the oldest first; one that is there packed and as it was is told packed. None if there is no such
     * directory.
     */
    public List<Segment> segments() throws IOException {
        Map<String, Segment> byName = new TreeMap<>();
        try (Stream<Path> files = Files.list(path)) {
            files.map(Segment::of)
                    .forEach(found -> found.ifPresent(segment ->
                            byName.merge(segment.name(), segment, (one, other) -> one.compressed() ? one : other)));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        List<Segment> segments = new ArrayList<>(byName.values());
        Collections.sort(segments);
        return segments;
    }

    /**
     * Whether nothing can be added to a segment any more although it has no end, as a later one of its node is there. What was read of
     * it after this was asked is all of it.
     */
    public boolean isSuperseded(Segment segment) throws IOException {
        return segments().stream()
                .anyMatch(other -> other.node().equals(segment.node()) && other.compareTo(segment) > 0);
    }

    /** Octets of the segments that are not packed, and so not read to their end. */
    public long waitingOctets() throws IOException {
        long octets = 0;
        for (Segment segment : segments()) {
            octets += segment.compressed() ? 0 : size(segment.path());
        }
        return octets;
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // packed meanwhile
        }
    }

    /**
     * Packs a segment that nobody writes to and that was read to its end. Killed anywhere it leaves the segment readable, and can be
     * called again.
     *
     * @return the packed one
     */
    public Segment compress(Segment segment) throws IOException {
        if (segment.compressed()) {
            Files.deleteIfExists(path.resolve(segment.name()));
            return segment;
        }
        Path packed = path.resolve(segment.name() + Segment.PACKED);
        Path unfinished = path.resolve(segment.name() + Segment.PACKED + ".new");
        Files.deleteIfExists(unfinished);
        try (FileChannel channel = createFile(unfinished)) {
            try (InputStream in = Files.newInputStream(segment.path());
                    OutputStream out = new GZIPOutputStream(unclosed(channel), PART)) {
                in.transferTo(out);
            }
            channel.force(true);
        }
        Files.move(unfinished, packed, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(segment.path());
        return new Segment(packed, segment.node(), segment.opened(), segment.number(), true);
    }

    /** The channel as a stream whose end leaves it open, to be forced. */
    private static OutputStream unclosed(FileChannel channel) {
        OutputStream out = Channels.newOutputStream(channel);
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] octets, int from, int length) throws IOException {
                out.write(octets, from, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    /** Deletes a segment, packed or not. */
    public void delete(Segment segment) throws IOException {
        Files.deleteIfExists(path.resolve(segment.name()));
        Files.deleteIfExists(path.resolve(segment.name() + Segment.PACKED));
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
