package org.dmarcmilter.store;

import java.util.OptionalLong;

/**
 * How far a journal was read: written in one transaction with what was counted, so that each record counts once.
 *
 * @param node who wrote it
 * @param instance of the writer, random
 * @param version of the program that wrote it
 * @param segment its name
 * @param position octets that are in the store
 * @param skipped records and lines that were not counted since the last progress
 * @param watermark second before which nothing can come any more; empty if nothing new is known
 * @param finished whether all of the segment is in the store
 * @param stopped whether the writer ended and no other has begun
 */
record Progress(
        String node,
        String instance,
        String version,
        String segment,
        long position,
        long skipped,
        OptionalLong watermark,
        boolean finished,
        boolean stopped) {}
