package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.dkim.DkimVerification.Findings;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.Zone;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=DkimSignatureFuzzTest} fuzzes; an ordinary build replays the findings. */
class DkimSignatureFuzzTest {
    /** Lines: signatures, and the last one is the body. */
    @FuzzTest(maxDuration = "5m")
    void saysNothingOdd(byte[] data) {
        String[] lines = new String(data, StandardCharsets.ISO_8859_1).split("\f", -1);
        List<HeaderField> fields = new ArrayList<>();
        fields.add(new HeaderField("From", "joe@example.com"));
        for (String line : lines) {
            fields.add(new HeaderField(DkimSignature.FIELD, line));
        }
        Zone zone = new Zone();
        Findings findings = new WireMessage(fields, lines[lines.length - 1].getBytes(StandardCharsets.ISO_8859_1), 5)
                .verify(chain -> true, 0, zone);
        assertTrue(findings.signatures().size() <= DkimVerification.MAX_SIGNATURES);
        findings.signatures().forEach(DkimSignatureFuzzTest::check);
        assertTrue(zone.asked().size() <= DkimVerification.MAX_SIGNATURES);
        assertTrue(zone.asked().stream().allMatch(name -> name.matches("[a-z0-9_.-]+\\._domainkey\\.[a-z0-9_.-]+")));
    }

    private static void check(DkimResult result) {
        assertTrue(result.reason().matches("[ -~]{1,200}"), result::toString);
        assertTrue(result.selector().matches("[a-z0-9_.-]{0,253}"), result::toString);
        assertTrue(result.signature().matches("[A-Za-z0-9+/=]{0,8}"), result::toString);
        assertTrue(
                result.identity().matches("[^\\x00-\\x20\\x7F]{0," + DkimResult.MAX_IDENTITY + "}"), result::toString);
    }
}
