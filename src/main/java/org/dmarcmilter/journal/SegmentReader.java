package org.dmarcmilter.journal;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/**
 * Reads one segment, from where it was read before to the last whole line that is there. What is damaged is skipped and counted: a
 * line in the middle costs itself only. The beginning of a line at the end is left: it may become whole, or never.
 */
public final class SegmentReader implements Closeable {
    private static final int BUFFER = 65_536;

    private final Segment segment;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private final byte[] line = new byte[JournalLine.MAX_OCTETS];
    private final Map<String, Integer> places = new HashMap<>();
    private final KnownTexts known = new KnownTexts();
    private int next;
    private int filled;
    private long length;
    private long position;
    private long skipped;
    private OptionalLong mark = OptionalLong.empty();
    private String instance = "";
    private String program = "";
    private boolean ended;

    private SegmentReader(Segment segment, InputStream in) {
        this.segment = segment;
        this.in = in;
    }

    /**
     * Opens a segment.
     *
     * @param position up to which it was read before ({@link #position}), 0 for the beginning; of a packed one the octets of the text in it
     * @throws UnreadableSegmentException if another form stands in it than is known here
     */
    public static SegmentReader open(Segment segment, long position) throws IOException {
        InputStream file = Files.newInputStream(segment.path());
        try {
            return read(segment, segment.compressed() ? new GZIPInputStream(file, BUFFER) : file, position);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The same from what stands in it. */
    static SegmentReader read(Segment segment, InputStream in, long position) throws IOException {
        SegmentReader reader = new SegmentReader(segment, in);
        reader.readHead();
        reader.skipTo(position);
        return reader;
    }

    /**
     * The newest time of a record or mark behind a position, epoch seconds, as those of a segment never go back; empty if none is whole.
     *
     * @param position anywhere: a line that began before it is not read
     */
    static OptionalLong lastTime(Segment segment, long position) throws IOException {
        try (SegmentReader reader = open(segment, position)) {
            long time = -1;
            for (Optional<JournalRecord> record = reader.next(); record.isPresent(); record = reader.next()) {
                time = Math.max(time, record.get().time().getEpochSecond());
            }
            time = Math.max(time, reader.mark().orElse(-1));
            return time < 0 ? OptionalLong.empty() : OptionalLong.of(time);
        }
    }

    /** Header and field names, wherever it goes on; nothing if the writer was killed before they were whole. */
    private void readHead() throws IOException {
        Optional<JournalLine> header = nextLine();
        if (header.isEmpty()) {
            return;
        }
        List<String> values = header.get().values();
        if (header.get().type() != JournalLine.HEADER || values.size() < 4) {
            throw new UnreadableSegmentException(segment, "it does not begin as a journal does");
        }
        if (!JournalLine.VERSIONS.contains(values.get(0))) {
            throw new UnreadableSegmentException(
                    segment, "version " + values.get(0) + " of the journal's form is not known");
        }
        instance = values.get(2);
        program = values.get(3);
        Optional<JournalLine> fields = nextLine();
        if (fields.isEmpty()) {
            return;
        }
        if (fields.get().type() != JournalLine.FIELDS
                || !JournalLine.areEnough(fields.get().values())) {
            throw new UnreadableSegmentException(segment, "fields of its records are missing");
        }
        for (int i = 0; i < fields.get().values().size(); i++) {
            places.put(fields.get().values().get(i), i);
        }
    }

    /** A file that is shorter than what was read of it was cut by a power failure: it has no more. */
    private void skipTo(long wanted) throws IOException {
        if (wanted > position) {
            long buffered = Math.min(wanted - position, filled - next);
            next += (int) buffered;
            try {
                in.skipNBytes(wanted - position - buffered);
            } catch (EOFException e) {
                if (segment.compressed()) {
                    throw e;
                }
            }
            position = wanted;
        }
    }

    /** The next record; empty if no whole one is left now. */
    public Optional<JournalRecord> next() throws IOException {
        while (true) {
            Optional<JournalLine> line = nextLine();
            if (line.isEmpty()) {
                return Optional.empty();
            }
            Optional<JournalRecord> record = line.get().record(places, known);
            if (record.isPresent()) {
                return record;
            }
            Optional<Long> number = line.get().number();
            if (number.isEmpty()) {
                skipped++;
            } else if (line.get().type() == JournalLine.END) {
                ended = true;
            } else {
                mark = OptionalLong.of(number.get());
            }
        }
    }

    /** The next line that is not damaged; empty if none is whole. */
    private Optional<JournalLine> nextLine() throws IOException {
        while (readLine()) {
            if (length <= line.length) {
                Optional<JournalLine> parsed = JournalLine.parse(line, 0, (int) length);
                if (parsed.isPresent()) {
                    return parsed;
                }
            }
            skipped++;
        }
        return Optional.empty();
    }

    /**
     * Reads up to the next line feed.
     *
     * @return whether there is one; {@link #length} is then that of the line, of which no more is kept than a line can have
     */
    private boolean readLine() throws IOException {
        length = 0;
        while (next < filled || fill()) {
            int end = next;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            int kept = (int) Math.min(length, line.length);
            System.arraycopy(buffer, next, line, kept, Math.min(end - next, line.length - kept));
            length += end - next;
            next = Math.min(end + 1, filled);
            if (end < filled) {
                position += length + 1;
                return true;
            }
        }
        return false;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(in.read(buffer), 0);
        return filled > 0;
    }

    /** How far it was read: the octets of all lines up to the record that came last. */
    public long position() {
        return position;
    }

    /** How many lines were damaged, of those that this reader read. */
    public long skipped() {
        return skipped;
    }

    /** The last mark that this reader read, epoch seconds: every record of an earlier second stands above it, or in an older segment. */
    public OptionalLong mark() {
        return mark;
    }

    /** Whether it was closed and read to its end. */
    public boolean ended() {
        return ended;
    }

    /** Which run of the writer it is from; empty as long as its first line is not whole. */
    public String instance() {
        return instance;
    }

    /** Name and version of the program that wrote it; empty as long as its first line is not whole. */
    public String program() {
        return program;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
