package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A DNS server that hands questions on to another one, but never answers for one zone. By TCP it hands on what comes. */
final class PartlyDeadDns implements Peer {
    private static final int LARGEST_DATAGRAM = 65_535;
    private static final int BACKLOG = 1_000;

    private final DatagramSocket clients;
    private final ServerSocket streams;
    private final InetSocketAddress upstream;
    private final byte[] deadZone;
    private final CountDownLatch asked = new CountDownLatch(1);

    private PartlyDeadDns(DatagramSocket clients, ServerSocket streams, InetSocketAddress upstream, byte[] deadZone) {
        this.clients = clients;
        this.streams = streams;
        this.upstream = upstream;
        this.deadZone = deadZone;
    }

    /** Starts it in front of {@code upstream}; names that are or end in {@code deadZone} get no answer. */
    static PartlyDeadDns start(NameServer upstream, String deadZone) {
        try {
            int port = Loopback.freePort();
            PartlyDeadDns dns = new PartlyDeadDns(
                    new DatagramSocket(new InetSocketAddress(Loopback.IPV4, port)),
                    new ServerSocket(port, BACKLOG, Loopback.IPV4),
                    new InetSocketAddress(Loopback.IPV4, upstream.port()),
                    wireForm(deadZone));
            inBackground(dns::serve);
            inBackground(dns::serveStreams);
            return dns;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void inBackground(Runnable task) {
        Thread thread = new Thread(task, "partly dead DNS");
        thread.setDaemon(true);
        thread.start();
    }

    /** As the daemon's option {@code Nameservers} wants it. */
    String address() {
        return "127.0.0.1:" + clients.getLocalPort();
    }

    /** Waits for the first question: who asks it has read its message so far. */
    void awaitQuestion() {
        try {
            assertTrue(asked.await(10, TimeUnit.SECONDS), "nobody asked");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        clients.close();
        try {
            streams.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One question at a time is enough: the server behind it answers from memory. */
    private void serve() {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(Loopback.IPV4, 0))) {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);
                clients.receive(packet);
                asked.countDown();
                if (asksForDeadZone(packet)) {
                    continue;
                }
                DatagramPacket question = new DatagramPacket(packet.getData(), packet.getLength(), upstream);
                server.send(question);
                DatagramPacket answer = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);
                server.receive(answer);
                clients.send(new DatagramPacket(answer.getData(), answer.getLength(), packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // close() ends the thread by closing the socket under it.
        }
    }

    private void serveStreams() {
        try {
            while (true) {
                Socket client = streams.accept();
                inBackground(() -> serve(client));
            }
        } catch (IOException closed) {
            // As above.
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(upstream.getAddress(), upstream.getPort())) {
            inBackground(() -> copy(client, server));
            copy(server, client);
        } catch (IOException gone) {
            // Whoever asked sees it.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // As above.
        }
    }

    /** The name of the one question stands behind the twelve octets of the header, uncompressed (RFC 1035, section 4.1). */
    private boolean asksForDeadZone(DatagramPacket packet) {
        byte[] message = Arrays.copyOf(packet.getData(), packet.getLength());
        for (int label = 12; label < message.length && message[label] != 0; label += 1 + message[label]) {
            int end = label + deadZone.length;
            if (end <= message.length && Arrays.equals(lower(Arrays.copyOfRange(message, label, end)), deadZone)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] wireForm(String name) {
        StringBuilder wire = new StringBuilder();
        for (String label : name.split("\\.")) {
            wire.append((char) label.length()).append(label);
        }
        return wire.append('\0').toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] lower(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
