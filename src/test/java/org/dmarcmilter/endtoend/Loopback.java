package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Addresses and free ports for servers that only this machine may reach. */
final class Loopback {
    static final InetAddress IPV4 = literal("127.0.0.1");

    private static final InetAddress IPV6 = literal("::1");

    private Loopback() {}

    /** A port that neither TCP nor UDP uses on 127.0.0.1, nor TCP on ::1, at this moment. */
    static int freePort() {
        while (true) {
            try (ServerSocket tcp = new ServerSocket(0, 1, IPV4);
                    DatagramSocket udp = new DatagramSocket(new InetSocketAddress(IPV4, tcp.getLocalPort()))) {
                if (!hasIpv6() || isFreeOnIpv6(udp.getLocalPort())) {
                    return udp.getLocalPort();
                }
            } catch (IOException taken) {
                // The UDP side of that port is in use: take another one.
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
