package org.dmarcmilter.aggregate;

import java.util.Set;
import org.dmarcmilter.domain.DomainName;

/**
 * About which domains reports are made.
 *
 * @param none about these there are none, exactly as named (the option NoReportsList)
 * @param only about these and names below them, and no others; about all if there are none (the option ReportOnlyDomains)
 */
public record ReportScope(Set<DomainName> none, Set<DomainName> only) {
    /** About all. */
    public static final ReportScope ALL = new ReportScope(Set.of(), Set.of());

    public ReportScope {
        none = Set.copyOf(none);
        only = Set.copyOf(only);
    }

    /** Whether there are reports about that policy domain. */
    public boolean covers(DomainName policyDomain) {
        return !none.contains(policyDomain) && (only.isEmpty() || only.stream().anyMatch(policyDomain::isAtOrBelow));
    }

    /** The same for mail of an author domain below it. */
    public boolean covers(DomainName policyDomain, DomainName author) {
        return covers(policyDomain) && !none.contains(author);
    }
}
