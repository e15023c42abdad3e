package org.dmarcmilter.spf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.dmarcmilter.domain.IpAddress;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=MacroExpanderFuzzTest} fuzzes; an ordinary build replays the findings. */
class MacroExpanderFuzzTest {
    /** Lines: the text with macros, the sender, the HELO name, the current domain, the client's validated name. */
    @FuzzTest(maxDuration = "5m")
    void staysWithinItsLimits(byte[] data) {
        String[] lines = Arrays.copyOf(new String(data, StandardCharsets.ISO_8859_1).split("\n", 5), 5);
        for (int i = 0; i < lines.length; i++) {
            lines[i] = lines[i] == null ? "" : lines[i];
        }
        for (String client : new String[] {"192.0.2.3", "2001:db8::cb01"}) {
            SpfIdentity identity = new SpfIdentity(IpAddress.parse(client), lines[1], lines[2]);
            MacroExpander expander = new MacroExpander(identity, IpAddress.of(client), "mx.example.org", () -> 0L);
            checkName(expander, lines[0], lines[3], lines[4]);
            checkExplanation(expander, lines[0], lines[3], lines[4]);
        }
    }

    private static void checkName(MacroExpander expander, String text, String domain, String validatedName) {
        try {
            String name = expander.name(MacroString.domainSpec(text), domain, validatedName);
            int cut = name.length() - MacroExpander.MAX_NAME - 1;
            if (cut >= 0 && name.indexOf('.', cut) >= 0) {
                throw new AssertionError("could have been cut: " + name);
            }
        } catch (SpfSyntaxException e) {
            // most texts are none
        }
    }

    private static void checkExplanation(MacroExpander expander, String text, String domain, String validatedName) {
        try {
            String explanation = expander.explanation(MacroString.explanation(text), domain, validatedName);
            if (explanation.length() > MacroExpander.MAX_EXPLANATION
                    || !explanation.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                throw new AssertionError("unfit for a reply: " + explanation);
            }
        } catch (SpfSyntaxException e) {
            // most texts are none
        }
    }
}
