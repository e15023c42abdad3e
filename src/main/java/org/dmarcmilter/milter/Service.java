package org.dmarcmilter.milter;

import org.dmarcmilter.milter.MilterReply.Kind;

/**
 * What all connections of one server share.
 *
 * @param failSafe the verdict that replaces one the filter failed to give
 * @param headerMemory what the open messages may keep together
 * @param fieldNames those that came before
 */
record Service(
        MilterFilter filter,
        Limits limits,
        MilterReply failSafe,
        MilterCounters counters,
        HeaderMemory headerMemory,
        FieldNames fieldNames) {
    Service(MilterFilter filter, Limits limits, MilterReply failSafe, MilterCounters counters) {
        this(filter, limits, failSafe, counters, HeaderMemory.of(limits), new FieldNames());
    }

    Service {
        if (failSafe.kind() != Kind.VERDICT) {
            throw new IllegalArgumentException(failSafe + " is not a verdict");
        }
    }
}
