package org.dmarcmilter.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One query to one server on a socket that no other uses meanwhile, and the reply to it. Used by the thread of {@link ExchangeLoop} only.
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

    /**
     * Begins to send.
     *
     * @param selector tells when to {@link #proceed}: the key's attachment is this
     * @param ports where UDP sockets come from
     */
    abstract void start(Selector selector, QueryPorts ports) throws IOException;

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

    /** Gives up the socket. */
    abstract void close() throws IOException;

    /**
     * UDP. What does not match the query is somebody's guess: it is skipped, and the wait goes on.
     */
    private static final class Udp extends Exchange {
        /** So many guesses are an attack on this port and id: give up both. The client tries again with others. */
        private static final int MAX_FOREIGN_DATAGRAMS = 100;

        private int foreignDatagrams;
        private boolean answered;
        private @Nullable QueryPorts ports;
        private QueryPorts.@Nullable Port port;

        Udp(InetSocketAddress server, byte[] query) {
            super(server, query);
        }

        @Override
        void start(Selector selector, QueryPorts source) throws IOException {
            QueryPorts.Port taken = source.take(server, this);
            ports = source;
            port = taken;
            // A full send buffer loses the datagram, as any router may: the client's next try mends it.
            taken.channel.write(ByteBuffer.wrap(query));
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
                    answered = true;
                    return datagram;
                }
                foreignDatagrams++;
            }
            throw new OwnLimitException("more than " + MAX_FOREIGN_DATAGRAMS + " replies to other questions");
        }

        @Override
        void close() {
            if (port != null && ports != null) {
                if (answered && foreignDatagrams == 0) {
                    ports.giveBack(port);
                } else {
                    ports.close(port);
                }
                port = null;
            }
        }
    }

    /** TCP: two octets of length before each message (RFC 1035, section 4.2.2; RFC 7766). */
    private static final class Tcp extends Exchange {
        private final ByteBuffer out;
        private final ByteBuffer length = ByteBuffer.allocate(Short.BYTES);
        private @Nullable ByteBuffer message;
        private @Nullable LargeReplies begun;
        private boolean heldBack;
        private @Nullable SocketChannel stream;

        Tcp(InetSocketAddress server, byte[] query) {
            super(server, query);
            out = ByteBuffer.allocate(Short.BYTES + query.length)
                    .putShort((short) query.length)
                    .put(query)
                    .flip();
        }

        @Override
        void start(Selector selector, QueryPorts ports) throws IOException {
            SocketChannel opened;
            try {
                opened = SocketChannel.open(QueryPorts.family(server));
            } catch (IOException e) {
                throw OwnLimitException.noSocket(e);
            }
            stream = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = opened.connect(server);
            opened.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
        }

        @Override
        byte[] proceed(SelectionKey key, ByteBuffer buffer, LargeReplies large) throws IOException {
            SocketChannel connection = (SocketChannel) key.channel();
            if (key.isConnectable() && connection.finishConnect()) {
                key.interestOps(SelectionKey.OP_WRITE);
            } else if (key.isWritable()) {
                connection.write(out);
                if (!out.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            } else if (key.isReadable()) {
                return read(connection, key, large);
            }
            return NOTHING_YET;
        }

        private byte[] read(SocketChannel connection, SelectionKey key, LargeReplies large) throws IOException {
            if (message == null) {
                fill(length, connection);
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
            fill(message, connection);
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
            if (stream != null) {
                stream.close();
            }
        }

        private static void fill(ByteBuffer buffer, SocketChannel connection) throws IOException {
            if (buffer.hasRemaining() && connection.read(buffer) < 0) {
                throw new IOException("connection closed before the reply was complete");
            }
        }
    }
}
