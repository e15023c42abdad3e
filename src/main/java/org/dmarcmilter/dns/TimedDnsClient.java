package org.dmarcmilter.dns;

import java.util.concurrent.CompletionStage;

/** What a cache needs to know of the client below it: answers with their life. */
interface TimedDnsClient {
    /** As {@link DnsClient#query}: never completes exceptionally. */
    CompletionStage<TimedAnswer> ask(DnsQuestion question);
}
