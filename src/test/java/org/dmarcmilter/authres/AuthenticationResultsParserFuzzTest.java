package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=AuthenticationResultsParserFuzzTest}. */
class AuthenticationResultsParserFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void neverThrows(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        Parsed parsed = AuthenticationResultsParser.parse(value);
        if (parsed instanceof Parsed.Field field && isPrintable(field.results())) {
            String written = AuthenticationResultsWriter.write(field.results());
            assertTrue(written.chars().allMatch(c -> (c >= 0x20 && c < 0x7F) || c == 0x0A || c == 0x09), written);
            assertEquals(new Parsed.Field(field.results()), AuthenticationResultsParser.parse(written), written);
        }
    }

    /** No field in which a comment or a quoted string lacks its other half is ever used. */
    @FuzzTest(maxDuration = "10m")
    void readsNoFieldWithHalfAComment(byte[] data) {
        String value = "x; dkim=pass " + new String(data, StandardCharsets.ISO_8859_1);
        if (!isBalanced(value)) {
            assertInstanceOf(Parsed.Broken.class, AuthenticationResultsParser.parse(value), value);
        }
    }

    static boolean isBalanced(String value) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && (quoted || depth > 0)) {
                i++;
            } else if (c == '"' && depth == 0) {
                quoted = !quoted;
            } else if (c == '(' && !quoted) {
                depth++;
            } else if (c == ')' && !quoted && --depth < 0) {
                return false;
            }
        }
        return depth == 0 && !quoted;
    }

    /** What the writer must change or cannot say is not read back the same; all else is. */
    private static boolean isPrintable(AuthenticationResults field) {
        String all = field.toString();
        return !field.authservId().isEmpty() && all.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
    }
}
