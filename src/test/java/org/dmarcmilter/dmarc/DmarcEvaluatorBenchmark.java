package org.dmarcmilter.dmarc;

import java.util.List;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Discovery and evaluation of one author domain, for which SPF and DKIM passed; the DNS has all answers. */
@State(Scope.Thread)
public class DmarcEvaluatorBenchmark {
    private final DmarcEvaluator evaluator = OrdinaryMail.rules().dmarc();
    private final DnsClient dns = OrdinaryMail.dns();
    private final DomainName author = DomainName.of(OrdinaryMail.DOMAIN);
    private final List<AuthenticatedIdentifier> identifiers = List.of(
            new AuthenticatedIdentifier(Mechanism.SPF, author, Outcome.PASS, false),
            new AuthenticatedIdentifier(Mechanism.DKIM, author, Outcome.PASS, false));

    @Benchmark
    public DmarcResult evaluate() {
        return evaluator
                .discover(author, dns)
                .thenCompose(found -> evaluator.evaluate(author, found, identifiers, () -> 50, dns))
                .toCompletableFuture()
                .join();
    }
}
