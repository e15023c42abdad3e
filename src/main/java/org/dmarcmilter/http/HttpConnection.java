package org.dmarcmilter.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/**
 * One request and its answer (RFC 9112), a piece at a time as the socket allows; then the connection ends.
 */
final class HttpConnection {
    /** More is no request that a monitor sends. */
    static final int MAX_REQUEST = 4 << 10;

    /** What is told is of this moment, and of the type that we name. */
    private static final String ALWAYS =
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Function<HttpRequest.For, Response> answer;
    private final long since = System.nanoTime();
    private final ByteBuffer request = ByteBuffer.allocate(MAX_REQUEST);
    /** Empty until there is an answer. */
    private ByteBuffer response = ByteBuffer.allocate(0);

    private enum State {
        READING,
        WRITING,
        /** All is said. What the client still sends is read past, or its system would throw away our answer. */
        ENDING
    }

    private State state = State.READING;

    /** @param answer to a request */
    HttpConnection(SocketChannel channel, Selector selector, Function<HttpRequest.For, Response> answer)
            throws IOException {
        this.channel = channel;
        this.answer = answer;
        channel.configureBlocking(false);
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** When it began, by {@link System#nanoTime}. */
    long since() {
        return since;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Goes on as far as the socket allows. */
    void ready() {
        try {
            if (state != State.WRITING) {
                read();
            }
            if (state == State.WRITING) {
                write();
            }
        } catch (IOException | RuntimeException e) {
            // Of this connection alone: it went away, or what is to be shown cannot be told.
            close();
        }
    }

    private void read() throws IOException {
        if (state == State.ENDING) {
            request.clear();
        }
        if (channel.read(request) < 0) {
            close();
        } else if (state == State.READING) {
            Optional<HttpRequest> whole = HttpRequest.read(request.array(), request.position());
            if (whole.isPresent()) {
                answer(whole.get());
            } else if (!request.hasRemaining()) {
                send(Response.error("431 Request Header Fields Too Large", "too large\n"), true);
            }
        }
    }

    private void answer(HttpRequest words) {
        if (words instanceof HttpRequest.For one) {
            send(answer.apply(one), !one.method().equals("HEAD"));
        } else {
            send(Response.error("400 Bad Request", "no request of HTTP/1.1\n"), true);
        }
    }

    private void send(Response words, boolean withBody) {
        byte[] body = words.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder fields = new StringBuilder();
        words.fields().forEach(field -> fields.append(field).append("\r\n"));
        byte[] head = ("HTTP/1.1 " + words.status() + "\r\nContent-Type: " + words.type() + "\r\nContent-Length: "
                        + body.length + "\r\n" + fields + ALWAYS + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        response = ByteBuffer.allocate(head.length + body.length);
        response.put(head).put(body, 0, withBody ? body.length : 0).flip();
        state = State.WRITING;
        key.interestOps(SelectionKey.OP_WRITE);
    }

    private void write() throws IOException {
        channel.write(response);
        if (!response.hasRemaining()) {
            channel.shutdownOutput();
            state = State.ENDING;
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed.
        }
    }
}
