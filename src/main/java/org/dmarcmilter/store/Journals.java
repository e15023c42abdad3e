package org.dmarcmilter.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.dmarcmilter.aggregate.ReportFacts;

/** The journals that a store is filled from. */
interface Journals {
    /**
     * A segment of a journal.
     *
     * @param node who writes it
     * @param name without the ending of its file; the names of a node's segments are in the order in which they were written
     * @param newest whether it is the last one of its node, and may grow
     */
    record Segment(String node, String name, boolean newest) {}

    /**
     * What was read.
     *
     * @param position behind the last whole line
     * @param skipped damaged lines
     * @param watermark second before which nothing can come any more; empty if nothing new is known
     * @param finished whether nothing can follow in this segment
     */
    record Read(
            String instance, String version, long position, long skipped, OptionalLong watermark, boolean finished) {}

    /** Takes a record. */
    interface Sink {
        void take(Instant time, ReportFacts record);
    }

    /** About how much has not been read, octets. */
    long waitingOctets() throws IOException;

    /** All segments, those of a node in order, older ones first. */
    List<Segment> segments() throws IOException;

    /**
     * Reads whole lines.
     *
     * @param from where to begin, octets
     * @param until where to end at the latest: only lines that end there or before are read
     * @param records so many at most; fewer if they are large
     */
    Read read(Segment segment, long from, long until, int records, Sink sink) throws IOException;

    /**
     * Packs segments that were read to their end, and deletes others. One that cannot be packed stays as it is.
     *
     * @param finished names of those to be packed, unless they are
     * @param old names of those that nobody needs any more
     */
    void tidy(Set<String> finished, Set<String> old) throws IOException;
}
