package org.dmarcmilter.dns;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Name;

/**
 * Asks recursive servers with dnsjava's messages: UDP with EDNS, TCP after truncation, retries and failover, aliases.
 *
 * <p>Each question goes out with a random id from a random port that few others have ({@link QueryPorts}), and only a reply that
 * has both and repeats the question counts (RFC 5452). No thread waits: one thread carries all questions and completes the answers.
 */
public final class DnsjavaClient implements DnsClient, TimedDnsClient, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsjavaClient.class);

    /** Not kept by a cache: finding out again is cheaper than remembering a name of any length. */
    private static final TimedAnswer IMPOSSIBLE = new TimedAnswer(new DnsAnswer.NoSuchName(), Duration.ZERO);

    private final List<NameServer> servers;
    private final Duration limit;
    private final ExchangeLoop loop;
    private final MessageIds ids = new MessageIds(new SecureRandom());
    private final DnsCounters counters;

    /**
     * Starts the client's thread. How many questions may be in flight is for {@link FairDnsClient} to say.
     *
     * @param servers recursive servers, best first
     * @param limit until when each question has its answer, retries and aliases included ({@code DNSTimeout})
     * @throws IllegalArgumentException without servers, or if a limit is not positive
     * @throws java.io.UncheckedIOException if the system has no file descriptor left
     */
    public DnsjavaClient(List<InetSocketAddress> servers, Duration limit) {
        this(servers, limit, new ExchangeLoop(), new DnsCounters());
    }

    DnsjavaClient(List<InetSocketAddress> servers, Duration limit, ExchangeLoop loop) {
        this(servers, limit, loop, new DnsCounters());
    }

    private DnsjavaClient(List<InetSocketAddress> servers, Duration limit, ExchangeLoop loop, DnsCounters counters) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no DNS server to ask");
        }
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("the limit of the DNS client must be positive");
        }
        this.servers = servers.stream().map(NameServer::new).toList();
        this.limit = limit;
        this.loop = loop;
        this.counters = counters;
    }

    /**
     * A client with other settings on this one's thread. This one still answers whoever holds it, and costs nothing once
     * nobody does: questions bring their own sockets, only the thread is shared. {@link #close} of either ends both.
     */
    public DnsjavaClient with(List<InetSocketAddress> servers, Duration limit) {
        return new DnsjavaClient(servers, limit, loop, counters);
    }

    @Override
    public CompletionStage<DnsAnswer> query(DnsQuestion question) {
        return ask(question).thenApply(TimedAnswer::answer);
    }

    @Override
    public CompletionStage<TimedAnswer> ask(DnsQuestion question) {
        Optional<Name> name = QueryMessage.name(question.name());
        if (name.isEmpty()) {
            return CompletableFuture.completedFuture(IMPOSSIBLE);
        }
        counters.asked.count(question.type());
        counters.inFlight.incrementAndGet();
        long begin = System.nanoTime();
        int type = QueryMessage.wireType(question.type());
        Resolution resolution = new Resolution(loop, inOrder(loop.now()), ids::next, name.get(), type, limit);
        return resolution.start().handle((answer, bug) -> {
            counters.latency.count(System.nanoTime() - begin);
            return ended(question, resolution, answer, bug);
        });
    }

    private TimedAnswer ended(
            DnsQuestion question, Resolution resolution, TimedAnswer answer, @Nullable Throwable bug) {
        counters.inFlight.decrementAndGet();
        TimedAnswer timed = answer;
        if (bug != null) {
            // The contract of DnsClient: every failure is an answer, ours too.
            LOG.error("DNS question for type {} failed by a bug", question.type(), bug);
            timed = TimedAnswer.ours("internal error");
        }
        if (timed.answer() instanceof DnsAnswer.Unavailable) {
            counters.failures.count(bug == null ? resolution.failure() : DnsFailure.INTERNAL_ERROR);
        }
        return timed;
    }

    /** Questions so far, without those for impossible names. */
    public long questions() {
        return counters.asked.sum();
    }

    /** Questions so far that ended as {@link DnsAnswer.Unavailable}. */
    public long failures() {
        return counters.failures.sum();
    }

    /** Questions that wait for their answer now. */
    public int inFlight() {
        return counters.inFlight.get();
    }

    /** What this client and those on the same thread have seen. */
    public DnsCounters counters() {
        return counters;
    }

    /**
     * A server and whether it has answered lately.
     *
     * @param address as the configuration writes it
     * @param resting whether it has not, so that the others are asked first
     */
    public record Server(String address, boolean resting) {}

    /** The servers, in the order in which they are asked. */
    public List<Server> servers() {
        long now = loop.now();
        return servers.stream()
                .map(server -> new Server(server.toString(), server.isResting(now)))
                .toList();
    }

    /** How long ago a server has last replied, with whatever; empty if none has yet. */
    public Optional<Duration> sinceLastReply() {
        long now = System.nanoTime();
        return servers.stream()
                .flatMap(server -> server.lastReply().stream())
                .map(at -> Duration.ofNanos(now - at))
                .min(Duration::compareTo);
    }

    /**
     * Completes with what ended the client's thread, if that was anything but {@link #close}; never otherwise. From then on every
     * answer, also of the clients made by {@link #with}, is unavailable, and only another process helps. What depends on it runs on
     * that thread, and must be short.
     */
    public CompletionStage<Throwable> failure() {
        return loop.failure();
    }

    /** Ends the thread. Questions in flight, and all later ones, are unavailable. */
    @Override
    public void close() {
        loop.close();
    }

    private List<NameServer> inOrder(long now) {
        if (servers.size() == 1 || servers.stream().noneMatch(server -> server.isResting(now))) {
            return servers;
        }
        List<NameServer> order = new ArrayList<>(servers.size());
        servers.stream().filter(server -> !server.isResting(now)).forEach(order::add);
        servers.stream().filter(server -> !order.contains(server)).forEach(order::add);
        return order;
    }
}
