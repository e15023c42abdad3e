package org.dmarcmilter.dmarc;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.domain.DomainName;

/** How policy records and organizational domains are found: with the public suffix list, or by the tree walk. */
public interface PolicyDiscovery {
    /** Finds the record that applies to an author domain. Never completes exceptionally. */
    CompletionStage<Discovery> discover(DomainName author);

    /** The organizational domain of a name; empty if the DNS gave no answer. Never completes exceptionally. */
    CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name);

    /** Whether a name exists, asked only where the tag np makes a difference. Never completes exceptionally. */
    default CompletionStage<Existence> existence(DomainName name) {
        return CompletableFuture.completedFuture(Existence.EXISTS);
    }

    /**
     * This discovery for the identifiers of one message: what they ask in common is asked once, and their number is
     * limited.
     */
    default PolicyDiscovery forOneMessage() {
        return this;
    }

    /** Existence as RFC 9989, section 3.2.13 means it: only NXDOMAIN says no. */
    enum Existence {
        EXISTS,
        NO_SUCH_NAME,
        /** The DNS gave no answer. */
        UNKNOWN
    }
}
