package org.dmarcmilter.journal;

import java.time.Instant;
import org.dmarcmilter.aggregate.ReportFacts;

/**
 * One message for one author domain.
 *
 * @param time when it was recorded, in whole seconds; what a daemon records is never before the record above
 * @param facts what it adds to a report
 */
public record JournalRecord(Instant time, ReportFacts facts) {}
