package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dmarcmilter.testing.Browser;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A running daemon is watched: a real Prometheus scrapes it, loads the alert rules that we ship, and answers what the dashboard asks; the
 * command {@code status} and the page tell what was judged.
 */
@Timeout(180)
class MonitoringIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path RULES = Path.of("config/prometheus-alerts.yaml");
    private static final Path DASHBOARD = Path.of("config/grafana-dashboard.json");

    private static final String RECORDS = """
            _dmarc.good.example.   TXT "v=DMARC1; p=reject"
            good.example.          TXT "v=spf1 ip4:192.0.2.1 -all"
            _dmarc.bank.example.   TXT "v=DMARC1; p=reject; rua=mailto:a@bank.example"
            bank.example.          TXT "v=spf1 -all"
            """;

    /** What there is nothing of here: no run of reports, no third standard, no message that is put off. */
    private static final Pattern WITHOUT_DATA = Pattern.compile("aggregate_");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static final int METRICS = Loopback.freePort();
    private static final Peers peers = new Peers();
    private static DaemonUnderTest daemon;
    private static int prometheus;

    @BeforeAll
    static void start() throws Exception {
        NameServer dns = peers.add(NameServer.start(directory, RECORDS));
        daemon = peers.add(DaemonUnderTest.start(directory, dns.address(), """
                AuthservID mx.example.test
                TrustedAuthservIDs mx.example.test
                SPFSelfValidate true
                HistoryFile %1$s/history
                AggregateReports true
                ReportEmail reports@own.example
                ReportStateDirectory %1$s/reports
                MetricsSocket inet:%2$d@127.0.0.1
                """.formatted(directory, METRICS)));
        sendMail();
        prometheus = startPrometheus();
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    private static void sendMail() {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket()).gathering()) {
            mta.connection("client.example", "192.0.2.1");
            mta.helo("client.example");
            for (String author : List.of(
                    "good.example", "bank.example", "nobody.example", "bank.example", "\"<img src=x>\"@bank.example")) {
                mta.mail("user@good.example", Map.of("i", "Q1"));
                mta.header("Authentication-Results", "other.example; dkim=pass header.d=bank.example");
                mta.header("From", author.contains("@") ? author : "a@" + author);
                assertTrue(mta.endOfMessage().verdict().lets());
            }
        }
    }

    private static int startPrometheus() throws IOException {
        int port = Loopback.freePort();
        Path configuration =
                Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: dmarc-milter
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(RULES.toAbsolutePath(), METRICS));
        PeerProcess process = PeerProcess.start(
                directory.resolve("prometheus.log"),
                List.of(
                        PeerProgram.locate("prometheus").toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:" + port));
        peers.add(process::close);
        process.awaitReady(() -> Loopback.accepts(port));
        // So that there are rates.
        await("scrapes").atMost(Duration.ofSeconds(60)).until(() -> {
            JsonNode count =
                    query(port, "count_over_time(dmarc_milter_build_info[1m])").at("/data/result/0/value/1");
            return count.asInt() >= 4;
        });
        return port;
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertTrue(response.statusCode() / 100 == 2 || response.statusCode() == 400, response::toString);
        return response.body();
    }

    private static JsonNode query(int port, String expression) throws IOException, InterruptedException {
        return JSON.readTree(get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    }

    @Test
    void thePromtoolFindsNothing() throws Exception {
        String promtool = PeerProgram.locate("promtool").toString();
        Path metrics = Files.writeString(directory.resolve("metrics"), get(METRICS, "/metrics"));
        PeerProcess.run(
                directory.resolve("rules.log"),
                List.of(promtool, "check", "rules", RULES.toAbsolutePath().toString()));
        assertEquals(
                "",
                PeerProcess.run(
                        directory.resolve("lint.log"),
                        List.of("/bin/sh", "-c", promtool + " check metrics <" + metrics)));
    }

    @Test
    void thePrometheusTakesTheRules() throws Exception {
        await("all are evaluated")
                .atMost(Duration.ofSeconds(60))
                .until(() -> rules().stream()
                        .allMatch(rule -> rule.path("health").asText().equals("ok")));
        assertEquals(
                Files.readString(RULES)
                        .lines()
                        .filter(line -> line.contains("- alert:"))
                        .count(),
                rules().size());
        for (JsonNode rule : rules()) {
            assertEquals("", rule.path("lastError").asText());
            assertFalse(
                    rule.path("state").asText().equals("firing"), () -> "a daemon that is well rings no bell: " + rule);
            // A name that does not exist is no error, and rings never.
            for (String name : metrics(rule.path("query").asText())) {
                if (!WITHOUT_DATA.matcher(name).find()) {
                    assertFalse(query(prometheus, name).at("/data/result").isEmpty(), name);
                }
            }
        }
    }

    private static List<JsonNode> rules() throws IOException, InterruptedException {
        List<JsonNode> rules = new ArrayList<>();
        JSON.readTree(get(prometheus, "/api/v1/rules"))
                .at("/data/groups/0/rules")
                .forEach(rules::add);
        return rules;
    }

    private static Set<String> metrics(String expression) {
        return Pattern.compile("\\b(dmarc_milter_[a-z_]+|up)\\b")
                .matcher(expression)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void thePrometheusAnswersTheDashboard() throws Exception {
        JsonNode dashboard = JSON.readTree(DASHBOARD.toFile());
        int queries = 0;
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr")
                        .asText()
                        .replace("$__rate_interval", "1m")
                        .replace("$instance", ".*");
                JsonNode answer = query(prometheus, expression);
                assertEquals("success", answer.path("status").asText(), () -> expression + ": " + answer);
                assertEquals(
                        WITHOUT_DATA.matcher(expression).find(),
                        answer.at("/data/result").isEmpty(),
                        () -> panel.path("title").asText() + ": " + expression);
                queries++;
            }
        }
        assertTrue(queries > 30, "all of them");
        JsonNode instances =
                JSON.readTree(get(prometheus, "/api/v1/label/instance/values?match[]=" + "dmarc_milter_build_info"));
        assertEquals("127.0.0.1:" + METRICS, instances.at("/data/0").asText());
    }

    @Test
    void theCommandTellsWhatWasJudged() throws Exception {
        String configuration = directory.resolve("dmarc-milter.conf").toString();
        await("counted")
                .atMost(Duration.ofSeconds(30))
                .until(() -> JSON.readTree(get(METRICS, "/status.json"))
                                .at("/verdicts/last_hour/messages")
                                .asInt()
                        == 5);
        JsonNode status = JSON.readTree(PeerProcess.run(
                directory.resolve("status.log"), DaemonUnderTest.command("status", "--json", "-c", configuration)));
        assertEquals(true, status.path("ready").asBoolean(), status::toString);
        assertEquals(1, status.at("/verdicts/last_hour/pass").asInt(), status::toString);
        assertEquals("bank.example", status.at("/failing/0/domain").asText(), status::toString);
        assertEquals("192.0.2.1", status.at("/failing/0/sources/0/ip").asText());
        String text = PeerProcess.run(
                directory.resolve("status.log"), DaemonUnderTest.command("status", "-c", configuration));
        assertTrue(text.lines().findFirst().orElse("").endsWith(", ready"), text);
    }

    @Test
    void thePageShowsIt() throws Exception {
        try (Browser browser = Browser.start(PeerProgram.locate("chromium"), directory)) {
            browser.screen(1_280, 900, "light");
            browser.load("http://127.0.0.1:" + METRICS + "/");
            browser.picture(Path.of("target/status-page/running-daemon.png"));
            String text = browser.value("document.body.innerText").asText();
            assertTrue(text.contains("bank.example"), text);
            assertEquals(0, browser.value("document.images.length").asInt());
            assertEquals(List.of(), browser.events("Log.entryAdded"));
        }
    }
}
