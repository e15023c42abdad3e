package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=DomainNameFuzzTest} looks for new inputs; an ordinary build replays the known. */
class DomainNameFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        DomainNameTest.checkInvariants(text);
        Optional<DomainName> shown = DomainName.shownAs(text);
        assertTrue(shown.isPresent() || DomainName.parse(text).isEmpty(), "what is a name is shown as one");
    }

    /** What Punycode decodes to is encoded as what it was decoded from, if that is in its shortest form. */
    @FuzzTest(maxDuration = "10m")
    void decode(byte[] bytes) {
        String encoded = new String(bytes, StandardCharsets.ISO_8859_1);
        Optional<String> decoded = Punycode.decode(encoded);
        decoded.filter(text -> text.codePointCount(0, text.length()) < 64)
                .ifPresent(text -> assertEquals(
                        decoded,
                        Punycode.decode(Punycode.encode(text.codePoints().toArray()))));
    }
}
