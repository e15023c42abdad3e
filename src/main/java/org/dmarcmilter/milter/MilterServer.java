package org.dmarcmilter.milter;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import jdk.net.ExtendedSocketOptions;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.metrics.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens and accepts. Each connection lives on one of a few event loops from its beginning to its end.
 *
 * <p>Life: construct, {@link #bind} or {@link #adopt} one or several sockets, {@link #drain} or {@link #close}. A drained
 * server cannot be used again.
 */
public final class MilterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MilterServer.class);

    private final Service service;
    private final MultiThreadIoEventLoopGroup loops;
    private final LoopBuffers loopBuffers = new LoopBuffers();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Set<ConnectionHandler> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicLong connectionIds = new AtomicLong();
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private record Listener(ListeningSocket socket, Channel channel) {}

    /**
     * @param failSafe the verdict on a message that the filter failed to give one on: {@link MilterReply.TemporaryFailure}
     *     or {@link MilterReply.Accept}
     * @param eventLoops threads; two are enough for a filter that waits for DNS and computes little
     */
    public MilterServer(MilterFilter filter, Limits limits, MilterReply failSafe, int eventLoops) {
        this.service = new Service(filter, limits, failSafe, new MilterCounters());
        this.loops = new MultiThreadIoEventLoopGroup(
                eventLoops, new DefaultThreadFactory("milter"), NioIoHandler.newFactory());
    }

    /**
     * Binds and begins to accept. Blocks (host names, file system), so call it from the main thread.
     *
     * @param umask mode bits that the file of a unix socket must not have; else the process's umask applies
     * @return the address bound, with the port the system chose if 0 was asked for
     * @throws IOException with a message for the operator
     */
    public SocketAddress bind(ListenAddress address, OptionalInt umask) throws IOException {
        return listen(ListeningSocket.bind(address, umask));
    }

    /**
     * Begins to accept on a socket that who started us has bound ({@link System#inheritedChannel()}). The file of such a
     * unix socket is not removed at the end.
     */
    public SocketAddress adopt(ServerSocketChannel inherited) throws IOException {
        return listen(ListeningSocket.inherited(inherited));
    }

    private SocketAddress listen(ListeningSocket socket) throws IOException {
        boolean local = socket.isLocal();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> serverChannel(socket.channel(), local))
                .handler(new FailedAccepts(openConnections::get))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel, local ? Optional.empty() : QuickAck.OPTION);
                    }
                });
        bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, loopBuffers);
        if (!local) {
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true);
        }
        ChannelFuture registered = bootstrap.register().awaitUninterruptibly();
        if (!registered.isSuccess()) {
            socket.channel().close();
            throw new IOException("cannot listen on " + socket.name(), registered.cause());
        }
        listeners.add(new Listener(socket, registered.channel()));
        return socket.channel().getLocalAddress();
    }

    private static ServerChannel serverChannel(ServerSocketChannel channel, boolean local) {
        return local ? new NioServerDomainSocketChannel(channel) : new NioServerSocketChannel(channel);
    }

    /** On the new connection's event loop. */
    private void accepted(Channel channel, Optional<ChannelOption<Boolean>> quickAck) {
        int now = openConnections.incrementAndGet();
        channel.closeFuture().addListener(closed -> gone());
        if (now > service.limits().maxConnections()) {
            service.counters().refused.increment();
            if (!full.getAndSet(true)) {
                LOG.warn(
                        "{} milter connections are open, no more are allowed (MaxConnections, or what the limit of open files"
                                + " leaves); closing new ones until some have ended",
                        service.limits().maxConnections());
            }
            var unused = channel.close();
            return;
        }
        service.counters().connections.increment();
        ConnectionHandler handler = new ConnectionHandler(service, connectionIds.incrementAndGet(), channel, quickAck);
        open.add(handler);
        channel.closeFuture().addListener(closed -> open.remove(handler));
        channel.pipeline().addLast(handler);
        if (draining.get()) {
            handler.drain();
        }
    }

    /** Not before a tenth is free again, so that a server at its limit does not log each connection. */
    private void gone() {
        int now = openConnections.decrementAndGet();
        int max = service.limits().maxConnections();
        if (now <= max - Math.max(1, max / 10) && full.compareAndSet(true, false)) {
            LOG.warn("{} milter connections are open; accepting new ones again", now);
        }
    }

    /**
     * Stops: accepts no more, closes idle connections, lets each open message have its verdict and closes after it; what
     * is still open after the grace period is closed as it is. Only the first call counts. Not from an event loop.
     *
     * @return completes when all connections are closed and the threads have ended
     */
    public CompletionStage<Void> drain(Duration grace) {
        if (draining.getAndSet(true)) {
            return drained.minimalCompletionStage();
        }
        listeners.forEach(this::stopListening);
        CompletableFuture<?>[] closed = open.stream().map(this::drained).toArray(CompletableFuture<?>[]::new);
        var unused = CompletableFuture.allOf(closed)
                .orTimeout(Math.max(1, grace.toMillis()), TimeUnit.MILLISECONDS)
                .whenComplete((all, late) -> shutdown(late != null && !grace.isZero()));
        return drained.minimalCompletionStage();
    }

    private CompletableFuture<Void> drained(ConnectionHandler handler) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        handler.closed(() -> closed.complete(null));
        handler.onLoop(handler::drain);
        return closed;
    }

    private void shutdown(boolean late) {
        if (late && !open.isEmpty()) {
            LOG.warn("closing {} milter connections in mid-message: no verdict within the grace period", open.size());
        }
        // Closes what is open: each connection's event loop takes its channels with it.
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).addListener(ended -> drained.complete(null));
    }

    /** The file goes first, so that no client connects to a socket that nobody accepts on. */
    private void stopListening(Listener listener) {
        try {
            if (listener.socket().file().isPresent()) {
                listener.socket().file().get().removeIfOurs();
            }
        } catch (IOException failure) {
            LOG.warn("{}: cannot remove the socket file: {}", listener.socket().name(), failure.toString());
        }
        listener.channel().eventLoop().execute(() -> close(listener));
        listener.channel().closeFuture().awaitUninterruptibly();
    }

    private static void close(Listener listener) {
        try {
            // Closed under Netty's hands, because Netty removes the file of any unix socket that it closes itself.
            listener.socket().channel().close();
        } catch (IOException failure) {
            LOG.warn("{}: {}", listener.socket().name(), failure.toString());
        }
        var unused = listener.channel().close();
    }

    /** Drains without grace and waits for the end. Not from an event loop. */
    @Override
    public void close() {
        drain(Duration.ZERO).toCompletableFuture().join();
    }

    /** Whether every event loop still takes tasks within the time; for a watchdog. Not from an event loop. */
    public boolean isAlive(Duration patience) {
        CompletableFuture<?>[] answers = StreamSupport.stream(loops.spliterator(), false)
                .map(loop -> CompletableFuture.runAsync(() -> {}, loop))
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(answers).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Connections open now. */
    public int openConnections() {
        return openConnections.get();
    }

    /** Connections taken since the start. */
    public long connections() {
        return service.counters().connections.sum();
    }

    /** Connections closed at once because of {@link Limits#maxConnections}. */
    public long refusedConnections() {
        return service.counters().refused.sum();
    }

    /** Messages that came to their end. */
    public long messages() {
        return service.counters().messages.sum();
    }

    /** Connections closed because of what they sent. */
    public long malformed() {
        return service.counters().malformed.sum();
    }

    /** Messages answered with a temporary failure because memory for header fields was short. */
    public long putOff() {
        return service.counters().putOff.sum();
    }

    /** How often an MTA has waited for a reply: to a command, or at the end of a message. */
    public long roundTrips() {
        return service.counters().replies.sum() + service.counters().messages.sum();
    }

    /** From the end of a message to its verdict, where the filter was asked for one then. */
    public Histogram verdicts() {
        return service.counters().verdicts;
    }

    /** Connections that may be open at a time. */
    public int mostConnections() {
        return service.limits().maxConnections();
    }

    /** Octets that larger messages hold together beyond what is each one's own. */
    public long headerMemory() {
        return service.headerMemory().taken();
    }

    /** How many octets those may be. */
    public long mostHeaderMemory() {
        return service.headerMemory().pool();
    }

    /** Octets that packets hold together which have not wholly come. */
    public long packetMemory() {
        return service.halfPackets().taken();
    }

    /** How many octets those may be. */
    public long mostPacketMemory() {
        return service.halfPackets().pool();
    }

    /** Whether connections are accepted: not before a socket is bound, and not while the server ends. */
    public boolean isListening() {
        return !draining.get()
                && !listeners.isEmpty()
                && listeners.stream().allMatch(listener -> listener.channel().isOpen());
    }

    /** Failures of the filter that became the fail-safe verdict. */
    public long failures() {
        return service.counters().failures.sum();
    }

    /** Loaded only for TCP; the module jdk.net, or the option, may be missing in a JVM. */
    private static final class QuickAck {
        static final Optional<ChannelOption<Boolean>> OPTION = find();

        private static Optional<ChannelOption<Boolean>> find() {
            try (SocketChannel probe = SocketChannel.open()) {
                SocketOption<Boolean> option = ExtendedSocketOptions.TCP_QUICKACK;
                return probe.supportedOptions().contains(option)
                        ? Optional.of(NioChannelOption.of(option))
                        : Optional.empty();
            } catch (NoClassDefFoundError | IOException missing) {
                return Optional.empty();
            }
        }
    }
}
