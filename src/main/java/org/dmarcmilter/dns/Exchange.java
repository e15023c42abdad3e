package org.dmarcmilter.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One query to one server on a socket of its own, and the reply to it. Used by the thread of {@link ExchangeLoop} only.
 */
abstract sealed class Exchange {
    /** What {@link #proceed} returns before the reply is complete. */
    static final byte[] NOTHING_YET = new byte[0];

    final InetSocketAddress server;
    final byte[] query;

    /**
     * The reply's bytes; or an {@link IOException}: {@link java.net.PortUnreachableException} if nobody listens there,
     * {@link OwnLimitException} if it is not the server that fails.
     */
    final CompletableFuture<byte[]> reply = new CompletableFuture<>();

    private @Nullable SelectableChannel channel;

    private Exchange(InetSocketAddress server, byte[] query) {
        this.server = server;
        this.query = query;
    }

    static Exchange udp(InetSocketAddress server, byte[] query) {
        return new Udp(server, query);
    }

    static Exchange tcp(InetSocketAddress server, byte[] query) {
        return new Tcp(server, query);
    }

    /** Opens the socket and begins to send. */
    abstract void start(Selector selector) throws IOException;

    /**
     * Goes on where the socket is ready. Returns the reply once it is complete, and empty bytes before.
     *
     * @param buffer room for any datagram, for use during the call
     * @param large asked before a large reply is read
     */
    abstract byte[] proceed(SelectionKey key, ByteBuffer buffer, LargeReplies large) throws IOException;

    /** Whether a reply is there that we do not read yet, because of a limit of ours. */
    boolean isHeldBack() {
        return false;
    }

    boolean isTcp() {
        return this instanceof Tcp;
    }

    void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    /** A new socket. Where there is none, the system has no file descriptor left for us, and no server is to blame. */
    <C extends SelectableChannel> C opened(Opening<C> opening) throws IOException {
        C opened;
        try {
            opened = opening.open(family());
        } catch (IOException e) {
            throw new OwnLimitException("no socket (" + e.getMessage() + ")");
        }
        channel = opened;
        opened.configureBlocking(false);
        return opened;
    }

    /** {@code open} of a channel class. */
    interface Opening<C> {
        C open(ProtocolFamily family) throws IOException;
    }

    private ProtocolFamily family() {
        return server.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /**
     * UDP. The socket is new, so that the kernel picks a random source port, and connected, so that the kernel drops what
     * comes from elsewhere and tells when nobody listens. What still does not match the query is somebody's guess: it
     * is skipped, and the wait goes on.
     */
    private static final class Udp extends Exchange {
        /** So many guesses are an attack on this port and id: give up both. The client tries again with others. */
        private static final int MAX_FOREIGN_DATAGRAMS = 100;

        private int foreignDatagrams;

        Udp(InetSocketAddress server, byte[] query) {
            super(server, query);
        }

        @Override
        void start(Selector selector) throws IOException {
            DatagramChannel datagrams = opened(DatagramChannel::open);
            datagrams.connect(server);
            datagrams.register(selector, SelectionKey.OP_READ, this);
            // A full send buffer loses the datagram, as any router may: the client's next try mends it.
            datagrams.write(ByteBuffer.wrap(query));
        }

        @Override
        byte[] proceed(SelectionKey key, ByteBuffer buffer, LargeReplies large) throws IOException {
            DatagramChannel datagrams = (DatagramChannel) key.channel();
            while (foreignDatagrams <= MAX_FOREIGN_DATAGRAMS) {
                buffer.clear();
                if (datagrams.read(buffer) <= 0) {
                    return NOTHING_YET;
                }
                buffer.flip();
                byte[] datagram = new byte[buffer.remaining()];
                buffer.get(datagram);
                if (QueryMessage.isReplyTo(query, datagram)) {
                    return datagram;
                }
                foreignDatagrams++;
            }
            throw new OwnLimitException("more than " + MAX_FOREIGN_DATAGRAMS + " replies to other questions");
        }
    }

    /** TCP: two octets of length before each message (RFC 1035, section 4.2.2; RFC 7766). */
    private static final class Tcp extends Exchange {
        private final ByteBuffer out;
        private final ByteBuffer length = ByteBuffer.allocate(Short.BYTES);
        private @Nullable ByteBuffer message;
        private @Nullable LargeReplies begun;
        private boolean heldBack;

        Tcp(InetSocketAddress server, byte[] query) {
            super(server, query);
            out = ByteBuffer.allocate(Short.BYTES + query.length)
                    .putShort((short) query.length)
                    .put(query)
                    .flip();
        }

        @Override
        void start(Selector selector) throws IOException {
            SocketChannel stream = opened(SocketChannel::open);
            stream.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = stream.connect(server);
            stream.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
        }

        @Override
        byte[] proceed(SelectionKey key, ByteBuffer buffer, LargeReplies large) throws IOException {
            SocketChannel stream = (SocketChannel) key.channel();
            if (key.isConnectable() && stream.finishConnect()) {
                key.interestOps(SelectionKey.OP_WRITE);
            } else if (key.isWritable()) {
                stream.write(out);
                if (!out.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            } else if (key.isReadable()) {
                return read(stream, key, large);
            }
            return NOTHING_YET;
        }

        private byte[] read(SocketChannel stream, SelectionKey key, LargeReplies large) throws IOException {
            if (message == null) {
                fill(length, stream);
                if (length.hasRemaining()) {
                    return NOTHING_YET;
                }
                int octets = Short.toUnsignedInt(length.getShort(0));
                if (octets > LargeReplies.ORDINARY) {
                    heldBack = !large.begin(key);
                    if (heldBack) {
                        return NOTHING_YET;
                    }
                    begun = large;
                }
                message = ByteBuffer.allocate(octets);
            }
            fill(message, stream);
            if (message.hasRemaining()) {
                return NOTHING_YET;
            }
            if (!QueryMessage.isReplyTo(query, message.array())) {
                throw new IOException("a reply by TCP to another question");
            }
            return message.array();
        }

        @Override
        boolean isHeldBack() {
            return heldBack;
        }

        @Override
        void close() throws IOException {
            if (begun != null) {
                begun.end();
                begun = null;
            }
            super.close();
        }

        private static void fill(ByteBuffer buffer, SocketChannel stream) throws IOException {
            if (buffer.hasRemaining() && stream.read(buffer) < 0) {
                throw new IOException("connection closed before the reply was complete");
            }
        }
    }
}
