package org.dmarcmilter.spf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=SpfParserFuzzTest} fuzzes; an ordinary build replays the findings. */
class SpfParserFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void neverThrows(byte[] data) {
        String txt = new String(data, StandardCharsets.ISO_8859_1);
        check(SpfParser.parse(txt));
        check(SpfParser.parse("v=spf1 " + txt));
    }

    private static void check(SpfParser.Parsed parsed) {
        if (parsed instanceof SpfParser.Parsed.Invalid invalid) {
            String problem = invalid.problem();
            if (problem.isEmpty() || problem.length() > 300 || !problem.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                throw new AssertionError("unfit for a log: " + problem);
            }
        }
    }
}
