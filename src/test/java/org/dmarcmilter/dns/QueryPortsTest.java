package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a port serves another question, and when it is given up. The clock is the test's. */
@Timeout(60)
class QueryPortsTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE);
    private final Selector selector = Selector.open();
    private final DatagramChannel server = listening();
    private final DatagramChannel otherServer = listening();
    private final QueryPorts ports = new QueryPorts(selector, clock::get);
    private final Exchange exchange = Exchange.udp(address(server), new byte[] {1, 2, 3});

    QueryPortsTest() throws IOException {}

    private static DatagramChannel listening() throws IOException {
        return DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static InetSocketAddress address(DatagramChannel channel) throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    @AfterEach
    void stop() throws IOException {
        ports.close();
        selector.close();
        server.close();
        otherServer.close();
    }

    private QueryPorts.Port take() throws IOException {
        return ports.take(address(server), exchange);
    }

    @Test
    void servesFewQuestionsOneAfterTheOther() throws IOException {
        QueryPorts.Port port = take();
        for (int question = 1; question < QueryPorts.QUESTIONS; question++) {
            ports.giveBack(port);
            assertEquals(1, ports.idle());
            assertSame(port, take());
            assertEquals(0, ports.idle());
        }
        ports.giveBack(port);
        assertEquals(0, ports.idle());
        assertFalse(port.channel.isOpen());
    }

    @Test
    void carriesOneQuestionAtATime() throws IOException {
        QueryPorts.Port port = take();
        QueryPorts.Port second = take();
        assertNotSame(port, second);
        ports.close(port);
        ports.close(second);
    }

    @Test
    void servesOneServerOnly() throws IOException {
        QueryPorts.Port port = take();
        ports.giveBack(port);
        QueryPorts.Port other = ports.take(address(otherServer), exchange);
        assertNotSame(port, other);
        assertEquals(address(otherServer), other.channel.getRemoteAddress());
        assertSame(port, take());
        ports.close(port);
        ports.close(other);
    }

    @Test
    void livesForAWhile() throws IOException {
        QueryPorts.Port port = take();
        clock.addAndGet(QueryPorts.LIFE.toNanos() - 1);
        ports.giveBack(port);
        assertSame(port, take());
        clock.addAndGet(1);
        ports.giveBack(port);
        assertFalse(port.channel.isOpen(), "over when its question is answered");
    }

    @Test
    void isNotTakenWhenItsTimeIsOver() throws IOException {
        QueryPorts.Port port = take();
        ports.giveBack(port);
        clock.addAndGet(QueryPorts.LIFE.toNanos());
        QueryPorts.Port next = take();
        assertNotSame(port, next);
        assertFalse(port.channel.isOpen());
        ports.close(next);
    }

    @Test
    void expiresUnasked() throws IOException {
        QueryPorts.Port port = take();
        ports.giveBack(port);
        clock.addAndGet(QueryPorts.LIFE.toNanos() - 1);
        ports.expire();
        assertEquals(1, ports.idle());
        clock.addAndGet(1);
        ports.expire();
        assertEquals(0, ports.idle());
        assertFalse(port.channel.isOpen());
    }

    @Test
    void onlySoManyAreIdle() throws IOException {
        List<QueryPorts.Port> taken = new ArrayList<>();
        for (int i = 0; i <= QueryPorts.MOST_IDLE; i++) {
            taken.add(take());
        }
        taken.forEach(ports::giveBack);
        assertEquals(QueryPorts.MOST_IDLE, ports.idle());
        assertFalse(taken.get(QueryPorts.MOST_IDLE).channel.isOpen());
    }

    @Test
    void tellsWhatComesToAnIdlePort() throws IOException {
        QueryPorts.Port port = take();
        ports.giveBack(port);
        server.send(ByteBuffer.wrap(new byte[] {1}), port.channel.getLocalAddress());
        List<Object> ready = new ArrayList<>();
        while (ready.isEmpty()) {
            selector.select(key -> ready.add(key.attachment()));
        }
        assertEquals(List.of(port), ready);
        ports.disturbed(port);
        assertEquals(0, ports.idle());
        assertFalse(port.channel.isOpen());
    }

    @Test
    void belongsToTheQuestionThatTookIt() throws IOException {
        QueryPorts.Port port = take();
        assertSame(exchange, port.channel.keyFor(selector).attachment());
        ports.giveBack(port);
        assertSame(port, port.channel.keyFor(selector).attachment());
        Exchange next = Exchange.udp(address(server), new byte[] {4, 5, 6});
        assertSame(port, ports.take(address(server), next));
        assertSame(next, port.channel.keyFor(selector).attachment());
        ports.close(port);
    }

    @Test
    void closesWhatIsIdle() throws IOException {
        QueryPorts.Port port = take();
        ports.giveBack(port);
        ports.close();
        assertFalse(port.channel.isOpen());
        assertTrue(server.isOpen());
    }
}
