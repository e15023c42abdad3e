package org.dmarcmilter.daemon;

import java.time.Duration;
import java.util.Optional;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsjavaClient;

/**
 * Whether a DNS server replies. What mail asks shows it; where no mail asks, a question of our own does. Who looks never waits.
 */
final class DnsWatch {
    /** As long as a reply is not older than this, nothing is asked. */
    static final Duration FRESH = Duration.ofSeconds(30);

    /** Between two questions of ours. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    /** A name that each recursive server knows: the domain of the infrastructure (RFC 3172). */
    private static final DnsQuestion QUESTION = new DnsQuestion("arpa", DnsQuestion.Type.A);

    private volatile Optional<String> lastFailure = Optional.empty();
    private long askedAt = System.nanoTime() - PAUSE.toNanos();

    /** Looks, and asks if nothing has been heard for a while. To be called now and then, by one thread. */
    void look(DnsjavaClient dns) {
        long now = System.nanoTime();
        if (isFresh(dns) || now - askedAt < PAUSE.toNanos()) {
            return;
        }
        askedAt = now;
        var unused = dns.query(QUESTION)
                .thenAccept(answer -> lastFailure = answer instanceof DnsAnswer.Unavailable unavailable
                        ? Optional.of(unavailable.reason())
                        : Optional.empty());
    }

    /** Why nothing can be looked up; empty while a server replies, be it that it does not know. */
    Optional<String> problem(DnsjavaClient dns) {
        if (isFresh(dns)) {
            return Optional.empty();
        }
        return Optional.of("no DNS server has replied"
                + dns.sinceLastReply()
                        .map(since -> " for " + since.toSeconds() + " s")
                        .orElse(" yet")
                + lastFailure.map(reason -> " (" + reason + ")").orElse(""));
    }

    private static boolean isFresh(DnsjavaClient dns) {
        return dns.sinceLastReply()
                .filter(since -> since.compareTo(FRESH.plus(PAUSE)) < 0)
                .isPresent();
    }
}
