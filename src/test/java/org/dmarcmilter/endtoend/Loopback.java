package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses and free ports for servers that only this machine may reach. */
final class Loopback {
    static final InetAddress IPV4 = literal("127.0.0.1");

    private static final int LOWEST_PORT = 20_000;

    /** {@code net.ipv4.ip_local_port_range} as Linux sets it. */
    private static final int LOWEST_CLIENT_PORT = 32_768;

    private static final InetAddress IPV6 = literal("::1");

    private Loopback() {}

    /**
     * A port that neither TCP nor UDP uses on 127.0.0.1, nor TCP on ::1, at this moment. It is below those that the system
     * gives to clients, so that no client gets it before the server does that it is for.
     */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, LOWEST_CLIENT_PORT);
            try (ServerSocket tcp = new ServerSocket(port, 1, IPV4);
                    DatagramSocket udp = new DatagramSocket(new InetSocketAddress(IPV4, port))) {
                if (!hasIpv6() || isFreeOnIpv6(udp.getLocalPort())) {
                    return tcp.getLocalPort();
                }
            } catch (IOException taken) {
                // Somebody uses that one: try another.
            }
        }
    }

    /** Whether this machine has ::1; some containers do not. */
    static boolean hasIpv6() {
        return isFreeOnIpv6(0);
    }

    /** Whether something listens there. */
    static boolean accepts(int port) {
        try (Socket probe = new Socket(IPV4, port)) {
            return probe.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** An address from its text, without asking any DNS. */
    static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFreeOnIpv6(int port) {
        try (ServerSocket tcp = new ServerSocket(port, 1, IPV6)) {
            return tcp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
