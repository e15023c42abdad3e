package org.dmarcmilter.dmarc;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;

/** How policy records and organizational domains are found: with the public suffix list, or by the tree walk. */
public interface PolicyDiscovery {
    /**
     * Finds the record that applies to an author domain. Never completes exceptionally.
     *
     * @param dns asked; a message's own, so that what it asks twice costs nothing
     */
    CompletionStage<Discovery> discover(DomainName author, DnsClient dns);

    /** The organizational domain of a name; empty if the DNS gave no answer. Never completes exceptionally. */
    CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name, DnsClient dns);

    /** Whether a name exists, asked only where the tag np makes a difference. Never completes exceptionally. */
    default CompletionStage<Existence> existence(DomainName name, DnsClient dns) {
        return CompletableFuture.completedFuture(Existence.EXISTS);
    }

    /** Of how many identifiers of one message the organizational domain may be asked for; the rest stays unknown. */
    default int maxIdentifiers() {
        return Integer.MAX_VALUE;
    }

    /** Existence as RFC 9989, section 3.2.13 means it: only NXDOMAIN says no. */
    enum Existence {
        EXISTS,
        NO_SUCH_NAME,
        /** The DNS gave no answer. */
        UNKNOWN
    }
}
