package org.dmarcmilter.report;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;

/**
 * Asks the DNS whether a report address may be used: one within the policy's organization may, another has to agree by
 * {@link ExternalDestination} (RFC 7489, section 7.1 with erratum 6439; RFC 9990, section 4).
 *
 * @param tag under which a receiver may name other addresses: {@code rua} or {@code ruf}
 * @param dns asked
 * @param discovery asked for organizational domains
 */
record Verification(String tag, DnsClient dns, PolicyDiscovery discovery) {
    /** What the DNS says of one address. */
    sealed interface Answer {
        /** These may be used: the address itself, or others at its host. */
        record Accepted(List<ReportAddress> addresses) implements Answer {
            public Accepted {
                addresses = List.copyOf(addresses);
            }
        }

        /** Its host does not agree. */
        record Refused() implements Answer {}

        /** Nobody said: ask again later. */
        record Unavailable(String reason) implements Answer {}
    }

    /**
     * Asks for one address. Never completes exceptionally.
     *
     * @param policyDomain where the policy record was found
     */
    CompletionStage<Answer> verify(DomainName policyDomain, ReportAddress address) {
        if (policyDomain.equals(address.domain())) {
            return now(new Answer.Accepted(List.of(address)));
        }
        return discovery
                .organizationalDomain(policyDomain, dns)
                .thenCompose(ours -> ours.isEmpty()
                        ? now(unavailable(policyDomain))
                        : discovery
                                .organizationalDomain(address.domain(), dns)
                                .thenCompose(theirs -> verify(policyDomain, ours.get(), theirs, address)));
    }

    private CompletionStage<Answer> verify(
            DomainName policyDomain, DomainName ours, Optional<DomainName> theirs, ReportAddress address) {
        if (theirs.isEmpty()) {
            return now(unavailable(address.domain()));
        }
        if (ours.equals(theirs.get())) {
            return now(new Answer.Accepted(List.of(address)));
        }
        return ExternalDestination.name(policyDomain, address.domain())
                .map(name -> dns.query(DnsQuestion.txt(name.ascii())).thenApply(answer -> judge(answer, address)))
                .orElseGet(() -> now(new Answer.Refused()));
    }

    private Answer judge(DnsAnswer answer, ReportAddress address) {
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            return new Answer.Unavailable(unavailable.reason());
        }
        List<ReportAddress> addresses = answer instanceof DnsAnswer.Found found
                ? ExternalDestination.judge(found.records(), address, tag)
                : List.of();
        return addresses.isEmpty() ? new Answer.Refused() : new Answer.Accepted(addresses);
    }

    private static Answer unavailable(DomainName domain) {
        return new Answer.Unavailable("no answer about the organizational domain of " + domain);
    }

    private static CompletionStage<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
