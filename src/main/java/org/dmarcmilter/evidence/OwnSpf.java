package org.dmarcmilter.evidence;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfEvaluator;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;

/**
 * The own SPF check of a message.
 *
 * @param identity what it looked at; its domain is what the client typed and need not be a name
 * @param domain whom the result speaks for; empty if that is no domain name
 * @param result what came out
 */
public record OwnSpf(SpfIdentity identity, Optional<DomainName> domain, SpfResult result) {

    /** Checks the message's sender, or its HELO name where there is none. */
    static CompletionStage<OwnSpf> check(MessageFacts facts, SpfEvaluator evaluator, DnsClient dns) {
        SenderIdentity sender = SenderIdentity.of(facts);
        SpfIdentity identity = sender.spf();
        return evaluator.check(identity, dns).thenApply(result -> new OwnSpf(identity, sender.domain(), result));
    }

    /** The result as RFC 8601, section 2.7.2, calls it. */
    public ResultWord word() {
        return ResultWord.of(result.code().word());
    }

    /** As a finding among others. */
    public SpfSeen seen() {
        return new SpfSeen(domain, identity.scope(), word(), Source.OWN_CHECK, result.records());
    }
}
