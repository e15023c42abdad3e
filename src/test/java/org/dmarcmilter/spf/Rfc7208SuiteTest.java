package org.dmarcmilter.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.dns.DnsQuestion.Type;
import org.dmarcmilter.testing.DataFile;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The OpenSPF suite for RFC 7208, a test per case. */
class Rfc7208SuiteTest {
    private static final int CASES = 203;

    @TestFactory
    Stream<DynamicNode> suite() {
        List<JsonNode> scenarios = DataFile.yaml("/spf/rfc7208-tests.yml");
        int cases = scenarios.stream()
                .mapToInt(scenario -> scenario.path("tests").size())
                .sum();
        assertEquals(CASES, cases, "cases in the suite");
        return scenarios.stream().map(Rfc7208SuiteTest::scenario);
    }

    private static DynamicContainer scenario(JsonNode scenario) {
        DnsClient dns = new SuiteDns(scenario.path("zonedata"));
        Stream<DynamicTest> tests = scenario.path("tests").properties().stream()
                .map(test -> dynamicTest(test.getKey(), () -> run(dns, test.getValue())));
        return dynamicContainer(scenario.path("description").asText(), tests);
    }

    private static void run(DnsClient dns, JsonNode test) {
        SpfIdentity identity = new SpfIdentity(text(test, "host"), text(test, "mailfrom"), text(test, "helo"));
        SpfResult result = new SpfEvaluator(dns, "receiver.example.net", () -> 1_396_310_400L)
                .check(identity, () -> false)
                .toCompletableFuture()
                .join();

        JsonNode expected = test.path("result");
        List<String> words = expected.isArray()
                ? StreamSupport.stream(expected.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : List.of(expected.asText());
        assertTrue(words.contains(result.code().word()), () -> "wanted " + words + ", got " + result);
        if (test.has("explanation")) {
            String explanation = text(test, "explanation");
            // DEFAULT stands for the receiver's own text, and ours is empty.
            assertEquals(explanation.equals("DEFAULT") ? "" : explanation, result.explanation());
        }
        boolean error = result.code() == SpfResult.Code.TEMPERROR || result.code() == SpfResult.Code.PERMERROR;
        assertEquals(error, !result.problem().isEmpty(), () -> "errors have a reason, others have none: " + result);
    }

    private static String text(JsonNode node, String field) {
        assertTrue(node.path(field).isTextual(), () -> field + " of " + node);
        return node.path(field).asText();
    }

    /**
     * A scenario's zone by the rules of the suite: records of type SPF are served as TXT unless the name has TXT entries of
     * its own ({@code TXT: NONE} is one that stands for no record); {@code TIMEOUT} answers what has no records.
     */
    private static final class SuiteDns implements DnsClient {
        private static final int MAX_ALIASES = 8;
        private final Map<String, Map<String, List<String>>> zone = new TreeMap<>();
        private final Set<String> timeOut = new HashSet<>();

        SuiteDns(JsonNode zonedata) {
            zonedata.properties().forEach(name -> add(name.getKey().toLowerCase(Locale.ROOT), name.getValue()));
        }

        private void add(String name, JsonNode entries) {
            Map<String, List<String>> records = zone.computeIfAbsent(name, n -> new TreeMap<>());
            List<JsonNode> exchanges = new ArrayList<>();
            for (JsonNode entry : entries) {
                if (entry.isTextual()) {
                    assertEquals("TIMEOUT", entry.asText(), name);
                    timeOut.add(name);
                    continue;
                }
                entry.properties().forEach(record -> {
                    if (record.getKey().equals("MX")) {
                        exchanges.add(record.getValue());
                    } else {
                        records.computeIfAbsent(record.getKey(), type -> new ArrayList<>())
                                .add(value(record.getKey(), record.getValue()));
                    }
                });
            }
            exchanges.sort(Comparator.comparing(exchange -> exchange.path(0).asInt()));
            if (!exchanges.isEmpty()) {
                records.put(
                        "MX",
                        exchanges.stream()
                                .map(exchange -> host(exchange.path(1).asText()))
                                .toList());
            }
            if (records.containsKey("SPF") && !records.containsKey("TXT")) {
                records.put("TXT", records.get("SPF"));
            }
            if (List.of("NONE").equals(records.get("TXT"))) {
                records.remove("TXT");
            }
        }

        private static String value(String type, JsonNode value) {
            if (value.isArray()) { // character-strings
                return String.join(
                        "",
                        StreamSupport.stream(value.spliterator(), false)
                                .map(JsonNode::asText)
                                .toList());
            }
            return type.equals("PTR") || type.equals("CNAME") ? host(value.asText()) : value.asText();
        }

        private static String host(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }

        @Override
        public CompletableFuture<DnsAnswer> query(DnsQuestion question) {
            return CompletableFuture.completedFuture(answer(question.name(), question.type(), MAX_ALIASES));
        }

        private DnsAnswer answer(String name, Type type, int aliasesLeft) {
            Map<String, List<String>> records = zone.get(name);
            if (records == null) {
                return new DnsAnswer.NoSuchName();
            }
            if (records.containsKey(type.name())) {
                return new DnsAnswer.Found(records.get(type.name()));
            }
            if (records.containsKey("CNAME")) {
                return aliasesLeft == 0
                        ? new DnsAnswer.Unavailable("CNAME loop")
                        : answer(records.get("CNAME").get(0), type, aliasesLeft - 1);
            }
            return timeOut.contains(name) ? new DnsAnswer.Unavailable("time-out") : new DnsAnswer.NoData();
        }
    }
}
