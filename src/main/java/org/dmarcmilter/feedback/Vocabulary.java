package org.dmarcmilter.feedback;

import java.util.Locale;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;

/** The words of the two formats: each schema has some that the other refuses. */
final class Vocabulary {
    private Vocabulary() {}

    /** DispositionType of RFC 7489, appendix C, which knows no {@code pass}; ActionDispositionType of RFC 9990. */
    static String disposition(Disposition disposition, Format format) {
        return disposition == Disposition.PASS && format == Format.RFC7489 ? word(Disposition.NONE) : word(disposition);
    }

    /** PolicyOverrideType of both. What one of them has no word for is its {@code other}; the comment says more. */
    static String reason(ReasonType type, Format format) {
        boolean known = switch (type) {
            case SAMPLED_OUT -> format == Format.RFC7489;
            case POLICY_TEST_MODE -> format == Format.RFC9990;
            case LOCAL_POLICY, MAILING_LIST, OTHER, TRUSTED_FORWARDER -> true;
        };
        return word(known ? type : ReasonType.OTHER);
    }

    /** DKIMResultType of both: {@code softfail} is SPF's alone. */
    static String dkim(AuthResult result) {
        return (result == AuthResult.SOFTFAIL ? AuthResult.NEUTRAL : result).word();
    }

    /** SPFResultType of both: RFC 7489 has no {@code policy}. */
    static String spf(AuthResult result, Format format) {
        return (result == AuthResult.POLICY && format == Format.RFC7489 ? AuthResult.FAIL : result).word();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
