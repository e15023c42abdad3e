package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfEvaluator;

/**
 * All that counts about one message's authentication.
 *
 * @param fields what its fields say
 * @param own our own SPF check, if there was one, whether or not it counts
 * @param spf the SPF result that counts; its source says whose it is
 */
public record Evidence(FieldEvidence fields, Optional<OwnSpf> own, Optional<SpfSeen> spf) {

    /**
     * Reads the fields and, where the configuration or a claim asks for it, checks SPF.
     *
     * @param trustedSealers ARC sealers that may override a failure, lower case
     * @param dns asked by the own check only
     * @return completes at once unless the own check has to wait
     */
    public static CompletionStage<Evidence> gather(
            MessageFacts facts,
            Trust trust,
            Settings.Spf settings,
            Set<String> trustedSealers,
            SpfEvaluator evaluator,
            DnsClient dns) {
        FieldEvidence fields = FieldReader.read(facts, trust, settings, trustedSealers);
        boolean check = settings.selfValidate() ? !fields.isSettled() : fields.claimsSpf();
        if (!check || facts.client().address().isEmpty()) {
            return CompletableFuture.completedStage(merge(fields, Optional.empty()));
        }
        return OwnSpf.check(facts, evaluator, dns).thenApply(own -> merge(fields, Optional.of(own)));
    }

    /**
     * Decides which SPF result counts. Our own does, wherever we checked; only where we checked to prove a claim it must not put an
     * open question in place of what a trusted checker found out. Pure.
     */
    static Evidence merge(FieldEvidence fields, Optional<OwnSpf> own) {
        Optional<SpfSeen> found = own.map(OwnSpf::seen);
        boolean stands = fields.claimsSpf()
                && fields.spf().flatMap(SpfSeen::domain).isPresent()
                && found.filter(seen -> seen.result().equals(ResultWord.PASS)).isEmpty();
        return new Evidence(fields, own, stands ? fields.spf() : found.or(fields::spf));
    }

    /** The identifiers that DMARC compares with the author domain: those of DKIM in the order of the fields, then that of SPF. */
    public List<AuthenticatedIdentifier> identifiers() {
        List<AuthenticatedIdentifier> identifiers =
                new ArrayList<>(fields.dkim().size() + 1);
        for (DkimSeen dkim : fields.dkim()) {
            identifiers.add(dkim.identifier());
        }
        spf.flatMap(SpfSeen::identifier).ifPresent(identifiers::add);
        return identifiers;
    }

    /** Whether nobody said anything, neither a checker nor we. */
    public boolean isSilent() {
        return !fields.heard() && own.isEmpty();
    }

    /** Our own SPF check, if it is the one that counts. */
    public Optional<OwnSpf> countingOwn() {
        return spf.filter(seen -> seen.source() == Source.OWN_CHECK).isPresent() ? own : Optional.empty();
    }
}
