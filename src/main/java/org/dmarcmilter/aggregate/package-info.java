/**
 * Aggregate reports, the facts and the rules: what a message adds to a report, which report it belongs to, and what that report is
 * called (RFC 7489, section 7.2; RFC 9990). No files, no database, no mail, no clock.
 *
 * <p>Begin with {@link RecordingRules}, which makes {@link ReportFacts} of an {@code Evaluation}: one message for one author domain,
 * harmless from here on. {@link PublishedPolicy} and {@link RowFacts} have a canonical text each, by which a journal and a store keep
 * them; {@link Period} and {@link ReportId} say to which report they go.
 */
@NullMarked
package org.dmarcmilter.aggregate;

import org.jspecify.annotations.NullMarked;
