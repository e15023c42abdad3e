package org.dmarcmilter.dns;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
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
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            // Below the range from which clients get their ports, or one of them takes it before it is used.
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (ServerSocket tcp = new ServerSocket(port, 1, loopback);
                    DatagramSocket udp = new DatagramSocket(port, loopback)) {
                return new InetSocketAddress(loopback, Math.max(tcp.getLocalPort(), udp.getLocalPort()));
            } catch (IOException taken) {
                // Somebody uses that one: try another.
            }
        }
    }
}
