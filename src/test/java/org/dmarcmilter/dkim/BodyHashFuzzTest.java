package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=BodyHashFuzzTest} fuzzes; an ordinary build replays the findings. */
class BodyHashFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void isThatOfTheCanonicalBodyHoweverItIsCut(FuzzedDataProvider data) {
        int cut = data.consumeInt(1, 50);
        OptionalLong limit = OptionalLong.of(data.consumeInt(0, 200));
        byte[] body = data.consumeRemainingAsBytes();
        for (Canonicalization canonicalization : Canonicalization.values()) {
            BodyHashes hashes = new BodyHashes();
            BodyHash hash = hashes.want(canonicalization, limit);
            for (int from = 0; from < body.length; from += cut) {
                hashes.update(ByteBuffer.wrap(body, from, Math.min(cut, body.length - from)));
            }
            hashes.end();
            String canonical = BodyHashTest.naive(canonicalization, new String(body, StandardCharsets.ISO_8859_1));
            assertEquals(canonical.length(), hash.length());
            assertArrayEquals(digest(canonical), hash.hash(OptionalLong.empty()).orElseThrow());
            assertEquals(
                    canonical.length() >= limit.getAsLong(), hash.hash(limit).isPresent());
            if (canonical.length() >= limit.getAsLong()) {
                assertArrayEquals(
                        digest(canonical.substring(0, (int) limit.getAsLong())),
                        hash.hash(limit).orElseThrow());
            }
        }
    }

    private static byte[] digest(String text) {
        return BodyHash.sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
