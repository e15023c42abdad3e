package org.dmarcmilter.aggregate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.SpfSeen;

/** What DKIM and SPF said, as a report has it ({@code auth_results}; RFC 9990, section 3.1.3). */
final class AuthResults {
    private static final int PLACES = 4;

    private AuthResults() {}

    /**
     * Each signature once, those first that say most about the author domain: passes for it itself, passes that are aligned in relaxed
     * mode, other passes, the rest; within each the order of the fields. A message without signatures has none.
     */
    static List<DkimAuth> dkim(Evaluation evaluation) {
        List<DkimSeen> all = evaluation.dkim();
        if (all.size() <= 1) {
            return all.isEmpty() ? List.of() : List.of(dkim(all.get(0)));
        }
        Set<DkimAuth> results = new LinkedHashSet<>();
        for (int place = 0; place < PLACES; place++) {
            for (int i = 0; i < all.size(); i++) {
                if (place(all.get(i), evaluation.dmarc()) == place) {
                    results.add(dkim(all.get(i)));
                }
            }
        }
        return List.copyOf(results);
    }

    private static DkimAuth dkim(DkimSeen seen) {
        return new DkimAuth(seen.domain().ascii(), seen.selector(), dkimWord(seen.result()));
    }

    /** From 0, the first. */
    private static int place(DkimSeen seen, DmarcResult result) {
        if (!seen.result().equals(ResultWord.PASS)) {
            return 3;
        }
        if (seen.exact() && seen.domain().equals(result.author())) {
            return 0;
        }
        return isAligned(seen.domain(), result) ? 1 : 2;
    }

    /** As far as the result tells: nobody asked for the organizational domains of more identifiers than it needed. */
    private static boolean isAligned(DomainName domain, DmarcResult result) {
        return result.alignedDkim().filter(domain::equals).isPresent() || domain.isAtOrBelow(result.policyDomain());
    }

    /** The result that was used; {@code none} for the sender if there was none. */
    static SpfAuth spf(Evaluation evaluation) {
        // A sender such as "root" is not the null sender, but has no domain either (RFC 7208, section 2.4).
        boolean helo = evaluation.sender().address().indexOf('@') < 0;
        Optional<SpfSeen> used = evaluation.spf();
        if (used.isPresent() && used.get().domain().isPresent()) {
            return new SpfAuth(
                    used.get().domain().get().ascii(), helo, spfWord(used.get().result()));
        }
        String asked = helo ? heloDomain(evaluation.helo()) : senderDomain(evaluation);
        return new SpfAuth(
                asked.isEmpty() ? evaluation.dmarc().author().ascii() : asked,
                helo && !asked.isEmpty(),
                AuthResult.NONE);
    }

    private static String heloDomain(String helo) {
        return DomainName.parse(helo).map(DomainName::ascii).orElse(helo);
    }

    /** The domain of MAIL FROM: a name, an address literal, or what stands in the place of one; empty for the null sender. */
    static String senderDomain(Evaluation evaluation) {
        Optional<DomainName> domain = evaluation.sender().domain();
        if (domain.isPresent()) {
            return domain.get().ascii();
        }
        String address = evaluation.sender().address();
        int at = address.lastIndexOf('@');
        return at < 0 ? "" : address.substring(at + 1);
    }

    /** Another word than those of RFC 8601, section 2.7.1, says nothing. */
    private static AuthResult dkimWord(ResultWord word) {
        AuthResult result = sharedWord(word);
        return result == AuthResult.SOFTFAIL ? AuthResult.NEUTRAL : result;
    }

    /** Section 2.7.2 there, and the words of its forerunners (RFC 4408, RFC 5451). */
    private static AuthResult spfWord(ResultWord word) {
        return switch (word.text()) {
            case "hardfail" -> AuthResult.FAIL;
            case "error" -> AuthResult.PERMERROR;
            case "unknown" -> AuthResult.TEMPERROR;
            default -> sharedWord(word);
        };
    }

    private static AuthResult sharedWord(ResultWord word) {
        return switch (word.text()) {
            case "none" -> AuthResult.NONE;
            case "pass" -> AuthResult.PASS;
            case "fail" -> AuthResult.FAIL;
            case "softfail" -> AuthResult.SOFTFAIL;
            case "policy" -> AuthResult.POLICY;
            case "temperror" -> AuthResult.TEMPERROR;
            case "permerror" -> AuthResult.PERMERROR;
            default -> AuthResult.NEUTRAL;
        };
    }
}
