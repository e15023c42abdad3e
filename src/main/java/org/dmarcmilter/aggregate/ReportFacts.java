package org.dmarcmilter.aggregate;

import java.util.List;
import org.dmarcmilter.domain.IpAddress;

/**
 * What one message adds to the aggregate report about one author domain: one record of the journal.
 *
 * @param policy what the owner published
 * @param rua the record's valid {@code mailto:} URIs with their limit of size, at most 10, 2,048 characters in all; never empty
 * @param mistakes what was wrong in the record, at most 3 texts, 300 characters in all
 * @param client the SMTP client's address; an IPv4-mapped one as IPv4
 * @param row everything else
 */
public record ReportFacts(
        PublishedPolicy policy, List<String> rua, List<String> mistakes, IpAddress client, RowFacts row) {

    public ReportFacts {
        rua = List.copyOf(rua);
        mistakes = List.copyOf(mistakes);
    }
}
