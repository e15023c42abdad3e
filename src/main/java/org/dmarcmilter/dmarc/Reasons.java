package org.dmarcmilter.dmarc;

import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.domain.DomainName;

/** Why a result is what it is, in one sentence for logs and explanations. */
final class Reasons {
    /** A message may carry any number of signatures; a line of the log should not. */
    private static final int MAX_NAMED = 3;

    private Reasons() {}

    static String aligned(DmarcRecord record, Optional<DomainName> dkim, Optional<DomainName> spf) {
        String dkimPart = dkim.map(domain -> "DKIM " + domain + " aligned (" + word(record.adkim()) + ")")
                .orElse("");
        String spfPart = spf.map(domain -> "SPF " + domain + " aligned (" + word(record.aspf()) + ")")
                .orElse("");
        return dkimPart + (dkim.isPresent() && spf.isPresent() ? "; " : "") + spfPart;
    }

    static String open(AuthenticatedIdentifier identifier) {
        return identifier.outcome() == Outcome.TEMPORARY_ERROR
                ? "no aligned pass: " + identifier.mechanism() + " " + identifier.domain() + " had a temporary error"
                : "no answer from the DNS whether " + identifier.mechanism() + " " + identifier.domain()
                        + " is aligned";
    }

    static String noAlignedPass(List<AuthenticatedIdentifier> identifiers) {
        return "no aligned pass: " + failed(Mechanism.SPF, identifiers) + "; " + failed(Mechanism.DKIM, identifiers);
    }

    /** The passes that did not align; they are what a postmaster looks for. */
    private static String failed(Mechanism mechanism, List<AuthenticatedIdentifier> identifiers) {
        StringBuilder out = new StringBuilder(mechanism.name());
        int passed = 0;
        boolean any = false;
        for (AuthenticatedIdentifier identifier : identifiers) {
            if (identifier.mechanism() == mechanism) {
                any = true;
                if (identifier.outcome() == Outcome.PASS && ++passed <= MAX_NAMED) {
                    out.append(passed == 1 ? " " : ", ").append(identifier.domain());
                }
            }
        }
        if (passed == 0) {
            return out.append(any ? " did not pass" : " none").toString();
        }
        return out.append(passed > MAX_NAMED ? " and " + (passed - MAX_NAMED) + " more" : "")
                .append(" not aligned")
                .toString();
    }

    private static String word(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "strict" : "relaxed";
    }
}
