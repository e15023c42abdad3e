package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Signed messages of others and our own, each in the forms in which a message may come. */
class DkimVectorsTest {
    private static final int CASES = 207;

    @TestFactory
    Stream<DynamicTest> vectors() {
        List<JsonNode> cases = Stream.of("rfc", "signed", "opendkim")
                .flatMap(name ->
                        children(DataFile.json("/dkim/" + name + ".json").path("cases")))
                .toList();
        assertEquals(CASES, cases.size());
        return cases.stream()
                .map(one -> dynamicTest(
                        one.path("id").asText() + ": " + one.path("note").asText(), () -> run(one)));
    }

    private static void run(JsonNode vector) {
        List<String> expected =
                children(vector.path("expect")).map(JsonNode::asText).toList();
        message(vector).forms().forEach(form -> {
            Findings findings = form.verify(chain -> false, vector.path("now").asLong(), zone(vector.path("dns")));
            assertEquals(expected.size(), findings.signatures().size() + findings.unchecked());
            for (DkimResult result : findings.signatures()) {
                String words = expected.get(result.place());
                boolean good = words.equals("any")
                        || List.of(words.split("\\|")).contains(result.code().word());
                assertTrue(good, () -> "wanted " + words + ", got " + result);
                assertEquals(result.code() == Code.PASS, result.reason().isEmpty(), result::toString);
            }
        });
    }

    static WireMessage message(JsonNode vector) {
        byte[] octets = Base64.getDecoder().decode(vector.path("message").asText());
        return WireMessage.of(new String(octets, StandardCharsets.ISO_8859_1));
    }

    static Zone zone(JsonNode dns) {
        Zone zone = new Zone();
        dns.properties().forEach(entry -> {
            String rcode = entry.getValue().path("rcode").asText("");
            if (rcode.equals("SERVFAIL") || rcode.equals("TIMEOUT")) {
                zone.broken(entry.getKey(), DnsQuestion.Type.TXT);
            } else if (rcode.isEmpty()) {
                zone.exists(entry.getKey());
                children(entry.getValue().path("TXT")).forEach(record -> zone.txt(entry.getKey(), record.asText()));
            }
        });
        return zone;
    }

    private static Stream<JsonNode> children(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
