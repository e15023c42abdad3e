package org.dmarcmilter.aggregate;

import org.dmarcmilter.domain.IpAddress;

/**
 * One row of a report.
 *
 * @param client source address
 * @param count messages, 1 to 2^63-1
 * @param facts what they have in common
 */
public record ReportRow(IpAddress client, long count, RowFacts facts) {}
