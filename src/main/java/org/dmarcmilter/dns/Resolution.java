package org.dmarcmilter.dns;

import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

/**
 * The way of one question through servers, retries, TCP and aliases to its answer. One step at a time, so it needs no lock.
 *
 * <p>The servers are asked in order, in three rounds. Each try gets its share of the time that is left, each round twice
 * the time of the one before, so that a lost datagram or a dead server costs little and a slow answer still arrives.
 */
final class Resolution {
    private static final int ROUNDS = 3;
    /** How long a failure of this name may be remembered; the cache has its own, smaller bound. */
    private static final Duration FAILURE_LIFE = Duration.ofMinutes(5);

    /** One try of the plan; the weights are shares of the time. */
    private record Try(NameServer server, int weight) {}

    /** What follows from a reply, or from none. */
    private interface Step {
        CompletableFuture<TimedAnswer> take();
    }

    private final ExchangeLoop loop;
    private final List<NameServer> servers;
    private final IntSupplier randomId;
    private final int type;
    private final Duration limit;
    private final long deadline;

    private Name name;
    private int aliases;
    private long ttl = Long.MAX_VALUE;
    private Deque<Try> plan;
    private String failure = "no server to ask";

    /**
     * @param servers in the order to ask them
     * @param randomId a new unpredictable message id, 0 to 65535
     * @param now {@link System#nanoTime} at which the limit begins
     */
    Resolution(
            ExchangeLoop loop,
            List<NameServer> servers,
            IntSupplier randomId,
            Name name,
            int type,
            Duration limit,
            long now) {
        this.loop = loop;
        this.servers = servers;
        this.randomId = randomId;
        this.name = name;
        this.type = type;
        this.limit = limit;
        this.deadline = now + limit.toNanos();
        this.plan = plan(servers);
    }

    /** Asks. The answer comes not later than the limit. */
    CompletableFuture<TimedAnswer> start() {
        return tryNext();
    }

    private static Deque<Try> plan(List<NameServer> servers) {
        Deque<Try> plan = new ArrayDeque<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (NameServer server : servers) {
                plan.add(new Try(server, 1 << round));
            }
        }
        return plan;
    }

    private CompletableFuture<TimedAnswer> tryNext() {
        long now = System.nanoTime();
        long left = deadline - now;
        Try next = plan.peek();
        if (next == null) {
            return unavailable(failure);
        }
        if (left <= 0) {
            return unavailable("no answer within " + limit.toMillis() + " ms, last: " + failure);
        }
        int weights = plan.stream().mapToInt(Try::weight).sum();
        plan.remove();
        return ask(next.server(), true, now + left * next.weight() / weights);
    }

    private CompletableFuture<TimedAnswer> ask(NameServer server, boolean edns, long until) {
        byte[] query = QueryMessage.encode(randomId.getAsInt(), name, type, edns);
        return loop.udp(server.address(), query, until)
                .thenCompose(reply -> QueryMessage.isTruncated(reply)
                        ? loop.tcp(server.address(), query, until)
                        : CompletableFuture.completedFuture(reply))
                .<Step>handle((reply, failed) ->
                        failed == null ? () -> replied(server, edns, until, reply) : () -> silent(server, failed))
                .thenCompose(Step::take);
    }

    private CompletableFuture<TimedAnswer> silent(NameServer server, Throwable failed) {
        if (loop.isClosed()) {
            return CompletableFuture.completedFuture(TimedAnswer.unavailable("DNS client closed"));
        }
        server.silent(System.nanoTime());
        failure = reason(failed) + " from " + server;
        return tryNext();
    }

    private CompletableFuture<TimedAnswer> replied(NameServer server, boolean edns, long until, byte[] reply) {
        server.answered();
        if (QueryMessage.isTruncated(reply)) {
            return broken(server);
        }
        ReplyReader.Reading reading = ReplyReader.read(reply, name, type, ReplyReader.MAX_ALIASES - aliases, ttl);
        if (reading instanceof ReplyReader.Reading.Answered answered) {
            return CompletableFuture.completedFuture(answered.answer());
        }
        if (reading instanceof ReplyReader.Reading.GoOn chain) {
            return followAlias(chain);
        }
        if (reading instanceof ReplyReader.Reading.ServerError error) {
            return serverError(server, edns, until, error);
        }
        return broken(server);
    }

    private CompletableFuture<TimedAnswer> broken(NameServer server) {
        failure = "a broken reply from " + server;
        return tryNext();
    }

    private CompletableFuture<TimedAnswer> followAlias(ReplyReader.Reading.GoOn chain) {
        name = chain.target();
        ttl = chain.ttl();
        aliases += chain.aliases();
        plan = plan(servers);
        return tryNext();
    }

    private CompletableFuture<TimedAnswer> serverError(
            NameServer server, boolean edns, long until, ReplyReader.Reading.ServerError error) {
        if (edns && (error.rcode() == Rcode.FORMERR || error.rcode() == Rcode.NOTIMP)) {
            // A server older than EDNS (RFC 6891, section 7).
            return ask(server, false, until);
        }
        failure = error.reason() + " from " + server;
        // It has said what it has to say on this question.
        plan.removeIf(other -> other.server() == server);
        return tryNext();
    }

    private static String reason(Throwable failed) {
        Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
        if (cause instanceof SocketTimeoutException || cause == null) {
            return "no answer";
        }
        return cause instanceof PortUnreachableException || cause instanceof ConnectException
                ? "connection refused"
                : "no answer (" + cause.getMessage() + ")";
    }

    private static CompletableFuture<TimedAnswer> unavailable(String reason) {
        return CompletableFuture.completedFuture(new TimedAnswer(new DnsAnswer.Unavailable(reason), FAILURE_LIFE));
    }
}
