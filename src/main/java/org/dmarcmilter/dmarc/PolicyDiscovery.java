package org.dmarcmilter.dmarc;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.domain.DomainName;

/** How policy records and organizational domains are found: with the public suffix list, or by the tree walk. */
public interface PolicyDiscovery {
    /** Finds the record that applies to an author domain. Never completes exceptionally. */
    CompletionStage<Discovery> discover(DomainName author);

    /** The organizational domain of a name; empty if the DNS gave no answer. Never completes exceptionally. */
    CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name);
}
