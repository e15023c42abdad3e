package org.dmarcmilter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.dmarcmilter.http.HttpRequest.For;

/**
 * Any octets on the metrics port: a request is whole with its first empty line, wherever the client's packets end, and what follows
 * changes nothing. Run it for real with {@code JAZZER_FUZZ=1 mvn test -Dtest=HttpRequestFuzzTest}.
 */
class HttpRequestFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void readsAnything(FuzzedDataProvider data) {
        byte[] octets = data.consumeRemainingAsBytes();
        int end = end(octets);
        assertEquals(Optional.empty(), HttpRequest.read(octets, Math.max(0, end - 1)));
        Optional<HttpRequest> request = HttpRequest.read(octets, end);
        assertEquals(end > 0 && endsEmpty(octets, end), request.isPresent());
        assertEquals(request, HttpRequest.read(octets, octets.length));
        if (request.isPresent() && request.get() instanceof For one) {
            assertFalse(one.method().matches("(?s).*[ \\r\\n].*"), "more than a word of the first line: " + one);
            byte[] again = (one.method() + " http://any.example/metrics?x HTTP/1.1\nhost: [::1]:9\n\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(
                    Optional.of(new For(one.method(), "/metrics", "[::1]")), HttpRequest.read(again, again.length));
        }
    }

    /** Octets up to the first empty line; all, where there is none. */
    private static int end(byte[] octets) {
        for (int length = 1; length <= octets.length; length++) {
            if (endsEmpty(octets, length)) {
                return length;
            }
        }
        return octets.length;
    }

    private static boolean endsEmpty(byte[] octets, int length) {
        return endsWith(octets, length, "\n\n") || endsWith(octets, length, "\r\n\r\n");
    }

    private static boolean endsWith(byte[] octets, int length, String end) {
        byte[] tail = end.getBytes(StandardCharsets.US_ASCII);
        return length >= tail.length && Arrays.equals(octets, length - tail.length, length, tail, 0, tail.length);
    }
}
