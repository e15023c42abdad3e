package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** The segment that is being written. */
final class OpenSegment {
    /** So much goes to the file at once: Java keeps a copy of it outside of its heap, as large as the largest was. */
    private static final int SLICE = 65_536;

    private final FileChannel channel;
    private long octets;
    private long records;

    private OpenSegment(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Begins a new one in the directory, whose name says who writes it and since when.
     *
     * @param opened epoch seconds; no line is older
     * @param instance which run of the writer it is
     */
    static OpenSegment create(JournalDirectory directory, JournalWriter.Identity identity, long opened, String instance)
            throws IOException {
        for (int number = 0; ; number++) {
            Path file = directory.path().resolve(Segment.fileName(identity.node(), opened, number));
            try {
                return create(file, identity, instance);
            } catch (FileAlreadyExistsException e) {
                // The last one began in the same second.
            }
        }
    }

    /** The same as a file that is not there yet. */
    static OpenSegment create(Path file, JournalWriter.Identity identity, String instance) throws IOException {
        OpenSegment segment = new OpenSegment(JournalDirectory.createFile(file));
        segment.append(ByteBuffer.wrap(JournalLine.header(identity.node(), instance, identity.program())
                .octets()));
        segment.append(ByteBuffer.wrap(JournalLine.fields().octets()));
        return segment;
    }

    long octets() {
        return octets;
    }

    /**
     * Appends lines. What was written before a failure is no longer in {@code lines}.
     *
     * @throws IOException if not all could be written: then nothing more may be appended here, as the last line may lack its end
     */
    void append(ByteBuffer lines) throws IOException {
        int before = lines.position();
        int end = lines.limit();
        try {
            while (lines.position() < end) {
                lines.limit(Math.min(end, lines.position() + SLICE));
                channel.write(lines);
            }
        } finally {
            lines.limit(end);
            octets += lines.position() - before;
        }
    }

    void count(int more) {
        records += more;
    }

    void force() throws IOException {
        channel.force(false);
    }

    /** Writes its end and has the disk keep it. */
    void end() throws IOException {
        try (channel) {
            append(ByteBuffer.wrap(JournalLine.end(records).octets()));
            channel.force(true);
        }
    }

    /** Leaves it as it is: what follows goes to another one. */
    void abandon() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is left because of a failure that has been told.
        }
    }
}
