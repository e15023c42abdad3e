package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes and time of one connection: cuts the stream into commands, hands them to {@link MilterConnection} one by one, and
 * writes what it answers, all replies to what was read together in one flush.
 *
 * <p>While a decision is pending, and while the MTA does not read our replies, commands wait. Reading goes on, so that the
 * end of the connection is noticed, until {@link #MAX_QUEUED} octets wait.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    /** No MTA sends anything while it waits for a verdict. */
    static final int MAX_QUEUED = 1 << 20;

    /** The idle limit is looked at this many times while it runs; without a clock, it is as exact as that. */
    private static final int IDLE_TICKS = 8;

    /** Enough for the replies to one message. */
    private static final int REPLIES = 512;

    private final Service service;
    private final long id;
    private final Channel channel;
    private final Optional<ChannelOption<Boolean>> quickAck;
    private final MilterConnection connection;
    private final MilterDecoder decoder;

    /** What has come of a packet whose rest has not, and of commands that wait. */
    private ByteBuf queue = Unpooled.EMPTY_BUFFER;

    private final SharedMemory.Holding halfPacket;
    private int held;
    private ByteBuf replies = Unpooled.EMPTY_BUFFER;
    private boolean processing;
    private boolean advanced;
    private boolean closing;
    private boolean leadingSpace;

    private int silentTicks;
    private Optional<Future<?>> idleTimer = Optional.empty();
    private Optional<Future<?>> stallTimer = Optional.empty();
    private Optional<Future<?>> progressTimer = Optional.empty();
    private Duration decisionLeft = Duration.ZERO;

    /**
     * @param quickAck the option that makes the kernel acknowledge at once, if there is one for this socket: Sendmail sends
     *     macros and command as two small segments, and waits for the acknowledgement of the first, 40 ms each time
     */
    ConnectionHandler(Service service, long id, Channel channel, Optional<ChannelOption<Boolean>> quickAck) {
        this.service = service;
        this.id = id;
        this.channel = channel;
        this.quickAck = quickAck;
        this.connection = new MilterConnection(service, id, this);
        Object client =
                channel.remoteAddress() instanceof InetSocketAddress address ? address.getAddress() : "unix socket";
        this.halfPacket = service.halfPackets().open(client, () -> onLoop(this::closeForOthers));
        this.decoder = new MilterDecoder(service.fieldNames(), connection::keeps, this::oddity);
    }

    // What the MTA does.

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        stallTimer = schedule(service.limits().beforeNegotiation(), () -> {
            LOG.debug("milter connection {} from {}: no option negotiation; closing", id, peer());
            close();
        });
        tickIdle();
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        silentTicks = 0;
        try {
            if (closing) {
                return;
            }
            if (queue.isReadable()) {
                keepRest(data);
                process(queue);
            } else {
                process(data);
                keepRest(data);
            }
        } finally {
            data.release();
        }
    }

    /**
     * What is left of a read is copied: a few octets of a slow peer must not hold a whole read buffer. Out of the heap, where it has a
     * bound of its own (MaxDirectMemorySize), which costs the connection that meets it and not the process.
     */
    private void keepRest(ByteBuf data) {
        if (!data.isReadable() || closing) {
            return;
        }
        int needed = queue.readableBytes() + data.readableBytes();
        if (needed > held && !halfPacket.take(needed - held)) {
            closeForOthers();
            return;
        }
        held = Math.max(held, needed);
        if (!queue.isReadable()) {
            queue.release();
            queue = channel.alloc().directBuffer(data.readableBytes());
        }
        queue.writeBytes(data);
    }

    private void freeRest() {
        queue.release();
        queue = Unpooled.EMPTY_BUFFER;
        halfPacket.release();
        held = 0;
    }

    /** Half packets are too many, and this is the largest of the client that has most. */
    private void closeForOthers() {
        if (!closing) {
            LOG.warn("milter connection {} from {}: no memory for half a packet; closing", id, peer());
            replies.clear();
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        boolean silent = !replies.isReadable();
        settle();
        if (silent && !closing && quickAck.isPresent()) {
            // The kernel clears the option by itself. With a reply on its way the acknowledgement travels along.
            channel.config().setOption(quickAck.get(), true);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (queue.isReadable() && !closing) {
            LOG.debug("milter connection {} from {}: ended with half a packet", id, peer());
        }
        closing = true;
        cancel(idleTimer);
        cancel(stallTimer);
        cancel(progressTimer);
        connection.ended();
        freeRest();
        replies.release();
        replies = Unpooled.EMPTY_BUFFER;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // The MTA went away: as good as the end of the stream.
            LOG.debug("milter connection {} from {}: {}", id, peer(), cause.toString());
        } else {
            service.counters().failures.increment();
            LOG.error("milter connection {} from {}: internal error; closing", id, peer(), cause);
        }
        replies.clear();
        close();
    }

    // What the connection does.

    ScheduledExecutorService loop() {
        return channel.eventLoop();
    }

    /** Runs a task on the connection's thread, at once if this is it. */
    void onLoop(Runnable task) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> onLoop(task));
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | Error failure) {
            // Called from a CompletionStage, which would swallow it and leave the MTA waiting.
            channel.pipeline().fireExceptionCaught(failure);
        }
    }

    void send(MilterReply reply) {
        if (reply.kind() == MilterReply.Kind.VERDICT) {
            progressTimer = cancel(progressTimer);
        }
        MilterEncoder.write(reply, leadingSpace, writable());
    }

    void negotiated(Negotiation.Agreed agreed) {
        stallTimer = cancel(stallTimer);
        leadingSpace = agreed.has(Negotiation.HEADER_LEADING_SPACE);
        if (leadingSpace) {
            decoder.expectLeadingSpace();
        }
        MilterEncoder.write(agreed, writable());
    }

    /** No agreement is possible; the same happens to each connection of this MTA until one side's configuration changes. */
    void refuse(String reason) {
        LOG.error("{}", reason);
        close();
    }

    /** What came is not the protocol: one line, and no answer, so that the MTA's default action applies at once. */
    void malformed(String reason) {
        service.counters().malformed.increment();
        LOG.warn("milter connection {} from {}: {}; closing", id, peer(), reason);
        close();
    }

    /** Wrong, but not wrong enough to close. */
    void oddity(String what) {
        LOG.warn("milter connection {} from {}: {}", id, peer(), what);
    }

    /** Sends a sign of life every few seconds until the verdict is sent; after the longest decision, the fail-safe one. */
    void startProgress() {
        decisionLeft = service.limits().decision();
        scheduleProgress();
    }

    private void scheduleProgress() {
        Duration interval = service.limits().progressInterval();
        Duration next = interval.compareTo(decisionLeft) < 0 ? interval : decisionLeft;
        decisionLeft = decisionLeft.minus(next);
        progressTimer = schedule(next, () -> {
            if (decisionLeft.isZero()) {
                connection.decideNow(
                        "no decision within " + service.limits().decision().toSeconds() + " s");
            } else {
                connection.progress();
                scheduleProgress();
                settle();
            }
        });
    }

    /** Writes the replies and goes on with the commands that waited; nothing to do while commands are being processed. */
    void resume() {
        if (processing || closing) {
            return;
        }
        process(queue);
        settle();
    }

    /** Sends what is due, then closes. */
    void close() {
        closing = true;
        flush();
        var unused = channel.close();
    }

    /** Tells when the connection has ended; at once if it has. */
    void closed(Runnable listener) {
        channel.closeFuture().addListener(closed -> listener.run());
    }

    /** Stops after the open message. On the connection's thread. */
    void drain() {
        connection.drain();
    }

    String peer() {
        return channel.remoteAddress() instanceof InetSocketAddress address
                ? NetUtil.toSocketAddressString(address)
                : "unix socket";
    }

    // How bytes become commands.

    private void process(ByteBuf in) {
        processing = true;
        try {
            while (!closing && channel.isWritable()) {
                if (connection.deciding()) {
                    if (!MilterDecoder.isAbortNext(in)) {
                        break;
                    }
                    connection.decideNow("ABORT while a decision is pending");
                }
                @Nullable MilterCommand command = decoder.next(in);
                if (command == null) {
                    break;
                }
                // A body octet by octet is no progress either.
                advanced |= !decoder.isInBody();
                command.visit(connection);
            }
        } finally {
            processing = false;
        }
    }

    /** After each event: one flush, and the timers and the reading as they now have to be. */
    private void settle() {
        if (closing) {
            return;
        }
        flush();
        if (queue.isReadable()) {
            queue.discardSomeReadBytes();
        } else if (held > 0) {
            freeRest();
        }
        boolean writable = channel.isWritable();
        channel.config().setAutoRead(writable && queue.readableBytes() < MAX_QUEUED);
        if (connection.negotiated()) {
            boolean waiting = queue.isReadable() || decoder.isInBody();
            watchStall(!writable || (waiting && !connection.deciding()));
        }
        advanced = false;
    }

    /** From the beginning of half a packet, not from its latest octet: one octet a minute is no progress. */
    private void watchStall(boolean stalled) {
        if (!stalled || advanced) {
            stallTimer = cancel(stallTimer);
        }
        if (stalled && stallTimer.isEmpty()) {
            stallTimer = schedule(service.limits().halfFrame(), () -> {
                LOG.warn("milter connection {} from {}: stuck in the middle of a packet; closing", id, peer());
                replies.clear();
                close();
            });
        }
    }

    private void tickIdle() {
        idleTimer = schedule(service.limits().idle().dividedBy(IDLE_TICKS), () -> {
            silentTicks++;
            if (silentTicks > IDLE_TICKS && !connection.deciding()) {
                LOG.info("milter connection {} from {}: idle; closing", id, peer());
                close();
            } else {
                tickIdle();
            }
        });
    }

    private Optional<Future<?>> schedule(Duration delay, Runnable task) {
        return Optional.of(channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static Optional<Future<?>> cancel(Optional<Future<?>> timer) {
        timer.ifPresent(pending -> pending.cancel(false));
        return Optional.empty();
    }

    private ByteBuf writable() {
        if (replies.capacity() == 0) {
            replies = channel.alloc().ioBuffer(REPLIES);
        }
        return replies;
    }

    private void flush() {
        if (!replies.isReadable()) {
            return;
        }
        var unused = channel.writeAndFlush(replies.retain(), channel.voidPromise());
        if (replies.refCnt() == 1 && replies.capacity() == REPLIES) {
            // All is with the kernel, and nobody else holds it: good for the next message.
            replies.clear();
        } else {
            replies.release();
            replies = Unpooled.EMPTY_BUFFER;
        }
    }
}
