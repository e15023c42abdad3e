package org.dmarcmilter.milter;

import org.dmarcmilter.milter.MilterReply.Kind;

/**
 * What all connections of one server share.
 *
 * @param failSafe the verdict that replaces one the filter failed to give
 * @param headerMemory what the open messages may keep together
 * @param halfPackets what of unfinished packets all connections may keep together
 * @param fieldNames those that came before
 */
record Service(
        MilterFilter filter,
        Limits limits,
        MilterReply failSafe,
        MilterCounters counters,
        SharedMemory headerMemory,
        SharedMemory halfPackets,
        FieldNames fieldNames) {
    Service(MilterFilter filter, Limits limits, MilterReply failSafe, MilterCounters counters) {
        this(
                filter,
                limits,
                failSafe,
                counters,
                SharedMemory.forHeaderFields(limits),
                SharedMemory.forHalfPackets(limits),
                new FieldNames());
    }

    Service {
        if (failSafe.kind() != Kind.VERDICT) {
            throw new IllegalArgumentException(failSafe + " is not a verdict");
        }
    }
}
