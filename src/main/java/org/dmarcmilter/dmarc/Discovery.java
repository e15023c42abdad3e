package org.dmarcmilter.dmarc;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/** What the search for an author domain's policy record found. */
public sealed interface Discovery {
    /**
     * A record applies.
     *
     * @param domain where the record was found, without {@code _dmarc}: the policy domain
     * @param inherited whether that is not the author domain itself, so that sp (or np) applies
     * @param authorExists false only if the DNS said that the author domain does not exist and someone asked (np)
     * @param mistakes what is wrong with the record's text, in sentences for its owner, safe to print
     */
    record Found(DmarcRecord record, DomainName domain, boolean inherited, boolean authorExists, List<String> mistakes)
            implements Discovery {
        public Found {
            mistakes = List.copyOf(mistakes);
        }
    }

    /** No record, or several at one name: DMARC does not apply (RFC 7489, section 6.6.3). */
    record NoPolicy(String reason) implements Discovery {}

    /**
     * A record without a usable policy: nothing applies, and the owner's mistake is worth saying.
     *
     * @param lacksPolicy whether the tag p is missing or empty, and not only wrong
     */
    record BadRecord(DomainName domain, String reason, boolean lacksPolicy) implements Discovery {}

    /**
     * The DNS gave no answer. Never the same as no policy.
     *
     * @param above the record that would apply if there were none where the answer is missing: what the owner is likely to ask for
     */
    record Unavailable(String reason, Optional<Found> above) implements Discovery {
        Unavailable(String reason, Discovery above) {
            this(reason, found(above));
        }

        private static Optional<Found> found(Discovery discovery) {
            if (discovery instanceof Found found) {
                return Optional.of(
                        new Found(found.record(), found.domain(), true, found.authorExists(), found.mistakes()));
            }
            return discovery instanceof Unavailable unavailable ? unavailable.above() : Optional.empty();
        }
    }
}
