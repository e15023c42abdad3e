package org.dmarcmilter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpEndpointTest {
    private final Metrics metrics = new Metrics();
    private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = new HttpEndpoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), metrics, problem::get);
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void showsWhatWasCounted() throws IOException, InterruptedException {
        BiConsumer<String, String> messages =
                metrics.counter("dmarc_milter_messages_total", "Messages judged", "result", "action");
        messages.accept("fail", "reject");
        messages.accept("fail", "reject");
        metrics.gauge("dmarc_milter_connections", "Open connections", () -> 7);
        metrics.counter("dmarc_milter_dns_questions_total", "DNS questions", () -> 42);
        String text = ask("GET", "/metrics").body();
        assertTrue(text.contains("dmarc_milter_messages_total{action=\"reject\",result=\"fail\"} 2"), text);
        assertTrue(text.contains("dmarc_milter_connections 7"), text);
        assertTrue(text.contains("dmarc_milter_dns_questions_total 42"), text);
    }

    @Test
    void healthFollowsTheDaemon() throws IOException, InterruptedException {
        HttpResponse<String> fine = ask("GET", "/health");
        assertEquals("200 ok\n", fine.statusCode() + " " + fine.body());
        problem.set(Optional.of("not serving"));
        HttpResponse<String> wrong = ask("GET", "/health");
        assertEquals("503 not serving\n", wrong.statusCode() + " " + wrong.body());
    }

    @ParameterizedTest(name = "{0} {1} gives {2}")
    @CsvSource({"GET, /, 404", "POST, /metrics, 405", "HEAD, /health, 200", "GET, /../etc/passwd, 404"})
    void answersNothingElse(String method, String path, int code) throws IOException, InterruptedException {
        assertEquals(code, ask(method, path).statusCode());
    }
}
