package org.dmarcmilter.store;

/**
 * A place in a journal: all segments before this one, and so many octets of it.
 *
 * @param node who wrote it
 * @param segment its name; the names of a node's segments are in the order in which they were written
 * @param position octets
 */
record JournalPlace(String node, String segment, long position) {
    /** Whether the place lies behind that many octets of that segment. */
    boolean isAfter(String otherSegment, long otherPosition) {
        int order = segment.compareTo(otherSegment);
        return order > 0 || (order == 0 && position > otherPosition);
    }
}
