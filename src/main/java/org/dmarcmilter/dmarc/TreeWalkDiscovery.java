package org.dmarcmilter.dmarc;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.PolicyRecords.AtName;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;

/** Policy discovery and organizational domains of RFC 9989, section 4.10: the DNS tree walk, at most 8 questions each. */
public final class TreeWalkDiscovery implements PolicyDiscovery {
    /** Identifiers walked for one message; section 11 leaves the limit to the receiver. */
    static final int MAX_WALKS_PER_MESSAGE = 10;

    private final PolicyRecords records = new PolicyRecords(Standard.RFC9989);

    /**
     * Finds the record that applies (section 4.10.1): the author domain's own; else the organizational domain's; else that
     * of the public suffix domain that ended the walk.
     */
    @Override
    public CompletionStage<Discovery> discover(DomainName author, DnsClient dns) {
        return records.at(author, dns).thenCompose(own -> {
            if (own instanceof AtName.One one) {
                return CompletableFuture.completedFuture(one.asDiscovery(false));
            }
            return finish(Walk.from(author, own), dns)
                    .thenCompose(walk -> walk.failure().isPresent()
                            ? unavailable(walk, walk.failure().get(), dns)
                            : CompletableFuture.completedFuture(inheritedPolicy(walk)));
        });
    }

    /** What is likely to apply is the topmost record that the walk came by, or else one above the failure. */
    private CompletionStage<Discovery> unavailable(Walk walk, String reason, DnsClient dns) {
        List<AtName.One> found = walk.found();
        if (!found.isEmpty()) {
            Discovery topmost = found.get(found.size() - 1).asDiscovery(true);
            return CompletableFuture.completedFuture(new Discovery.Unavailable(reason, topmost));
        }
        Optional<DomainName> above = walk.above();
        return above.isEmpty()
                ? CompletableFuture.completedFuture(new Discovery.Unavailable(reason, Optional.empty()))
                : discover(above.get(), dns).thenApply(policy -> new Discovery.Unavailable(reason, policy));
    }

    private static Discovery inheritedPolicy(Walk walk) {
        return walk.recordAt(walk.organizationalDomain())
                .or(walk::suffixRecord)
                .map(one -> one.asDiscovery(true))
                .orElseGet(() -> new Discovery.NoPolicy(walk.several()
                        .map(domain -> "several DMARC records at _dmarc." + domain + ", and none above")
                        .orElse("no DMARC record at _dmarc." + walk.start() + " or above")));
    }

    @Override
    public CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name, DnsClient dns) {
        return records.at(name, dns)
                .thenCompose(own -> finish(Walk.from(name, own), dns))
                .thenApply(walk ->
                        walk.failure().isPresent() ? Optional.empty() : Optional.of(walk.organizationalDomain()));
    }

    /** Steps 3 to 7 of the walk: upwards until a record says stop, the DNS gives no answer, or no label is left. */
    private CompletionStage<Walk> finish(Walk walk, DnsClient dns) {
        Optional<DomainName> next = walk.next();
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(walk);
        }
        return records.at(next.get(), dns).thenCompose(answer -> finish(walk.plus(next.get(), answer), dns));
    }

    /** NXDOMAIN says no, anything else yes (section 3.2.13, RFC 8020); which type is asked for does not matter. */
    @Override
    public CompletionStage<Existence> existence(DomainName name, DnsClient dns) {
        return dns.query(new DnsQuestion(name.ascii(), DnsQuestion.Type.A)).thenApply(answer -> {
            if (answer instanceof DnsAnswer.Unavailable) {
                return Existence.UNKNOWN;
            }
            return answer instanceof DnsAnswer.NoSuchName ? Existence.NO_SUCH_NAME : Existence.EXISTS;
        });
    }

    @Override
    public int maxIdentifiers() {
        return MAX_WALKS_PER_MESSAGE;
    }
}
