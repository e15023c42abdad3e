package org.dmarcmilter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Answers {@code GET /metrics} (Prometheus) and {@code GET /health} (200, or 503 and what is wrong) on a port of its own. */
public final class HttpEndpoint implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService thread;
    private final Metrics metrics;
    private final Supplier<Optional<String>> problem;

    /**
     * Begins to answer.
     *
     * @param problem why the daemon is not healthy, in one line; empty while it is
     * @throws IOException if the address cannot be bound
     */
    public HttpEndpoint(InetSocketAddress address, Metrics metrics, Supplier<Optional<String>> problem)
            throws IOException {
        this.metrics = metrics;
        this.problem = problem;
        this.server = HttpServer.create(address, BACKLOG);
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, "metrics");
            worker.setDaemon(true);
            return worker;
        });
        server.setExecutor(thread);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The port in use, for an address that left the choice to the system. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean read = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            if (!read) {
                send(exchange, 405, "only GET\n");
            } else if (path.equals("/metrics")) {
                send(exchange, 200, metrics.text());
            } else if (path.equals("/health")) {
                Optional<String> wrong = problem.get();
                send(exchange, wrong.isEmpty() ? 200 : 503, wrong.orElse("ok") + "\n");
            } else {
                send(exchange, 404, "try /metrics or /health\n");
            }
        }
    }

    private static void send(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code, -1);
        } else {
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
