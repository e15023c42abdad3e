package org.dmarcmilter.spf;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.dmarcmilter.domain.IpAddress;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=MacroExpanderFuzzTest} fuzzes; an ordinary build replays the findings. */
class MacroExpanderFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void staysWithinItsLimits(FuzzedDataProvider data) {
        String client = data.pickValue(new String[] {"192.0.2.3", "2001:db8::cb01"});
        SpfIdentity identity = new SpfIdentity(client, text(data), text(data));
        String domain = text(data);
        String validatedName = text(data);
        MacroExpander expander = new MacroExpander(identity, IpAddress.of(client), "mx.example.org", () -> 0L);
        String text = new String(data.consumeRemainingAsBytes(), StandardCharsets.ISO_8859_1);
        try {
            String name = expander.name(MacroString.domainSpec(text), domain, validatedName);
            if (name.length() > MacroExpander.MAX_NAME
                    && name.lastIndexOf('.') >= name.length() - MacroExpander.MAX_NAME) {
                throw new AssertionError("could have been cut: " + name);
            }
        } catch (SpfSyntaxException e) {
            // most texts are none
        }
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

    private static String text(FuzzedDataProvider data) {
        return new String(data.consumeBytes(300), StandardCharsets.ISO_8859_1);
    }
}
