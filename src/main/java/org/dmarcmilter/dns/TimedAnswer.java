package org.dmarcmilter.dns;

import java.time.Duration;

/**
 * An answer and how long it may be kept.
 *
 * @param answer what the DNS said
 * @param life for records the smallest TTL of the records and the aliases that lead to them; for a missing name or type
 *     the smaller of the SOA record's TTL and MINIMUM, zero without an SOA record (RFC 2308, section 5); for a failure
 *     how long it is worth remembering. Zero: for those who ask now and nobody after.
 */
record TimedAnswer(DnsAnswer answer, Duration life) {
    /** A failure of ours, which says nothing about the next question. */
    static TimedAnswer ours(String reason) {
        return new TimedAnswer(new DnsAnswer.Unavailable(reason, true), Duration.ZERO);
    }
}
