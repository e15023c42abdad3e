package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LargeRepliesTest {
    private final LargeReplies large = new LargeReplies();

    @Test
    void theOthersWaitInTheirOrderForOneThatEnds() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < LargeReplies.MOST; i++) {
                assertTrue(large.begin(key(selector)));
            }
            SelectionKey gone = key(selector);
            SelectionKey second = key(selector);
            SelectionKey third = key(selector);
            assertFalse(large.begin(gone));
            assertFalse(large.begin(second));
            assertFalse(large.begin(third));
            gone.channel().close();
            large.end();
            assertEquals(SelectionKey.OP_READ, second.interestOps());
            assertEquals(0, third.interestOps());
            assertTrue(large.begin(second));
            assertFalse(large.begin(third));
        }
    }

    /** A reply that is there and waits to be read is no silence of the DNS: it is our limit that keeps the answer away. */
    @Test
    void whoWaitsSaysSo() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (Selector selector = Selector.open();
                ServerSocket server = new ServerSocket(0, 1, loopback)) {
            for (int i = 0; i < LargeReplies.MOST; i++) {
                assertTrue(large.begin(key(selector)));
            }
            Exchange exchange =
                    Exchange.tcp(new InetSocketAddress(loopback, server.getLocalPort()), new byte[] {1, 2, 3});
            exchange.start(selector, new QueryPorts(selector, System::nanoTime));
            try (Socket connection = server.accept()) {
                connection.getOutputStream().write(new byte[] {(byte) 0xEA, 0x60, 0});
                while (!exchange.isHeldBack()) {
                    proceed(selector, exchange);
                }
                large.end();
                while (exchange.isHeldBack()) {
                    proceed(selector, exchange);
                }
            }
            exchange.close();
        }
    }

    private void proceed(Selector selector, Exchange exchange) throws IOException {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
            exchange.proceed(key, ByteBuffer.allocate(1), large);
        }
        selector.selectedKeys().clear();
    }

    /** Closed with the test. */
    private static SelectionKey key(Selector selector) throws IOException {
        Pipe.SourceChannel source = Pipe.open().source();
        source.configureBlocking(false);
        return source.register(selector, SelectionKey.OP_READ);
    }
}
