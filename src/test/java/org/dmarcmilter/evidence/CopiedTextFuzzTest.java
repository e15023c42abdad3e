package org.dmarcmilter.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResultsParser;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.dmarcmilter.testing.TestMessage;

/**
 * A checker that copies without looking, and a reader of what it wrote: where nothing suspicious was found, what was copied adds no
 * result and no property. To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=CopiedTextFuzzTest}.
 */
class CopiedTextFuzzTest {
    private static final Pattern QUOTED = Pattern.compile("=([0-9A-Fa-f]{2})");

    @FuzzTest(maxDuration = "10m")
    void whatIsNotSuspiciousStaysInItsPlace(byte[] data) {
        String identity = new String(data, StandardCharsets.ISO_8859_1).replace(";", "");
        String signature = "v=1; a=rsa-sha256; d=attacker.example; s=s; h=From; bh=AAAA; b=AAAA; i=" + identity;
        Optional<CopiedText> found = CopiedText.in(
                new TestMessage().field("DKIM-Signature", signature).facts());
        found.ifPresent(copied -> assertTrue(copied.words().chars().allMatch(c -> c >= ' ' && c < 0x7F)));
        if (found.isEmpty()) {
            String value = identity.strip();
            for (String copied : List.of(value, value.replaceAll("\\s", ""), decoded(value.replaceAll("\\s", "")))) {
                staysInItsPlace(copied);
            }
        }
    }

    private static void staysInItsPlace(String copied) {
        Parsed parsed = AuthenticationResultsParser.parse(
                "mx.example.net; dkim=fail header.d=attacker.example header.i=" + copied + " header.b=AAAA");
        if (parsed instanceof Parsed.Field field) {
            // A result that cannot be read is left out, which helps nobody.
            assertTrue(field.results().results().size() <= 1, copied);
            for (MethodResult result : field.results().results()) {
                assertEquals("fail", result.result().text(), copied);
                // What looks like the padding of base64 may become a property without a value.
                assertTrue(
                        result.properties().stream()
                                        .filter(property -> !property.value().matches("=*"))
                                        .count()
                                <= 3,
                        copied);
                assertEquals(Optional.of("attacker.example"), result.property("header", "d"), copied);
            }
        }
    }

    private static String decoded(String text) {
        return QUOTED.matcher(text)
                .replaceAll(
                        octet -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octet.group(1), 16))));
    }
}
