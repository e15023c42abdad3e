package org.dmarcmilter.dns;

import java.util.concurrent.CompletionStage;

/** Asks the DNS without blocking. Every failure is an answer: the stage never completes exceptionally. */
public interface DnsClient {
    /** Asks one question; the answer comes within the client's time limit, on any thread. */
    CompletionStage<DnsAnswer> query(DnsQuestion question);
}
