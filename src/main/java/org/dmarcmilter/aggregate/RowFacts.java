package org.dmarcmilter.aggregate;

import java.util.List;
import java.util.Locale;

/**
 * Everything of a report's row but its address and count ({@code row}, {@code identifiers} and {@code auth_results} of RFC 9990,
 * section 3.1.1). Every text is harmless: printable US-ASCII without white space, comma, semicolon or markup, made so when it was taken
 * from the message; domains are lower-case A-labels, at most 253 characters.
 *
 * @param disposition what was done, in the words of a report
 * @param dkimAligned whether an aligned DKIM identifier passed; never an overridden value
 * @param spfAligned whether the aligned SPF identifier passed
 * @param reasons why something else was done than the policy asks for, at most 4
 * @param headerFrom author domain
 * @param envelopeFrom domain of the envelope sender; empty for the null sender
 * @param envelopeTo domain of the recipients, where that is recorded and they share one; else empty
 * @param dkim each DKIM result that was believed, once, at most 100, in the order of RFC 9990, section 3.1.3
 * @param spf the SPF result that was used
 * @param weight whether such a message is a reason to send a report
 */
public record RowFacts(
        Disposition disposition,
        boolean dkimAligned,
        boolean spfAligned,
        List<Reason> reasons,
        String headerFrom,
        String envelopeFrom,
        String envelopeTo,
        List<DkimAuth> dkim,
        SpfAuth spf,
        Weight weight) {

    /** ActionDispositionType of RFC 9990; the older format writes {@link #PASS} as {@code none}. */
    public enum Disposition {
        NONE,
        PASS,
        QUARANTINE,
        REJECT
    }

    /** PolicyOverrideType, as RFC 9990 has it; the older format's words follow from type and comment. */
    public enum ReasonType {
        LOCAL_POLICY,
        MAILING_LIST,
        OTHER,
        POLICY_TEST_MODE,
        TRUSTED_FORWARDER,
        /** RFC 7489 only: pct. RFC 9990 writes it as {@link #OTHER}. */
        SAMPLED_OUT
    }

    /** A reason and its comment: a text of ours, with spaces, at most 255 characters. */
    public record Reason(ReasonType type, String comment) {}

    /** Result words of both formats' DKIMResultType and SPFResultType. */
    public enum AuthResult {
        NONE,
        PASS,
        FAIL,
        SOFTFAIL,
        POLICY,
        NEUTRAL,
        TEMPERROR,
        PERMERROR;

        /** The word in a report. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One signature; the selector is empty if it is unknown. */
    public record DkimAuth(String domain, String selector, AuthResult result) {}

    /** The SPF check; {@code helo} says that the identity was the HELO name, because the sender was null. */
    public record SpfAuth(String domain, boolean helo, AuthResult result) {}

    /** Whether a message makes a report necessary, or is only told in one that goes out anyway. */
    public enum Weight {
        REASON,
        /** Mail to or from our own report addresses: two report senders would write to each other for ever. */
        OWN_REPORTS,
        /** It failed and was rejected: no reason unless mail of that policy domain also passes here. */
        REJECTED
    }

    public RowFacts {
        reasons = List.copyOf(reasons);
        dkim = List.copyOf(dkim);
    }
}
