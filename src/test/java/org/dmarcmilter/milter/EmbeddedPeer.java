package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The MTA's side of one connection without a socket, whose time stands still unless the test moves it. */
final class EmbeddedPeer implements AutoCloseable {
    static final MilterReply TEMPORARY_FAILURE = new MilterReply.TemporaryFailure();

    final EmbeddedChannel channel;
    final MilterCounters counters = new MilterCounters();
    private Optional<ConnectionHandler> handler = Optional.empty();
    private int writes;

    EmbeddedPeer(MilterFilter filter) {
        this(filter, Limits.DEFAULTS);
    }

    EmbeddedPeer(MilterFilter filter, Limits limits) {
        this(filter, limits, SharedMemory.forHeaderFields(limits));
    }

    EmbeddedPeer(MilterFilter filter, Limits limits, SharedMemory headerMemory) {
        this(filter, limits, headerMemory, SharedMemory.forHalfPackets(limits));
    }

    EmbeddedPeer(MilterFilter filter, Limits limits, SharedMemory headerMemory, SharedMemory halfPackets) {
        Service service =
                new Service(filter, limits, TEMPORARY_FAILURE, counters, headerMemory, halfPackets, new FieldNames());
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ConnectionHandler created = new ConnectionHandler(service, 7, ch, Optional.empty());
                ch.pipeline().addLast(created);
                handler = Optional.of(created);
            }
        });
        // The channel was active before the handler was there.
        channel.pipeline().fireChannelActive();
    }

    /** Sends octets as one read; to a closed connection, nothing. */
    void send(byte[] octets) {
        if (channel.isOpen()) {
            channel.writeInbound(Unpooled.wrappedBuffer(octets));
        }
    }

    /** Sends packets in the notation of {@link Frames#frames} as one read; answers what came back so far. */
    List<String> send(String words) {
        send(Frames.frames(words));
        return replies();
    }

    /** Replies since the last call. */
    List<String> replies() {
        return Frames.words(octets());
    }

    byte[] octets() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
            out.writeBytes(ByteBufUtil.getBytes(written));
            written.release();
            writes++;
        }
        return out.toByteArray();
    }

    /** How many writes the replies so far came in. */
    int writes() {
        return writes;
    }

    void advance(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    void drain() {
        handler.orElseThrow().drain();
        channel.runPendingTasks();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        channel.checkException();
    }
}
