package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.DataFile;
import org.dmarcmilter.testing.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom it trusts and what it costs; whether a chain holds is shown by {@link ArcVectorsTest}. */
class ArcValidationTest {
    private static final JsonNode THREE_SETS = StreamSupport.stream(
                    DataFile.json("/arc/chains.json").path("cases").spliterator(), false)
            .filter(one -> one.path("id").asText().equals("arc-pass-3"))
            .findFirst()
            .orElseThrow();
    private static final WireMessage MESSAGE = DkimVectorsTest.message(THREE_SETS);
    private static final long NOW = THREE_SETS.path("now").asLong();

    private static Findings verify(WireMessage message, Zone zone, String... sealers) {
        Set<String> listed = Set.of(sealers);
        return message.verify(chain -> chain.isSealedOnlyBy(listed), NOW, zone);
    }

    @Test
    void everySealerIsListed() {
        Zone zone = DkimVectorsTest.zone(THREE_SETS.path("dns"));
        ArcResult result = verify(MESSAGE, zone, "mx.example.com", "forward.example.net", "lists.example.org")
                .arc()
                .orElseThrow();
        assertTrue(result.pass(), result::toString);
        assertEquals(
                "3 mx.example.com m1, 2 forward.example.net f1, 1 lists.example.org l1",
                String.join(
                        ", ",
                        result.seals().stream()
                                .map(seal -> seal.instance() + " " + seal.domain() + " " + seal.selector())
                                .toList()));
    }

    @Test
    void aStrangersChainIsNotLookedAt() {
        Zone zone = DkimVectorsTest.zone(THREE_SETS.path("dns"));
        Findings findings = verify(MESSAGE, zone, "mx.example.com", "lists.example.org");
        assertEquals(Optional.empty(), findings.arc());
        assertEquals(findings.signatures().size(), zone.asked().size());
    }

    @Test
    void nobodyIsTrustedByASealThatCannotBeRead() {
        List<HeaderField> fields = new ArrayList<>(MESSAGE.fields());
        fields.add(0, new HeaderField(ArcChain.SEAL, "i=4; d=mx.example.com"));
        Zone zone = DkimVectorsTest.zone(THREE_SETS.path("dns"));
        WireMessage message = new WireMessage(fields, MESSAGE.body(), 100);
        assertEquals(
                Optional.empty(),
                verify(message, zone, "mx.example.com", "forward.example.net", "lists.example.org")
                        .arc());
    }

    @Test
    void fiftyForgedSealsCauseTwoQuestions() {
        List<HeaderField> fields = new ArrayList<>();
        for (int i = ArcChain.MAX_INSTANCE; i > 0; i--) {
            String common = "i=" + i + "; a=rsa-sha256; d=example.org; b=AAAA";
            fields.add(new HeaderField(ArcChain.SEAL, common + "; s=seal" + i + "; cv=" + (i == 1 ? "none" : "pass")));
            fields.add(new HeaderField(ArcChain.MESSAGE_SIGNATURE, common + "; s=message" + i + "; h=from; bh=AAAA"));
            fields.add(new HeaderField(ArcChain.RESULTS, "i=" + i + "; example.org; none"));
        }
        fields.add(new HeaderField("From", "joe@example.com"));
        Zone zone = new Zone();
        ArcResult result = verify(new WireMessage(fields, new byte[0], 1), zone, "example.org")
                .arc()
                .orElseThrow();
        assertEquals("message signature 50: no key", result.reason());
        assertEquals(50, result.seals().size());
        assertEquals(List.of("message50._domainkey.example.org", "seal50._domainkey.example.org"), zone.asked());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        i=1; mx.example; arc=none smtp.remote-ip=192.0.2.1   | 192.0.2.1
        i=1; mx.example; arc=none smtp.remote-ip=2001:db8::1 | 2001:db8::1
        i=1; mx.example; arc=none smtp.remote-ip=nowhere     |
        i=1; mx.example; dkim=pass header.d=example.com      |
        i=1; broken ;;; =                                    |
        """)
    void remoteIp(String results, String expected) throws NoPassException {
        HeaderField field = new HeaderField(ArcChain.RESULTS, results);
        ArcSet oldest = new ArcSet(field, field, seal());
        assertEquals(Optional.ofNullable(expected), ArcChain.remoteIp(oldest).map(Object::toString));
    }

    private static ArcSet.Seal seal() throws NoPassException {
        return ArcChain.of(MESSAGE.fields()).orElseThrow().sets().get(0).seal();
    }
}
