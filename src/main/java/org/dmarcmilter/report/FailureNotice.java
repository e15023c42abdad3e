package org.dmarcmilter.report;

import java.util.List;
import java.util.OptionalInt;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.message.HeaderField;

/**
 * What a failure report can tell about one message. All texts come from the message or from strangers' servers.
 *
 * @param evaluation what was found and done; its DKIM and SPF results, client address and action go into the report
 * @param headers the header section as received
 * @param clientName the client's host name as the MTA gave it; empty if unknown
 * @param clientPort the client's TCP port; empty if unknown
 * @param authservId the name under which results are announced (RFC 8601, section 2.5)
 */
public record FailureNotice(
        Evaluation evaluation,
        List<HeaderField> headers,
        String clientName,
        OptionalInt clientPort,
        String authservId) {
    public FailureNotice {
        headers = List.copyOf(headers);
    }

    /** The same with the fields from the top that are quoted, as so many notices wait that their size matters. */
    FailureNotice shortened() {
        return new FailureNotice(evaluation, QuotedHeaders.quotable(headers), clientName, clientPort, authservId);
    }
}
