package org.dmarcmilter.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.Zone;

/** {@code JAZZER_FUZZ=1 mvn test -Dtest=ArcChainFuzzTest} fuzzes; an ordinary build replays the findings. */
class ArcChainFuzzTest {
    private static final String[] NAMES = {ArcChain.SEAL, ArcChain.MESSAGE_SIGNATURE, ArcChain.RESULTS};

    /** Form feeds stand between the values, of a seal, a message signature and results in turn. */
    @FuzzTest(maxDuration = "5m")
    void takesAnything(byte[] data) {
        String[] values = new String(data, StandardCharsets.ISO_8859_1).split("\f", -1);
        List<HeaderField> fields = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            fields.add(new HeaderField(NAMES[i % NAMES.length], values[i]));
        }
        checkSets(ArcChain.of(fields).orElseThrow());
        Optional<ArcResult> result = new WireMessage(fields, data, 100)
                .verify(chain -> true, 0, new Zone())
                .arc();
        assertTrue(result.orElseThrow().reason().matches("[ -~]{1,200}"), result::toString);
    }

    private static void checkSets(ArcChain chain) {
        try {
            List<ArcSet> sets = chain.sets();
            assertTrue(!sets.isEmpty() && sets.size() <= ArcChain.MAX_INSTANCE);
            for (int i = 0; i < sets.size(); i++) {
                assertEquals(i + 1, sets.get(i).seal().named().instance());
            }
        } catch (NoPassException e) {
            assertTrue(e.reason().matches("[ -~]{1,200}"), e::reason);
        }
    }
}
