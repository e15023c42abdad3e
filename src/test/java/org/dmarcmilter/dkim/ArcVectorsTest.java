package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Sealed messages, those of ValiMail's suite and our own, each in the forms in which a message may come. Every sealer is trusted. */
class ArcVectorsTest {
    private static final int VALIMAIL_CASES = 171;
    private static final int OWN_CASES = 29;

    /**
     * These want a pass for an empty h= and for an empty name in it. RFC 6376, section 3.5, allows neither, and a signature that signs no
     * field says nothing about the message.
     */
    private static final Set<String> REFUSED = Set.of("ams_fields_h_empty", "ams_fields_h_mis_hdr");

    @TestFactory
    Stream<DynamicTest> valimail() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode document : DataFile.yaml("/arc/arc-draft-validation-tests.yml")) {
            Zone zone = new Zone();
            document.path("txt-records")
                    .properties()
                    .forEach(record ->
                            zone.txt(record.getKey(), record.getValue().asText()));
            document.path("tests").properties().forEach(test -> {
                String wanted = test.getValue().path("cv").asText().strip().toLowerCase(Locale.ROOT);
                String message = test.getValue().path("message").asText().replace("\n", "\r\n");
                String expected = wanted.isEmpty() || REFUSED.contains(test.getKey()) ? "fail" : wanted;
                tests.add(
                        dynamicTest(test.getKey(), () -> run(WireMessage.of(message), 1_500_000_000, zone, expected)));
            });
        }
        assertEquals(VALIMAIL_CASES, tests.size());
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> own() {
        JsonNode cases = DataFile.json("/arc/chains.json").path("cases");
        assertEquals(OWN_CASES, cases.size());
        return StreamSupport.stream(cases.spliterator(), false)
                .map(one -> dynamicTest(
                        one.path("id").asText() + ": " + one.path("note").asText(), () -> {
                            Optional<ArcResult> result = run(
                                    DkimVectorsTest.message(one),
                                    one.path("now").asLong(),
                                    DkimVectorsTest.zone(one.path("dns")),
                                    one.path("expect").asText());
                            if (one.path("expect").asText().equals("pass")) {
                                assertEquals(
                                        sealers(one),
                                        result.orElseThrow().seals().stream()
                                                .map(seal -> seal.domain().ascii())
                                                .toList());
                            }
                        }));
    }

    /** Newest first. */
    private static List<String> sealers(JsonNode one) {
        List<String> sealers = new ArrayList<>();
        one.path("sealers").forEach(sealer -> sealers.add(0, sealer.asText()));
        return sealers;
    }

    private static Optional<ArcResult> run(WireMessage message, long now, Zone zone, String expected) {
        List<Optional<ArcResult>> results = message.forms()
                .map(form -> form.verify(chain -> true, now, zone).arc())
                .toList();
        for (Optional<ArcResult> result : results) {
            String word = result.map(found -> found.pass() ? "pass" : "fail").orElse("none");
            assertEquals(expected, word, () -> "got " + result);
            assertEquals(results.get(0), result);
        }
        return results.get(0);
    }
}
