package org.dmarcmilter.domain;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=DomainNameFuzzTest} looks for new inputs; an ordinary build replays the known. */
class DomainNameFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void parse(byte[] text) {
        DomainNameTest.checkInvariants(new String(text, StandardCharsets.UTF_8));
    }
}
