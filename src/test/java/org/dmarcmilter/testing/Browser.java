package org.dmarcmilter.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real Chromium without a window, which loads pages for a test, told what to do over its DevTools protocol. One page at a time.
 *
 * <p>What it is asked goes past the page's security policy, so that a test can look into a page that runs no script.
 */
public final class Browser implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final String session;

    private Browser(Process process, String address) throws IOException {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .join();
        String target = call("", "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        this.session = call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network", "Accessibility")) {
            call(domain + ".enable", Map.of());
        }
    }

    /**
     * Starts one.
     *
     * @param program Chromium, or its like
     * @param folder for what it writes
     */
    public static Browser start(Path program, Path folder) throws IOException {
        Path output = folder.resolve("browser.log");
        // It sandboxes itself with rights that a container does not have, and loads nothing but our own pages.
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("browser"),
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            String address = await("the browser")
                    .atMost(LIMIT)
                    .until(() -> listening(Files.readString(output)), Optional::isPresent)
                    .orElseThrow();
            return new Browser(process, address);
        } catch (IOException | RuntimeException e) {
            process.destroy();
            throw e;
        }
    }

    private static Optional<String> listening(String output) {
        Matcher line = LISTENING.matcher(output);
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }

    /** Answers, and what it tells unasked. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    JsonNode message = JSON.readTree(text.toString());
                    CompletableFuture<JsonNode> waiting =
                            message.has("id") ? asked.remove(message.get("id").asInt()) : null;
                    if (waiting != null) {
                        waiting.complete(message);
                    } else {
                        events.add(message);
                    }
                } catch (IOException e) {
                    events.add(JSON.createObjectNode().put("broken", text.toString()));
                }
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return call(session, method, parameters);
    }

    private JsonNode call(String inSession, String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!inSession.isEmpty()) {
            message.put("sessionId", inSession);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        socket.sendText(message.toString(), true).join();
        try {
            JsonNode come = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (come.has("error")) {
                throw new AssertionError(method + ": " + come.get("error"));
            }
            return come.path("result");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(method, e);
        }
    }

    /** From now on as on a screen of that size, in pixels, and in that theme: {@code light} or {@code dark}. */
    public void screen(int width, int height, String theme) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
    }

    /** Whether pages may run scripts. */
    public void scripts(boolean allowed) {
        call("Emulation.setScriptExecutionDisabled", Map.of("value", !allowed));
    }

    /** Loads a page and waits until all of it is there. */
    public void load(String address) {
        events.clear();
        call("Page.navigate", Map.of("url", address));
        await("the page")
                .atMost(LIMIT)
                .until(() -> !events("Page.loadEventFired").isEmpty());
    }

    /** What it told unasked by that method since the last page. */
    public List<JsonNode> events(String method) {
        return events.stream()
                .filter(event -> event.path("method").asText().equals(method))
                .map(event -> event.path("params"))
                .toList();
    }

    /** The value of an expression of JavaScript, in the page. */
    public JsonNode value(String expression) {
        JsonNode result = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Presses a key, for example {@code Tab}. */
    public void press(String key, int code) {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    /** What a screen reader is told: the role and the name of each thing, in order, what it skips left out. */
    public List<String> accessible() {
        List<String> told = new ArrayList<>();
        for (JsonNode node : call("Accessibility.getFullAXTree", Map.of()).path("nodes")) {
            if (!node.path("ignored").asBoolean()) {
                told.add(node.path("role").path("value").asText() + " "
                        + node.path("name").path("value").asText());
            }
        }
        return told;
    }

    /** Takes a picture of the whole page. */
    public void picture(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        String data = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                .path("data")
                .asText();
        Files.write(file, Base64.getDecoder().decode(data));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
