package org.dmarcmilter.evaluation;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;

/**
 * One SPF result, whoever found it.
 *
 * @param domain the domain that it speaks for; empty if it is not about the domain of this message's sender, and then it counts
 *     for nothing
 * @param scope the identity that was checked
 * @param result what came out
 * @param source who says so
 * @param records the SPF records that took part; none unless we checked ourselves, as others do not name them
 */
public record SpfSeen(
        Optional<DomainName> domain,
        SpfIdentity.Scope scope,
        ResultWord result,
        Source source,
        List<SpfResult.Consulted> records) {

    public SpfSeen {
        records = List.copyOf(records);
    }

    /** What it means for DMARC (RFC 7489, section 3.1.2); empty if nothing. */
    public Optional<AuthenticatedIdentifier> identifier() {
        return domain.map(name -> new AuthenticatedIdentifier(Mechanism.SPF, name, DkimSeen.outcome(result), false));
    }
}
