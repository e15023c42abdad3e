package org.dmarcmilter.dmarc;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmarcmilter.dmarc.PolicyRecords.AtName;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;

/** Policy discovery and organizational domains of RFC 9989, section 4.10: the DNS tree walk, at most 8 questions each. */
public final class TreeWalkDiscovery implements PolicyDiscovery {
    /** Identifiers walked for one message; section 11 leaves the limit to the receiver. */
    static final int MAX_WALKS_PER_MESSAGE = 10;

    private final DnsClient dns;
    private final PolicyRecords records;

    public TreeWalkDiscovery(DnsClient dns) {
        this(dns, new PolicyRecords(dns, Standard.RFC9989));
    }

    private TreeWalkDiscovery(DnsClient dns, PolicyRecords records) {
        this.dns = dns;
        this.records = records;
    }

    /**
     * Finds the record that applies (section 4.10.1): the author domain's own; else the organizational domain's; else that
     * of the public suffix domain that ended the walk.
     */
    @Override
    public CompletionStage<Discovery> discover(DomainName author) {
        return records.at(author).thenCompose(own -> {
            if (own instanceof AtName.One one) {
                return CompletableFuture.completedFuture(one.asDiscovery(false));
            }
            return finish(Walk.from(author, own)).thenApply(TreeWalkDiscovery::inheritedPolicy);
        });
    }

    private static Discovery inheritedPolicy(Walk walk) {
        if (walk.failure().isPresent()) {
            return new Discovery.Unavailable(walk.failure().get());
        }
        return walk.recordAt(walk.organizationalDomain())
                .or(walk::suffixRecord)
                .map(one -> one.asDiscovery(true))
                .orElseGet(() -> new Discovery.NoPolicy(walk.several()
                        .map(domain -> "several DMARC records at _dmarc." + domain + ", and none above")
                        .orElse("no DMARC record at _dmarc." + walk.start() + " or above")));
    }

    @Override
    public CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name) {
        return records.at(name)
                .thenCompose(own -> finish(Walk.from(name, own)))
                .thenApply(walk ->
                        walk.failure().isPresent() ? Optional.empty() : Optional.of(walk.organizationalDomain()));
    }

    /** Steps 3 to 7 of the walk: upwards until a record says stop, the DNS gives no answer, or no label is left. */
    private CompletionStage<Walk> finish(Walk walk) {
        Optional<DomainName> next = walk.next();
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(walk);
        }
        return records.at(next.get()).thenCompose(answer -> finish(walk.plus(next.get(), answer)));
    }

    /** NXDOMAIN says no, anything else yes (section 3.2.13, RFC 8020); which type is asked for does not matter. */
    @Override
    public CompletionStage<Existence> existence(DomainName name) {
        return dns.query(new DnsQuestion(name.ascii(), DnsQuestion.Type.A)).thenApply(answer -> {
            if (answer instanceof DnsAnswer.Unavailable) {
                return Existence.UNKNOWN;
            }
            return answer instanceof DnsAnswer.NoSuchName ? Existence.NO_SUCH_NAME : Existence.EXISTS;
        });
    }

    @Override
    public PolicyDiscovery forOneMessage() {
        Map<DnsQuestion, CompletionStage<DnsAnswer>> asked = new ConcurrentHashMap<>();
        DnsClient once = question -> {
            // Two walks that ask at the same moment may both ask; the cache below makes one question of it.
            CompletionStage<DnsAnswer> known = asked.get(question);
            CompletionStage<DnsAnswer> answer = known == null ? dns.query(question) : known;
            asked.put(question, answer);
            return answer;
        };
        TreeWalkDiscovery remembering = new TreeWalkDiscovery(once, records.asking(once));
        AtomicInteger walksLeft = new AtomicInteger(1 + MAX_WALKS_PER_MESSAGE); // one for the author domain
        return new PolicyDiscovery() {
            @Override
            public CompletionStage<Discovery> discover(DomainName author) {
                return remembering.discover(author);
            }

            @Override
            public CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name) {
                return walksLeft.getAndDecrement() > 0
                        ? remembering.organizationalDomain(name)
                        : CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public CompletionStage<Existence> existence(DomainName name) {
                return remembering.existence(name);
            }
        };
    }
}
