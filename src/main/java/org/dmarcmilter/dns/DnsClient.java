package org.dmarcmilter.dns;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks the DNS without blocking. Every failure is an answer: the stage never completes exceptionally. */
public interface DnsClient {
    /** The answer for who did not want to wait longer. */
    DnsAnswer IMPATIENT = new DnsAnswer.Unavailable("no answer within the time that it is worth");

    /** Asks one question; the answer comes within the client's time limit, on any thread. */
    CompletionStage<DnsAnswer> query(DnsQuestion question);

    /** Asks for somebody who has a share of what may be asked at a time; a client that shares nothing out asks at once. */
    default CompletionStage<DnsAnswer> query(DnsQuestion question, Asker asker) {
        return query(question);
    }

    /**
     * Asks a question that is not worth a long wait.
     *
     * @param patience after which {@link #IMPATIENT} is the answer; a client that has no clock waits as for any other question
     */
    default CompletionStage<DnsAnswer> query(DnsQuestion question, Duration patience) {
        return query(question);
    }
}
