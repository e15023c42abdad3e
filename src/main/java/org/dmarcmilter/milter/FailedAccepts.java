package org.dmarcmilter.milter;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection cannot be accepted: as a rule no file descriptor is free, in this process or on this machine. The connection waits
 * in the kernel; trying again at once would only keep the event loop from those that are open. Netty would say so in its own words
 * each time.
 */
final class FailedAccepts extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FailedAccepts.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long SILENCE = Duration.ofMinutes(1).toNanos();

    private final IntSupplier openConnections;
    private boolean hasSaid;
    private long saidAt;

    FailedAccepts(IntSupplier openConnections) {
        this.openConnections = openConnections;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Channel listener = context.channel();
        long now = System.nanoTime();
        if (!hasSaid || now - saidAt > SILENCE) {
            hasSaid = true;
            saidAt = now;
            LOG.warn(
                    "no milter connection can be accepted while {} are open: {}; new ones wait. Is the limit of open files reached?",
                    openConnections.getAsInt(),
                    String.valueOf(cause.getMessage()));
        }
        listener.config().setAutoRead(false);
        var unused = listener.eventLoop()
                .schedule(() -> listener.config().setAutoRead(true), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
