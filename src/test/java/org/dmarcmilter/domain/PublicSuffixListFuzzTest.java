package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * {@code JAZZER_FUZZ=1 mvn test -Dtest=PublicSuffixListFuzzTest} looks for new inputs; an ordinary build replays the known.
 */
class PublicSuffixListFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void parse(byte[] text) {
        checkInvariants(new String(text, StandardCharsets.UTF_8));
    }

    /** Every line of the list serves as a name too. */
    static void checkInvariants(String text) {
        PublicSuffixList list;
        try {
            list = PublicSuffixList.parse(text);
        } catch (IllegalArgumentException noRule) {
            return; // documented
        }
        assertTrue(list.ruleCount() > 0);
        text.lines().map(DomainName::parse).flatMap(Optional::stream).forEach(name -> {
            DomainName org = list.organizationalDomain(name);
            assertTrue(name.isAtOrBelow(org), text);
            assertEquals(org, list.organizationalDomain(org), text);
            assertTrue(!list.isPublicSuffix(org) || org.equals(name), text);
        });
    }
}
