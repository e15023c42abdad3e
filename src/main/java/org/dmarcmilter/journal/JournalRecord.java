package org.dmarcmilter.journal;

import java.time.Instant;
import org.dmarcmilter.aggregate.ReportFacts;

/**
 * One message for one author domain.
 *
 * @param time when it was recorded, in whole seconds; never before that of the record above
 * @param facts what it adds to a report
 */
public record JournalRecord(Instant time, ReportFacts facts) {}
