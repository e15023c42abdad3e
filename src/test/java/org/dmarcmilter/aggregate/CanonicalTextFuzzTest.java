package org.dmarcmilter.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.domain.DomainName;

/** Fuzzes the canonical texts: {@code JAZZER_FUZZ=1 mvn test -Dtest=CanonicalTextFuzzTest}. */
class CanonicalTextFuzzTest {
    private static final DomainName DOMAIN = DomainName.of("example.com");

    /** There is one text for one fact, so that what is read is what would be written. */
    @FuzzTest(maxDuration = "10m")
    void readsOnlyWhatItWrites(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        PublishedPolicy.parse(DOMAIN, text).ifPresent(policy -> assertEquals(text, policy.text()));
        RowFacts.parse(text).ifPresent(row -> assertEquals(text, row.text()));
    }

    @FuzzTest(maxDuration = "10m")
    void readsWhateverItWrites(FuzzedDataProvider data) {
        RowFacts row = new RowFacts(
                data.pickValue(Disposition.values()),
                data.consumeBoolean(),
                data.consumeBoolean(),
                List.of(new Reason(data.pickValue(ReasonType.values()), data.consumeString(300))),
                data.consumeString(300),
                data.consumeString(300),
                data.consumeString(300),
                List.of(new DkimAuth(
                        data.consumeString(300), data.consumeString(300), data.pickValue(AuthResult.values()))),
                new SpfAuth(data.consumeString(300), data.consumeBoolean(), data.pickValue(AuthResult.values())),
                data.pickValue(Weight.values()));
        String text = row.text();
        assertTrue(text.chars().allMatch(c -> c >= ' ' && c <= '~'), text);
        assertEquals(Optional.of(row), RowFacts.parse(text));
    }
}
