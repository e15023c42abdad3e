package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=AuthenticationResultsParserFuzzTest}. */
class AuthenticationResultsParserFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void neverThrows(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        Parsed parsed = AuthenticationResultsParser.parse(value);
        if (parsed instanceof Parsed.Field field && isPrintable(field.results())) {
            String written = AuthenticationResultsWriter.write(field.results());
            assertTrue(written.chars().allMatch(c -> (c >= 0x20 && c < 0x7F) || c == 0x0A || c == 0x09), written);
            assertEquals(new Parsed.Field(field.results()), AuthenticationResultsParser.parse(written), written);
        }
    }

    /** What the writer must change or cannot say is not read back the same; all else is. */
    private static boolean isPrintable(AuthenticationResults field) {
        String all = field.toString();
        return !field.authservId().isEmpty() && all.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
    }
}
