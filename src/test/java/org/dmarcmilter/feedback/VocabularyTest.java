package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VocabularyTest {
    @ParameterizedTest(name = "{0}: RFC 7489 {1}, RFC 9990 {2}")
    @CsvSource({
        "NONE, none, none",
        "PASS, none, pass",
        "QUARANTINE, quarantine, quarantine",
        "REJECT, reject, reject",
    })
    void disposition(Disposition disposition, String rfc7489, String rfc9990) {
        assertEquals(rfc7489, Vocabulary.disposition(disposition, Format.RFC7489));
        assertEquals(rfc9990, Vocabulary.disposition(disposition, Format.RFC9990));
    }

    @ParameterizedTest(name = "{0}: RFC 7489 {1}, RFC 9990 {2}")
    @CsvSource({
        "LOCAL_POLICY, local_policy, local_policy",
        "MAILING_LIST, mailing_list, mailing_list",
        "OTHER, other, other",
        "POLICY_TEST_MODE, other, policy_test_mode",
        "TRUSTED_FORWARDER, trusted_forwarder, trusted_forwarder",
        "SAMPLED_OUT, sampled_out, other",
    })
    void reason(ReasonType type, String rfc7489, String rfc9990) {
        assertEquals(rfc7489, Vocabulary.reason(type, Format.RFC7489));
        assertEquals(rfc9990, Vocabulary.reason(type, Format.RFC9990));
    }

    @ParameterizedTest(name = "{0}: DKIM {1}, SPF in RFC 7489 {2}, SPF in RFC 9990 {3}")
    @CsvSource({
        "NONE, none, none, none",
        "PASS, pass, pass, pass",
        "FAIL, fail, fail, fail",
        "SOFTFAIL, neutral, softfail, softfail",
        "POLICY, policy, fail, policy",
        "NEUTRAL, neutral, neutral, neutral",
        "TEMPERROR, temperror, temperror, temperror",
        "PERMERROR, permerror, permerror, permerror",
    })
    void results(AuthResult result, String dkim, String rfc7489, String rfc9990) {
        assertEquals(dkim, Vocabulary.dkim(result));
        assertEquals(rfc7489, Vocabulary.spf(result, Format.RFC7489));
        assertEquals(rfc9990, Vocabulary.spf(result, Format.RFC9990));
    }
}
