/**
 * Aggregate reports, the facts and the rules: what a message adds to a report, which report it belongs to, and what that report is
 * called (RFC 7489, section 7.2; RFC 9990). No files, no database, no mail, no clock.
 *
 * <p>Begin with {@link ReportFacts}, one message for one author domain, harmless from here on.
 */
@NullMarked
package org.dmarcmilter.aggregate;

import org.jspecify.annotations.NullMarked;
