package org.dmarcmilter.dns;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets each client have its share of the questions that may be in flight. What is known, or asked by somebody else already, needs no
 * place and is answered as the cache answers it. A question that has no place waits for one, until its message gives up.
 */
public final class FairDnsClient implements DnsClient {
    private static final Logger LOG = LoggerFactory.getLogger(FairDnsClient.class);
    private static final DnsAnswer NO_PLACE = new DnsAnswer.Unavailable("too many questions wait to be asked", true);
    private static final Object OURSELVES = "ourselves";
    private static final long BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

    private final CachingDnsClient cache;
    private final Places places;
    private final PublicSuffixList suffixes;
    private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());

    /**
     * @param cache knows answers, and asks for others
     * @param places shared with the clients of other configurations
     * @param suffixes tells whose domain a name is in
     */
    public FairDnsClient(CachingDnsClient cache, Places places, PublicSuffixList suffixes) {
        this.cache = cache;
        this.places = places;
        this.suffixes = suffixes;
    }

    /** Asks for no message: what we want to know for ourselves is one client's share. */
    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        return query(question, new Asker(OURSELVES));
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question, Asker asker) {
        return cache.known(question).orElseGet(() -> {
            Question asked = new Question(question, asker);
            places.enter(asked);
            return asked.answer;
        });
    }

    /** A question on its way to a place. */
    private final class Question extends Places.Claim {
        private final DnsQuestion question;
        private final CompletableFuture<DnsAnswer> answer = new CompletableFuture<>();

        Question(DnsQuestion question, Asker asker) {
            super(asker, owner(question));
            this.question = question;
        }

        @Override
        boolean begin() {
            CompletableFuture<DnsAnswer> coming = cache.askUnlessKnown(question).toCompletableFuture();
            if (coming.isDone()) {
                answer.complete(coming.join());
                return false;
            }
            var unused = coming.thenAccept(come -> {
                answer.complete(come);
                places.leave(this);
            });
            return true;
        }

        @Override
        void refuse() {
            warn();
            answer.complete(NO_PLACE);
        }
    }

    private void warn() {
        long now = System.nanoTime();
        long due = nextWarning.get();
        if (now - due >= 0 && nextWarning.compareAndSet(due, now + BETWEEN_WARNINGS)) {
            LOG.warn(
                    "{} DNS questions are in flight and {} wait; mail of the clients with most of them is answered 451",
                    places.inFlight(),
                    places.waiting());
        }
    }

    /**
     * Whose the name is: the organizational domain. Of names that only macros make, with octets that no host name has, the labels behind
     * these count. Below the suffixes for addresses, many owners would be one.
     */
    private String owner(DnsQuestion question) {
        if (question.type() == DnsQuestion.Type.PTR) {
            return question.name();
        }
        return DomainName.parse(behindOddLabels(question.name()))
                .map(suffixes::organizationalDomain)
                .map(DomainName::ascii)
                .orElse("");
    }

    private static String behindOddLabels(String name) {
        for (int i = name.length() - 1; i >= 0; i--) {
            if (!isOfHostName(name.charAt(i))) {
                int dot = name.indexOf('.', i);
                return dot < 0 ? "" : name.substring(dot + 1);
            }
        }
        return name;
    }

    private static boolean isOfHostName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
}
