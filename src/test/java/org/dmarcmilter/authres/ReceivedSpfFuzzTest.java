package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=ReceivedSpfFuzzTest}. */
class ReceivedSpfFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void neverThrows(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        ReceivedSpf.parse(value).ifPresent(field -> assertNotNull(field.mailFromDomain()));
    }
}
