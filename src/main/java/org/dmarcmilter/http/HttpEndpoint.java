package org.dmarcmilter.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.dmarcmilter.domain.IpAddress;

/**
 * Answers GET requests for a few pages on a port of its own; there is no request that changes anything. On loopback only requests that name
 * this host so, or by an address.
 *
 * <p>One thread serves all connections and waits for none of them: a request that comes whole is answered in one go, whoever else has
 * sent half of one or does not read. No connection is older than {@link #MAX_AGE}, and where there are {@link #MAX_CONNECTIONS} the
 * oldest, which is one that waits, makes room for the next.
 */
public final class HttpEndpoint implements AutoCloseable {
    static final int MAX_CONNECTIONS = 128;
    static final Duration MAX_AGE = Duration.ofSeconds(10);

    private static final int BACKLOG = 128;

    /** Between two times that the open ones are served: a request that came whole is answered before a crowd behind it has made it old. */
    private static final int ACCEPTED_AT_ONCE = 16;

    /** How often connections are looked at that have become too old, and accepting is tried again after it failed. */
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final Map<String, Supplier<Response>> pages;
    private final Runnable eachRound;
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final int port;
    private final boolean isLoopback;
    private final SelectionKey listening;
    private final Thread thread;
    /** Oldest first. */
    private final Deque<HttpConnection> open = new ArrayDeque<>();

    /**
     * Begins to answer.
     *
     * @param pages by their path, each made when it is asked for, on the endpoint's thread
     * @param eachRound called there about once a second; must not wait
     * @throws IOException if the address cannot be bound
     */
    public HttpEndpoint(InetSocketAddress address, Map<String, Supplier<Response>> pages, Runnable eachRound)
            throws IOException {
        this.pages = Map.copyOf(pages);
        this.eachRound = eachRound;
        this.selector = Selector.open();
        this.listener = ServerSocketChannel.open();
        try {
            listener.bind(address, BACKLOG);
            listener.configureBlocking(false);
            this.listening = listener.register(selector, SelectionKey.OP_ACCEPT);
            this.isLoopback = address.getAddress().isLoopbackAddress();
            this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        } catch (IOException | RuntimeException e) {
            listener.close();
            selector.close();
            throw e;
        }
        this.thread = new Thread(this::run, "metrics");
        thread.setDaemon(true);
        thread.start();
    }

    /** The port in use, for an address that left the choice to the system. */
    public int port() {
        return port;
    }

    private void run() {
        long lastRound = System.nanoTime();
        round();
        try (selector;
                listener) {
            while (listener.isOpen()) {
                selector.select(ROUND.toMillis());
                selector.selectedKeys().forEach(this::serve);
                selector.selectedKeys().clear();
                if (listening.isAcceptable()) {
                    accept();
                }
                if (System.nanoTime() - lastRound > ROUND.toNanos()) {
                    lastRound = System.nanoTime();
                    listening.interestOps(SelectionKey.OP_ACCEPT);
                    closeAged(lastRound);
                    round();
                }
            }
        } catch (IOException | CancelledKeyException | ClosedSelectorException e) {
            // We were closed; or the selector failed, and who asks sees that nobody answers.
        } finally {
            open.forEach(HttpConnection::close);
        }
    }

    /** What it fails at must not end the answers. */
    private void round() {
        try {
            eachRound.run();
        } catch (RuntimeException e) {
            // A bug of whoever gave it to us; the next round tries again, and what is told is older until then.
        }
    }

    private void serve(SelectionKey key) {
        if (key.attachment() instanceof HttpConnection connection) {
            connection.ready();
            if (!connection.isOpen()) {
                open.remove(connection);
            }
        }
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
                SocketChannel channel = listener.accept();
                if (channel == null) {
                    return;
                }
                if (open.size() >= MAX_CONNECTIONS) {
                    open.removeFirst().close();
                }
                open.addLast(new HttpConnection(channel, selector, this::response));
            }
        } catch (IOException e) {
            // No file descriptor is left, most likely. The next round tries again; until then the open ones are served.
            listening.interestOps(0);
        }
    }

    private void closeAged(long now) {
        while (!open.isEmpty() && now - open.getFirst().since() > MAX_AGE.toNanos()) {
            open.removeFirst().close();
        }
    }

    private Response response(HttpRequest.For request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return Response.error("405 Method Not Allowed", "only GET\n");
        }
        if (isLoopback && !isOwnName(request.host())) {
            return Response.error("421 Misdirected Request", "this is localhost\n");
        }
        Supplier<Response> page = pages.get(request.path());
        return page == null
                ? Response.error("404 Not Found", "try " + String.join(", ", new TreeSet<>(pages.keySet())) + "\n")
                : page.get();
    }

    /**
     * Whether a browser on this host asks for a page of this host. Any site can have a name that leads to 127.0.0.1, and would then be
     * shown what we answer; an address is nobody's name.
     */
    private static boolean isOwnName(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return host.isEmpty()
                || host.equalsIgnoreCase("localhost")
                || IpAddress.asWritten(bare).isPresent();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // The port is as good as free.
        }
        selector.wakeup();
        try {
            thread.join(ROUND.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
