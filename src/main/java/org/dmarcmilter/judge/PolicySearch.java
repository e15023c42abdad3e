package org.dmarcmilter.judge;

import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.AuthorDomain;
import org.jspecify.annotations.Nullable;

/**
 * The search for the policy records of one message's author domains. It can begin as soon as a From field has come: the answer is on its
 * way while the rest of the message comes in. On the message's own thread.
 */
public final class PolicySearch {
    private final Rules rules;
    private final MessageDns dns;
    private @Nullable DomainName first;
    private @Nullable CompletionStage<Discovery> firstFound;

    public PolicySearch(Rules rules, MessageDns dns) {
        this.rules = rules;
        this.dns = dns;
    }

    /** Begins, if there is a single author domain. */
    public void begin(AuthorDomain author) {
        if (author instanceof AuthorDomain.One one) {
            of(one.domain());
        }
    }

    /** What is found for that author domain. Each question is asked once, however often somebody wants to know. */
    CompletionStage<Discovery> of(DomainName author) {
        @Nullable CompletionStage<Discovery> known = firstFound;
        if (known != null && author.equals(first)) {
            return known;
        }
        CompletionStage<Discovery> found = rules.dmarc().discover(author, dns);
        if (known == null) {
            first = author;
            firstFound = found;
        }
        return found;
    }
}
