package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfEvaluator;

/**
 * All that counts about one message's authentication.
 *
 * @param fields what its fields say
 * @param own our own SPF check, if there was one, whether or not it counts
 * @param ownDkim our own DKIM check, if there was one: then it is what counts
 * @param spf the SPF result that counts; its source says whose it is
 * @param dkim the DKIM results that count, in the order of the fields that they are about or stand in
 * @param arc what counts about ARC
 */
public record Evidence(
        FieldEvidence fields,
        Optional<OwnSpf> own,
        Optional<OwnDkim> ownDkim,
        Optional<SpfSeen> spf,
        List<DkimSeen> dkim,
        ArcSeen arc) {

    /**
     * Reads the fields and, where the configuration or a claim asks for it, checks SPF.
     *
     * @param settings where results come from
     * @param trustedSealers ARC sealers that may override a failure, lower case
     * @param dns asked by the own SPF check only
     * @param dkim our own check of DKIM, which is at work; empty if there is none
     * @return completes at once unless an own check has to wait
     */
    public static CompletionStage<Evidence> gather(
            MessageFacts facts,
            Trust trust,
            Settings settings,
            Set<String> trustedSealers,
            SpfEvaluator evaluator,
            DnsClient dns,
            Optional<CompletionStage<DkimVerification.Findings>> dkim) {
        FieldEvidence fields = FieldReader.read(facts, trust, settings.spf(), settings.dkim(), trustedSealers);
        boolean check = settings.spf().selfValidate() ? !fields.isSettled() : fields.claimsSpf();
        if (!check || facts.client().address().isEmpty()) {
            return dkim.isEmpty()
                    ? CompletableFuture.completedStage(merge(fields, Optional.empty(), Optional.empty()))
                    : dkim.get().thenApply(found -> merge(fields, Optional.empty(), Optional.of(new OwnDkim(found))));
        }
        CompletionStage<OwnSpf> spf = OwnSpf.check(facts, evaluator, dns);
        return dkim.isEmpty()
                ? spf.thenApply(own -> merge(fields, Optional.of(own), Optional.empty()))
                : spf.thenCombine(
                        dkim.get(), (own, found) -> merge(fields, Optional.of(own), Optional.of(new OwnDkim(found))));
    }

    /**
     * Decides what counts. Of SPF our own result does, wherever we checked; only where we checked to prove a claim it must not put an
     * open question in place of what a trusted checker found out. Of DKIM and ARC our own results are all that counts, if we check
     * them: a mixture would let the belief in, which is the hole. Pure.
     */
    static Evidence merge(FieldEvidence fields, Optional<OwnSpf> own, Optional<OwnDkim> ownDkim) {
        Optional<SpfSeen> found = own.map(OwnSpf::seen);
        boolean stands = fields.claimsSpf()
                && fields.spf().flatMap(SpfSeen::domain).isPresent()
                && found.filter(seen -> seen.result().equals(ResultWord.PASS)).isEmpty();
        return new Evidence(
                fields,
                own,
                ownDkim,
                stands ? fields.spf() : found.or(fields::spf),
                ownDkim.isPresent() ? ownDkim.get().seen() : fields.dkim(),
                ownDkim.isPresent() ? ownDkim.get().arc(fields.arc().sets()) : fields.arc());
    }

    /** The identifiers that DMARC compares with the author domain: those of DKIM in the order of the fields, then that of SPF. */
    public List<AuthenticatedIdentifier> identifiers() {
        List<AuthenticatedIdentifier> identifiers = new ArrayList<>(dkim.size() + 1);
        for (DkimSeen seen : dkim) {
            identifiers.add(seen.identifier());
        }
        spf.flatMap(SpfSeen::identifier).ifPresent(identifiers::add);
        return identifiers;
    }

    /** Whether nobody said anything, neither a checker nor we. */
    public boolean isSilent() {
        return !fields.heard() && own.isEmpty() && ownDkim.isEmpty();
    }

    /** Our own SPF check, if it is the one that counts. */
    public Optional<OwnSpf> countingOwn() {
        return spf.filter(seen -> seen.source() == Source.OWN_CHECK).isPresent() ? own : Optional.empty();
    }
}
