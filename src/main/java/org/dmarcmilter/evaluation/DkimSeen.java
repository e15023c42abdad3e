package org.dmarcmilter.evaluation;

import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.domain.DomainName;

/**
 * One DKIM result, whoever found it.
 *
 * @param domain who signed
 * @param exact whether that is the signature's d=; otherwise only i= is known, which is at or below it
 * @param selector the signature's s=, at most 253 characters; empty if unknown
 * @param identity the signature's i=, with or without local part, at most 320 characters; empty if unknown
 * @param result what came out
 * @param source who says so
 */
public record DkimSeen(
        DomainName domain, boolean exact, String selector, String identity, ResultWord result, Source source) {

    /** What it means for DMARC (RFC 7489, section 3.1.1). */
    public AuthenticatedIdentifier identifier() {
        return new AuthenticatedIdentifier(Mechanism.DKIM, domain, outcome(result), !exact);
    }

    static Outcome outcome(ResultWord result) {
        if (result.equals(ResultWord.PASS)) {
            return Outcome.PASS;
        }
        return result.equals(ResultWord.TEMPERROR) ? Outcome.TEMPORARY_ERROR : Outcome.NO_PASS;
    }
}
