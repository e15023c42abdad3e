package org.dmarcmilter.mail;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.SocketFactory;

/**
 * Makes the library's sockets, so that the one in use can be closed from outside, and so that a server that never ends its reply does not
 * fill the memory: the library reads a reply of any length.
 */
final class GuardedSockets extends SocketFactory {
    /** Octets between two of our writes; a TLS handshake with a long chain takes some 10,000. */
    private static final int MAX_REPLY = 100_000;

    private volatile Optional<Socket> current = Optional.empty();

    /** Ends the connection that was made last, whoever waits for it. */
    void close() {
        current.ifPresent(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no use any more, whatever it says.
            }
        });
    }

    @Override
    public Socket createSocket() {
        Socket socket = new GuardedSocket();
        current = Optional.of(socket);
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    private Socket connected(InetSocketAddress address) throws IOException {
        Socket socket = createSocket();
        socket.connect(address);
        return socket;
    }

    private static final class GuardedSocket extends Socket {
        private int unanswered;

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int read = in.read(buffer, offset, length);
                    unanswered += Math.max(read, 0);
                    if (unanswered > MAX_REPLY) {
                        throw new IOException("a reply of more than " + MAX_REPLY + " octets");
                    }
                    return read;
                }
            };
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] buffer, int offset, int length) throws IOException {
                    unanswered = 0;
                    out.write(buffer, offset, length);
                }
            };
        }
    }
}
