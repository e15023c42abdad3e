package org.dmarcmilter.dns;

import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

/**
 * The way of one question through servers, retries, TCP and aliases to its answer. Each step runs on the thread of the
 * {@link ExchangeLoop}, so it needs no lock.
 *
 * <p>The servers are asked in order, in up to three rounds. Each try has its share of the time that is left before the next
 * one begins, each round twice the time of the one before, so that a lost datagram or a dead server costs little. But each
 * also goes on waiting: the first answer before the limit is the answer, whichever try it is for, and until then no other
 * ends the wait. Each try has a port and an id of its own (RFC 5452).
 */
final class Resolution {
    /** Tries of one question, and so its sockets. More servers than these are not asked. */
    static final int MAX_TRIES = 9;

    private static final int ROUNDS = 3;
    /** How long a failure of this name may be remembered; the cache has its own, smaller bound. */
    private static final Duration FAILURE_LIFE = Duration.ofMinutes(5);

    /** One try of the plan; the weights are shares of the time. */
    private record Try(NameServer server, int weight) {}

    private final ExchangeLoop loop;
    private final List<NameServer> servers;
    private final IntSupplier randomId;
    private final int type;
    private final long deadline;
    private final CompletableFuture<TimedAnswer> result = new CompletableFuture<>();
    private final Set<Exchange> open = new HashSet<>();

    private Name name;
    private int aliases;
    private long ttl = Long.MAX_VALUE;
    private Deque<Try> plan;
    private Optional<Try> latest = Optional.empty();
    private Optional<ExchangeLoop.Timer> next = Optional.empty();
    private String failure = "no server to ask";
    private DnsFailure kind = DnsFailure.NO_ANSWER;
    /** A limit of ours ended a try: without it, there might be an answer. */
    private boolean cutShort;

    /**
     * @param servers in the order to ask them
     * @param randomId a new unpredictable message id, 0 to 65535
     * @param limit how long all of it may take, from now
     */
    Resolution(ExchangeLoop loop, List<NameServer> servers, IntSupplier randomId, Name name, int type, Duration limit) {
        this.loop = loop;
        this.servers = servers;
        this.randomId = randomId;
        this.name = name;
        this.type = type;
        this.deadline = loop.now() + limit.toNanos();
        this.plan = plan(servers);
    }

    /** Asks. The answer comes not later than the limit, on the loop's thread; exceptionally only by a bug. */
    CompletableFuture<TimedAnswer> start() {
        loop.execute(() -> step(this::tryNext));
        return result;
    }

    /** Of an answer that is {@link DnsAnswer.Unavailable}: why it is. */
    DnsFailure failure() {
        return kind;
    }

    private static Deque<Try> plan(List<NameServer> servers) {
        int rounds = Math.max(1, Math.min(ROUNDS, MAX_TRIES / servers.size()));
        Deque<Try> plan = new ArrayDeque<>();
        for (int round = 0; round < rounds; round++) {
            for (NameServer server : servers.subList(0, Math.min(MAX_TRIES, servers.size()))) {
                plan.add(new Try(server, 1 << round));
            }
        }
        return plan;
    }

    /** All that happens comes through here: whatever it is, the question gets its answer. */
    private void step(Runnable step) {
        if (result.isDone()) {
            return;
        }
        if (loop.isClosed()) {
            kind = DnsFailure.INTERNAL_ERROR;
            finish(TimedAnswer.ours("DNS client closed"));
            return;
        }
        try {
            step.run();
        } catch (RuntimeException bug) {
            forgetTries();
            result.completeExceptionally(bug);
        }
    }

    private void tryNext() {
        next.ifPresent(loop::cancel);
        long now = loop.now();
        if (deadline - now <= 0 || (plan.isEmpty() && open.isEmpty())) {
            noAnswer();
            return;
        }
        latest = Optional.ofNullable(plan.peek());
        if (latest.isEmpty()) {
            next = Optional.of(loop.at(deadline, () -> step(this::noAnswer)));
            return;
        }
        Try attempt = latest.get();
        int weights = 0;
        for (Try left : plan) {
            weights += left.weight();
        }
        plan.remove();
        long share = now + (deadline - now) * attempt.weight() / weights;
        next = Optional.of(loop.at(share, () -> step(() -> overdue(attempt))));
        ask(attempt, true);
    }

    /** Its share of the time is over; it may still be answered. */
    private void overdue(Try attempt) {
        attempt.server().silent(name, loop.now());
        failed(DnsFailure.NO_ANSWER, "no answer from " + attempt.server());
        tryNext();
    }

    private void ask(Try attempt, boolean edns) {
        if (!open.isEmpty() && !loop.hasRoomForMoreTries()) {
            failed(attempt, new OwnLimitException("no socket for another try"));
            return;
        }
        byte[] query = QueryMessage.encode(randomId.getAsInt(), name, type, edns);
        begin(attempt, edns, Exchange.udp(attempt.server().address(), query));
    }

    private void begin(Try attempt, boolean edns, Exchange exchange) {
        open.add(exchange);
        var unused = exchange.reply.whenComplete((reply, failed) -> step(() -> {
            open.remove(exchange);
            if (failed == null) {
                replied(attempt, edns, exchange, reply);
            } else {
                failed(attempt, failed);
            }
        }));
        loop.begin(exchange);
    }

    private void failed(Try attempt, Throwable cause) {
        if (cause instanceof OwnLimitException) {
            cutShort = true;
            failed(DnsFailure.OWN_LIMIT, reason(cause));
        } else {
            attempt.server().silent(name, loop.now());
            failed(
                    isRefusal(cause) ? DnsFailure.UNREACHABLE : DnsFailure.NO_ANSWER,
                    reason(cause) + " from " + attempt.server());
        }
        ended(attempt);
    }

    private void failed(DnsFailure why, String words) {
        kind = why;
        failure = words;
    }

    /** A try has brought nothing: the next one begins, unless it has begun already. */
    private void ended(Try attempt) {
        if (latest.filter(attempt::equals).isPresent() || open.isEmpty()) {
            tryNext();
        }
    }

    private void replied(Try attempt, boolean edns, Exchange exchange, byte[] reply) {
        boolean truncated = QueryMessage.isTruncated(reply);
        if (truncated && !exchange.isTcp()) {
            begin(attempt, edns, Exchange.tcp(exchange.server, exchange.query));
            return;
        }
        NameServer server = attempt.server();
        server.answered();
        ReplyReader.Reading reading = truncated
                ? new ReplyReader.Reading.Broken()
                : ReplyReader.read(reply, name, type, ReplyReader.MAX_ALIASES - aliases, ttl);
        if (reading instanceof ReplyReader.Reading.Answered answered) {
            kind = DnsFailure.ALIAS_LOOP; // the one answer that is unavailable
            finish(answered.answer());
        } else if (reading instanceof ReplyReader.Reading.GoOn chain) {
            followAlias(chain);
        } else if (reading instanceof ReplyReader.Reading.ServerError error) {
            serverError(attempt, edns, error);
        } else {
            failed(DnsFailure.BROKEN_REPLY, "a broken reply from " + server);
            ended(attempt);
        }
    }

    private void followAlias(ReplyReader.Reading.GoOn chain) {
        name = chain.target();
        ttl = chain.ttl();
        aliases += chain.aliases();
        plan = plan(servers);
        forgetTries();
        tryNext();
    }

    private void serverError(Try attempt, boolean edns, ReplyReader.Reading.ServerError error) {
        if (edns && (error.rcode() == Rcode.FORMERR || error.rcode() == Rcode.NOTIMP)) {
            // A server older than EDNS (RFC 6891, section 7).
            ask(attempt, false);
            return;
        }
        failed(DnsFailure.SERVER_ERROR, error.reason() + " from " + attempt.server());
        // It has said what it has to say on this question.
        plan.removeIf(other -> other.server() == attempt.server());
        ended(attempt);
    }

    private static String reason(Throwable cause) {
        return isRefusal(cause) ? "connection refused" : "no answer (" + cause.getMessage() + ")";
    }

    private static boolean isRefusal(Throwable cause) {
        return cause instanceof PortUnreachableException || cause instanceof ConnectException;
    }

    private void noAnswer() {
        boolean ours = cutShort || open.stream().anyMatch(Exchange::isHeldBack);
        kind = ours ? DnsFailure.OWN_LIMIT : kind;
        finish(ours ? TimedAnswer.ours(failure) : new TimedAnswer(new DnsAnswer.Unavailable(failure), FAILURE_LIFE));
    }

    private void finish(TimedAnswer answer) {
        forgetTries();
        result.complete(answer);
    }

    private void forgetTries() {
        next.ifPresent(loop::cancel);
        List.copyOf(open).forEach(loop::end);
        open.clear();
    }
}
