package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of the journal, {@code NODE-OPENEDSECONDS-NNNN.jnl}, or the same with {@code .gz} once all of it was read.
 *
 * @param path the file
 * @param node who wrote it
 * @param opened when, epoch seconds
 * @param number counts those of one second
 * @param compressed whether it is finished and packed
 */
public record Segment(Path path, String node, long opened, int number, boolean compressed)
        implements Comparable<Segment> {
    static final String SUFFIX = ".jnl";
    static final String PACKED = ".gz";

    private static final int MAX_NODE = 64;
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9._-]{1," + MAX_NODE + "})-([0-9]{1,12})-([0-9]{4,9})\\.jnl(\\.gz)?");
    private static final Comparator<Segment> ORDER = Comparator.comparing(Segment::node)
            .thenComparingLong(Segment::opened)
            .thenComparingInt(Segment::number);

    /** The segment of a file; empty if it is none. */
    static Optional<Segment> of(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        return name.matches()
                ? Optional.of(new Segment(
                        path,
                        name.group(1),
                        Long.parseLong(name.group(2)),
                        Integer.parseInt(name.group(3)),
                        name.group(4) != null))
                : Optional.empty();
    }

    static String fileName(String node, long opened, int number) {
        return String.format(Locale.ROOT, "%s-%d-%04d%s", node, opened, number, SUFFIX);
    }

    /** A host name as a node's: lower case, and an underscore for what no file name should have. */
    public static String nodeOf(String hostName) {
        String name = hostName.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "_");
        return name.isEmpty() ? "localhost" : name.substring(0, Math.min(name.length(), MAX_NODE));
    }

    /** What it is called, packed or not: at most 120 characters. */
    public String name() {
        String name = path.getFileName().toString();
        return compressed ? name.substring(0, name.length() - PACKED.length()) : name;
    }

    /** How much text is in it: of a packed one by the end of its file (RFC 1952, section 2.3.1: ISIZE), as no segment has four GiB. */
    long octets() throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            if (!compressed || file.size() < Integer.BYTES) {
                return file.size();
            }
            ByteBuffer size = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.read(size, file.size() - Integer.BYTES);
            return Integer.toUnsignedLong(size.getInt(0));
        }
    }

    /** By node, then the oldest first. */
    @Override
    public int compareTo(Segment other) {
        return ORDER.compare(this, other);
    }
}
