package org.dmarcmilter.filter;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.history.Evaluation;

/**
 * What trusted checkers said about one message.
 *
 * @param dkim the identifiers that DKIM results name
 * @param dkimResults the same results as they are recorded
 * @param spf the SPF result that counts, if one does
 * @param spfClaimed whether a Received-SPF field that anybody may have written says what would help this sender: it makes us
 *     check, and only our own result counts
 * @param arc what was said about ARC
 * @param notes why fields were not believed, for debugging
 * @param warnings invalid ARC fields, in OpenDMARC's words
 */
public record Evidence(
        List<AuthenticatedIdentifier> dkim,
        List<Evaluation.Dkim> dkimResults,
        Optional<SpfEvidence> spf,
        boolean spfClaimed,
        Evaluation.Arc arc,
        List<String> notes,
        List<String> warnings) {
    public Evidence {
        dkim = List.copyOf(dkim);
        dkimResults = List.copyOf(dkimResults);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }

    /**
     * An SPF result.
     *
     * @param result the word of RFC 8601
     * @param scope the identity that was checked
     * @param source who says so, in words
     * @param identifier what it means for DMARC; empty if it says nothing about a usable domain
     * @param isFinal whether the own check is not asked any more
     */
    public record SpfEvidence(
            String result,
            Evaluation.Scope scope,
            String source,
            Optional<AuthenticatedIdentifier> identifier,
            boolean isFinal) {}
}
