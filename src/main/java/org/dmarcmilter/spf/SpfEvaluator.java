package org.dmarcmilter.spf;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;

/** Checks whether a client may use a domain in MAIL FROM: {@code check_host()} of RFC 7208. Safe for many threads. */
public final class SpfEvaluator {
    private final String receiverName;
    private final LongSupplier epochSeconds;

    /**
     * @param receiverName the host that checks, for {@code %{r}} in explanations
     * @param epochSeconds the time in seconds since 1970, for {@code %{t}} in explanations
     */
    public SpfEvaluator(String receiverName, LongSupplier epochSeconds) {
        this.receiverName = receiverName;
        this.epochSeconds = epochSeconds;
    }

    /**
     * Checks one message's identity. Never blocks and asks a bounded number of questions (section 4.6.4); how long that
     * may take is the DNS client's business. No domain, or no IP address, has no policy: none (section 4.3). An explanation is not
     * asked for, see {@link #explanation}.
     *
     * @param dns asked question by question
     * @return completes on the thread of the last DNS answer, never exceptionally
     */
    public CompletionStage<SpfResult> check(SpfIdentity identity, DnsClient dns) {
        Optional<DomainName> domain = DomainName.parse(identity.domain());
        return domain.flatMap(name -> begin(identity, dns).map(check -> check.run(name.ascii())))
                .orElseGet(() -> CompletableFuture.completedStage(new SpfResult(SpfResult.Code.NONE, "")));
    }

    /**
     * What the policy's owner says about a fail (section 6.2): checks once more and asks for the text. For people who want to
     * read it; no result depends on it.
     *
     * @return US-ASCII, printable, bounded; empty for any other result, or if there is none
     */
    public CompletionStage<String> explanation(SpfIdentity identity, DnsClient dns) {
        Optional<DomainName> domain = DomainName.parse(identity.domain());
        return domain.flatMap(name -> begin(identity, dns).map(check -> check.explain(name.ascii())))
                .orElseGet(() -> CompletableFuture.completedStage(""));
    }

    private Optional<SpfCheck> begin(SpfIdentity identity, DnsClient dns) {
        return identity.client().map(address -> new SpfCheck(dns, identity, address, receiverName, epochSeconds));
    }
}
