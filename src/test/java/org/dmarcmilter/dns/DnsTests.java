package org.dmarcmilter.dns;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the tests of this package share: asking and waiting, and how answers are written in tables. */
final class DnsTests {
    private static final int GENEROUS_SECONDS = 60;

    private DnsTests() {}

    static DnsjavaClient client(Duration limit, InetSocketAddress... servers) {
        return new DnsjavaClient(List.of(servers), limit);
    }

    static DnsAnswer ask(DnsClient client, String name) {
        return await(client.query(DnsQuestion.txt(name)));
    }

    static DnsAnswer ask(DnsClient client, DnsQuestion.Type type, String name) {
        return await(client.query(new DnsQuestion(name, type)));
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(GENEROUS_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** NODATA, NXDOMAIN, UNAVAILABLE, or records with commas between. */
    static DnsAnswer answer(String text) {
        return switch (text) {
            case "NODATA" -> new DnsAnswer.NoData();
            case "NXDOMAIN" -> new DnsAnswer.NoSuchName();
            default -> new DnsAnswer.Found(Arrays.asList(text.split(",", -1)));
        };
    }

    /** A port of 127.0.0.1 where nobody listens. */
    static InetSocketAddress closedPort() {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        } catch (SocketException e) {
            throw new AssertionError(e);
        }
    }
}
