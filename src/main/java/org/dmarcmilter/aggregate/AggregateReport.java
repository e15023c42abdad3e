package org.dmarcmilter.aggregate;

import java.util.List;

/**
 * All of a report but its rows, which are streamed.
 *
 * @param identity which report it is
 * @param policy what the owner published, as it was applied
 * @param errors for the element of that name: mistakes in the record, and destinations that are not authorised; at most 400 characters in all
 */
public record AggregateReport(ReportIdentity identity, PublishedPolicy policy, List<String> errors) {
    public AggregateReport {
        errors = List.copyOf(errors);
    }
}
