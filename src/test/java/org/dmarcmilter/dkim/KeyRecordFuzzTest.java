package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.dmarcmilter.dkim.DkimResult.Code;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=KeyRecordFuzzTest} fuzzes; an ordinary build replays the findings. */
class KeyRecordFuzzTest {
    /** As a record, and as the octets of an RSA key. */
    @FuzzTest(maxDuration = "5m")
    void judgesAnything(byte[] data) {
        check(JudgedKey.of(new String(data, StandardCharsets.ISO_8859_1)));
        check(JudgedKey.of("p=" + Base64.getEncoder().encodeToString(data)));
    }

    private static void check(JudgedKey key) {
        boolean pass = key.code() == Code.PASS;
        assertEquals(pass, key.reason().isEmpty(), key::toString);
        assertTrue(key.reason().matches("[ -~]{0,200}"), key::toString);
        int least = key.algorithm().startsWith("rsa") ? RsaKey.MIN_BITS : 256;
        assertTrue(pass ? key.keyBits() >= least : key.keyBits() == 0, key::toString);
        assertTrue(key.keyBits() <= RsaKey.MAX_BITS, key::toString);
    }
}
