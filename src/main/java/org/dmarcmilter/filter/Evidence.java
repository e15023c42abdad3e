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
 * @param arc what was said about ARC
 * @param notes why fields were not believed, for debugging
 * @param warnings invalid ARC fields, in OpenDMARC's words
 */
public record Evidence(
        List<AuthenticatedIdentifier> dkim,
        List<Evaluation.Dkim> dkimResults,
        Optional<SpfEvidence> spf,
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
     * @param standing what our own check may still change
     */
    public record SpfEvidence(
            String result,
            Evaluation.Scope scope,
            String source,
            Optional<AuthenticatedIdentifier> identifier,
            Standing standing) {
        /** Whether no other field and no own check may replace it. */
        boolean isFinal() {
            return standing != Standing.OPEN;
        }

        /** What stands after our own check of the same identity. */
        SpfEvidence checked(String ownResult) {
            return new SpfEvidence(
                    ownResult,
                    scope,
                    source,
                    identifier.map(claimed -> new AuthenticatedIdentifier(
                            claimed.mechanism(),
                            claimed.domain(),
                            EvidenceCollector.outcome(ownResult),
                            claimed.relaxedOnly())),
                    Standing.FINAL);
        }
    }

    /** How much an SPF result weighs. */
    public enum Standing {
        /** The own check, where it is switched on, has the last word. */
        OPEN,
        /** Anybody may have written it: it makes us check, and our own result counts. */
        CLAIMED,
        /** Nothing is asked any more. */
        FINAL
    }

    /** The same with another SPF result. */
    Evidence with(SpfEvidence other) {
        return new Evidence(dkim, dkimResults, Optional.of(other), arc, notes, warnings);
    }
}
