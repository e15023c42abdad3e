package org.dmarcmilter.store;

import java.time.Instant;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/**
 * Which reports to list.
 *
 * @param domain only those about this policy domain
 * @param state only those in this state
 * @param since only those whose period begins then or later
 * @param limit at most so many, the newest first
 */
public record ReportFilter(
        Optional<DomainName> domain, Optional<StoredReport.State> state, Optional<Instant> since, int limit) {}
