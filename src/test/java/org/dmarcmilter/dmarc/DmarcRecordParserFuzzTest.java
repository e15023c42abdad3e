package org.dmarcmilter.dmarc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/**
 * {@code JAZZER_FUZZ=1 mvn test -Dtest=DmarcRecordParserFuzzTest} looks for new inputs; an ordinary build replays the known.
 */
class DmarcRecordParserFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] record) {
        String text = new String(record, StandardCharsets.ISO_8859_1);
        for (Standard standard : Standard.values()) {
            DmarcRecordParserTest.checkInvariants(text, standard);
            DmarcRecordParserTest.checkInvariants("v=DMARC1;" + text, standard);
        }
    }
}
