package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * One array for all reads of an event loop. A read is worked through before the next one, and what is left of it is copied, so that no
 * connection has to own a buffer and none is made for a read.
 */
final class LoopBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /** The header of nearly each message in one read. */
    private static final int OCTETS = 64 * 1024;

    private final FastThreadLocal<ByteBuf> buffers = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return Unpooled.buffer(OCTETS, OCTETS);
        }
    };

    @Override
    @SuppressWarnings("deprecation") // Netty's own implementations extend it.
    public RecvByteBufAllocator.Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return OCTETS;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator unused) {
                ByteBuf buffer = buffers.get();
                if (buffer.refCnt() > 1) {
                    throw new IllegalStateException("somebody holds the read before");
                }
                return buffer.clear().retain();
            }
        };
    }
}
