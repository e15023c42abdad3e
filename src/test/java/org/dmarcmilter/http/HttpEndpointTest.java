package org.dmarcmilter.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpEndpointTest {
    /** No socket's buffer holds it. */
    private static final String LONG = "0123456789abcdef".repeat(200_000);

    private final AtomicReference<Response> health = new AtomicReference<>(Response.text("ok\n"));
    private final AtomicInteger rounds = new AtomicInteger();
    private final Map<String, Supplier<Response>> pages = Map.of(
            "/health",
            health::get,
            "/metrics",
            () -> Response.ok(Exposition.CONTENT_TYPE, "a_total 1\n"),
            "/page",
            () -> new Response("200 OK", "text/html", List.of("Content-Security-Policy: default-src 'none'"), "<p>"),
            "/long",
            () -> Response.text(LONG));
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = start(0);
    }

    private HttpEndpoint start(int port) throws IOException {
        return new HttpEndpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), pages, rounds::incrementAndGet);
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

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        /health  | content-type            | text/plain; charset=utf-8
        /metrics | content-type            | text/plain; version=0.0.4; charset=utf-8
        /page    | content-type            | text/html
        /page    | content-security-policy | default-src 'none'
        /page    | x-content-type-options  | nosniff
        /page    | cache-control           | no-store
        /nothing | x-content-type-options  | nosniff
        """)
    void saysWhatItIs(String path, String field, String value) throws IOException, InterruptedException {
        assertEquals(List.of(value), ask("GET", path).headers().allValues(field));
    }

    @Test
    void aPageIsMadeWhenItIsAskedFor() throws IOException, InterruptedException {
        HttpResponse<String> fine = ask("GET", "/health");
        assertEquals("200 ok\n", fine.statusCode() + " " + fine.body());
        health.set(Response.json(false, "{}"));
        HttpResponse<String> wrong = ask("GET", "/health");
        assertEquals("503 {}", wrong.statusCode() + " " + wrong.body());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            127.0.0.1        | 200 | an address
            127.0.0.1:9893   | 200 | with a port
            [::1]:9893       | 200 | in brackets
            192.0.2.1        | 200 | one that this host does not have: it is nobody's name
            LocalHost:1      | 200 | the name of this host
            -                | 200 | HTTP/1.0
            rebind.example   | 421 | a site whose name leads here
            rebind.example:9 | 421 | with a port
            127.0.0.1.nip.example | 421 | a name that looks like an address
            localhost.rebind.example | 421 | or like ours
            """)
    void answersOnLoopbackOnlyWhoAsksForThisHost(String host, int status, String why) throws IOException {
        String field = host == null ? "" : "Host: " + host + "\r\n";
        try (Socket socket = connect("GET /page HTTP/1.1\r\nAccept: a\r\n" + field + "\r\n")) {
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), why + ": " + answer);
        }
    }

    @Test
    void namesItsPagesToWhoIsLost() throws IOException, InterruptedException {
        assertEquals(
                "try /health, /long, /metrics, /page\n",
                ask("GET", "/robots.txt").body());
    }

    @Test
    void callsEachRound() {
        await().until(() -> rounds.get() > 1);
    }

    @Test
    void answersBesideHalfARequest() throws IOException, InterruptedException {
        try (Socket half = connect("GET /health HT")) {
            assertEquals("ok\n", ask("GET", "/health").body());
            assertEquals(200, ask("GET", "/metrics").statusCode());
            half.getOutputStream().write("TP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(all(half).endsWith("\r\n\r\nok\n"), "the other half came later");
        }
    }

    @Test
    void answersBesideAThousandIdleConnections() throws IOException, InterruptedException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                idle.add(connect(i % 2 == 0 ? "" : "GET /metrics HTTP/1.1\r\nA: b\r\n"));
                if (i % 100 == 99) {
                    assertEquals("ok\n", ask("GET", "/health").body(), i + " connections");
                }
            }
            assertEquals(-1, idle.get(0).getInputStream().read(), "the oldest made room");
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void answersBesideWhoDoesNotRead() throws IOException, InterruptedException {
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(1_024);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
            deaf.getOutputStream().write("GET /long HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("ok\n", ask("GET", "/health").body());
            assertEquals(LONG, ask("GET", "/long").body());
            assertTrue(all(deaf).endsWith(LONG), "and gets all when it reads");
        }
    }

    @Test
    void answersAPieceAtATime() throws IOException {
        try (Socket slow = connect("")) {
            for (char c : "GET http://localhost/health?x=y HTTP/1.0\n\n".toCharArray()) {
                slow.getOutputStream().write(c);
            }
            assertTrue(all(slow).endsWith("\r\n\r\nok\n"));
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        GET /health           | 400 | no version
        GET  /health HTTP/1.1 | 400 | two spaces
        GET /health HTTP/2    | 400 | another protocol
        GET :// HTTP/1.1      | 400 | no path
        LONG                  | 431 | more than anybody sends
        """)
    void refusesWhatIsNoRequest(String line, int code, String why) throws IOException {
        try (Socket socket = connect(line.replace("LONG", "x".repeat(100_000)) + "\r\n\r\n")) {
            assertTrue(all(socket).startsWith("HTTP/1.1 " + code + " "), why);
        }
    }

    @Test
    void whatCannotBeToldEndsItsConnectionOnly() throws IOException, InterruptedException {
        health.set(null);
        try (Socket socket = connect("GET /health HTTP/1.1\r\n\r\n")) {
            assertEquals("", all(socket));
        }
        assertEquals(200, ask("GET", "/metrics").statusCode());
    }

    @Test
    void givesThePortBack() throws IOException {
        int port = endpoint.port();
        try (Socket half = connect("GET")) {
            assertTrue(half.isConnected());
            endpoint.close();
        }
        endpoint = start(port);
        assertThrows(BindException.class, () -> start(port));
    }

    private Socket connect(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) { // it was refused before all was sent
        }
        return socket;
    }

    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest(name = "{0} {1} gives {2}")
    @CsvSource({"GET, /, 404", "POST, /metrics, 405", "HEAD, /health, 200", "GET, /../etc/passwd, 404"})
    void answersNothingElse(String method, String path, int code) throws IOException, InterruptedException {
        assertEquals(code, ask(method, path).statusCode());
    }
}
