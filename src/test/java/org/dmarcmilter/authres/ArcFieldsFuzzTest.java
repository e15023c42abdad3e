package org.dmarcmilter.authres;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=ArcFieldsFuzzTest}. */
class ArcFieldsFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void neverThrows(byte[] data) {
        String value = new String(data, StandardCharsets.ISO_8859_1);
        assertNotNull(ArcFields.seal(value));
        ArcFields.authenticationResults(value).ifPresent(aar -> {
            assertTrue(aar.instance() >= 1 && aar.instance() <= 50);
            assertNotNull(aar.clientIp());
        });
    }
}
