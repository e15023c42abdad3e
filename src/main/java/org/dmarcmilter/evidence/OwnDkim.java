package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dkim.ArcResult;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;

/**
 * The own check of a message's DKIM signatures and, where only listed sealers have sealed it, of its ARC chain.
 *
 * @param findings what came out
 */
public record OwnDkim(DkimVerification.Findings findings) {
    /** As findings among others. A signature of which no signer can be read speaks for nobody, and is none. */
    List<DkimSeen> seen() {
        List<DkimSeen> seen = new ArrayList<>(findings.signatures().size());
        for (DkimResult signature : findings.signatures()) {
            if (signature.domain().isPresent()) {
                seen.add(new DkimSeen(
                        signature.domain().get(),
                        true,
                        signature.selector(),
                        signature.identity(),
                        ResultWord.of(signature.code().word()),
                        Source.OWN_CHECK));
            }
        }
        return seen;
    }

    /** The chain as a finding: of what was validated all sealers are listed, so that a chain that holds overrides. */
    ArcSeen arc(List<ArcSet> sets) {
        boolean pass = findings.arc().filter(ArcResult::pass).isPresent();
        return new ArcSeen(pass, pass, sets);
    }
}
