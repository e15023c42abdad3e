package org.dmarcmilter.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
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

    /** All segments, those of a node in order, older ones first. */
    List<Segment> segments() throws IOException;

    /**
     * Reads whole lines.
     *
     * @param from where to begin, octets
     * @param until where to end at the latest: only lines that end there or before are read
     * @param records so many at most
     */
    Read read(Segment segment, long from, long until, int records, Sink sink) throws IOException;

    /**
     * Packs a segment that was read to its end, or deletes it.
     *
     * @param old whether nobody needs it any more
     */
    void tidy(String segment, boolean old) throws IOException;
}
