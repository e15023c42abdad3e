package org.dmarcmilter.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion.Type;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.Zone;
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
        DnsClient dns = zone(scenario.path("zonedata"));
        Stream<DynamicTest> tests = scenario.path("tests").properties().stream()
                .map(test -> dynamicTest(test.getKey(), () -> run(dns, test.getValue())));
        return dynamicContainer(scenario.path("description").asText(), tests);
    }

    private static void run(DnsClient dns, JsonNode test) {
        SpfIdentity identity =
                new SpfIdentity(IpAddress.parse(text(test, "host")), text(test, "mailfrom"), text(test, "helo"));
        SpfEvaluator evaluator = new SpfEvaluator("receiver.example.net", () -> 1_396_310_400L);
        SpfResult result = evaluator.check(identity, dns).toCompletableFuture().join();

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
            assertEquals(
                    explanation.equals("DEFAULT") ? "" : explanation,
                    evaluator.explanation(identity, dns).toCompletableFuture().join());
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
    private static Zone zone(JsonNode zonedata) {
        Zone zone = new Zone();
        zonedata.properties().forEach(name -> add(zone, name.getKey(), name.getValue()));
        return zone;
    }

    private static void add(Zone zone, String name, JsonNode entries) {
        boolean ownTxt = StreamSupport.stream(entries.spliterator(), false).anyMatch(entry -> entry.has("TXT"));
        List<JsonNode> exchanges = new ArrayList<>();
        zone.exists(name);
        for (JsonNode entry : entries) {
            if (entry.isTextual()) {
                assertEquals("TIMEOUT", entry.asText(), name);
                zone.silent(name);
                continue;
            }
            entry.properties().forEach(record -> {
                String text = strings(record.getValue());
                switch (record.getKey()) {
                    case "MX" -> exchanges.add(record.getValue());
                    case "CNAME" -> zone.alias(name, text);
                    case "SPF" -> {
                        if (!ownTxt) {
                            zone.txt(name, text);
                        }
                    }
                    case "TXT" -> {
                        if (!text.equals("NONE")) {
                            zone.txt(name, text);
                        }
                    }
                    case "PTR" -> zone.add(name, Type.PTR, host(text));
                    default -> zone.add(name, Type.valueOf(record.getKey()), text);
                }
            });
        }
        exchanges.sort(Comparator.comparing(exchange -> exchange.path(0).asInt()));
        exchanges.forEach(
                exchange -> zone.add(name, Type.MX, host(exchange.path(1).asText())));
    }

    /** A record of several character-strings as one. */
    private static String strings(JsonNode value) {
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining())
                : value.asText();
    }

    private static String host(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
