package org.dmarcmilter.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Outcome;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;

/**
 * From a policy record and what SPF and DKIM said to the DMARC result (RFC 7489, section 6.6.2; RFC 9989, section 5.3).
 *
 * <p>{@link #decide} is the rule, a pure function. {@link #evaluate} fetches the organizational domains it needs, and only
 * those; with the public suffix list it completes before it returns.
 */
public final class DmarcEvaluator {
    /** Of more identifiers the rest is not looked at, and so never a pass (RFC 9990, section 3.1.3 reports as many). */
    static final int MAX_IDENTIFIERS = 100;

    private final PolicyDiscovery discovery;
    private final Standard standard;

    public DmarcEvaluator(PolicyDiscovery discovery, Standard standard) {
        this.discovery = discovery;
        this.standard = standard;
    }

    /** By which text this evaluator judges. */
    public Standard standard() {
        return standard;
    }

    /** Finds the record that applies; the first half of the work, possible as soon as the author domain is known. */
    public CompletionStage<Discovery> discover(DomainName author, DnsClient dns) {
        return discovery.discover(author, dns);
    }

    /**
     * Judges one message.
     *
     * @param found what {@link #discover} said about that author domain
     * @param identifiers what SPF and DKIM said, in any order
     * @param sample 0 to 99, the message's place in sampling, looked at where there is any: the policy applies if it is less than pct
     * @param dns asked for organizational domains, where the standard finds them there
     */
    public CompletionStage<DmarcResult> evaluate(
            DomainName author,
            Discovery found,
            List<AuthenticatedIdentifier> identifiers,
            IntSupplier sample,
            DnsClient dns) {
        List<AuthenticatedIdentifier> considered = considered(identifiers);
        if (!(found instanceof Discovery.Found policy)) {
            return CompletableFuture.completedFuture(decide(author, found, considered, Map.of(), sample, standard));
        }
        Set<DomainName> candidates = candidates(author, policy.record(), considered);
        return candidates.isEmpty()
                ? evaluate(author, policy, considered, Map.of(), sample, dns)
                : organizationalDomains(author, candidates, dns)
                        .thenCompose(orgs -> evaluate(author, policy, considered, orgs, sample, dns));
    }

    private CompletionStage<DmarcResult> evaluate(
            DomainName author,
            Discovery.Found policy,
            List<AuthenticatedIdentifier> considered,
            Map<DomainName, DomainName> orgs,
            IntSupplier sample,
            DnsClient dns) {
        DmarcResult result = decide(author, policy, considered, orgs, sample, standard);
        boolean dependsOnExistence =
                result.status() == Status.FAIL && !policyFor(policy, true).equals(policyFor(policy, false));
        if (!dependsOnExistence || !policy.authorExists()) {
            return CompletableFuture.completedFuture(result);
        }
        return discovery.existence(author, dns).thenApply(existence -> switch (existence) {
            case EXISTS -> result;
            case NO_SUCH_NAME -> decide(author, withoutAuthor(policy), considered, orgs, sample, standard);
            case UNKNOWN ->
                open(
                        author,
                        policy,
                        result.policy(),
                        afterSampling(policy.record(), stricter(policy), sample, standard),
                        new Reason.Text("no answer whether " + author + " exists, which decides between sp and np"));
        });
    }

    /**
     * The DMARC result (RFC 7489, section 6.6.2, steps 3 to 6). Pure.
     *
     * @param found what applies to the author domain
     * @param identifiers what SPF and DKIM said
     * @param organizationalDomains of the author domain and of the identifiers; a name that is not in it got no answer from
     *     the DNS
     * @param sample 0 to 99
     */
    public static DmarcResult decide(
            DomainName author,
            Discovery found,
            List<AuthenticatedIdentifier> identifiers,
            Map<DomainName, DomainName> organizationalDomains,
            IntSupplier sample,
            Standard standard) {
        if (found instanceof Discovery.NoPolicy none) {
            return unapplied(author, found, Status.NONE, none.reason());
        }
        if (found instanceof Discovery.BadRecord bad) {
            return unapplied(
                    author,
                    found,
                    Status.PERMERROR,
                    "the DMARC record of " + bad.domain() + " is bad: " + bad.reason());
        }
        if (!(found instanceof Discovery.Found policy)) {
            Discovery.Unavailable unavailable = (Discovery.Unavailable) found;
            Policy atWorst = unavailable
                    .above()
                    .filter(above -> !speaksFor(above, identifiers))
                    .map(above -> afterSampling(above.record(), stricter(above), sample, standard))
                    .orElse(Policy.NONE);
            return open(author, unavailable, Policy.NONE, atWorst, new Reason.Text(unavailable.reason()));
        }
        List<AuthenticatedIdentifier> open = new ArrayList<>(0);
        Optional<DomainName> dkim = Optional.empty();
        Optional<DomainName> spf = Optional.empty();
        for (AuthenticatedIdentifier identifier : considered(identifiers)) {
            if (identifier.outcome() == Outcome.NO_PASS) {
                continue;
            }
            Match match = match(author, identifier, mode(policy.record(), identifier), organizationalDomains);
            if (match == Match.ALIGNED && identifier.outcome() == Outcome.PASS) {
                if (identifier.mechanism() == Mechanism.DKIM) {
                    dkim = better(author, dkim, identifier.domain());
                } else {
                    spf = better(author, spf, identifier.domain());
                }
            } else if (match != Match.NOT_ALIGNED) {
                open.add(identifier);
            }
        }
        Policy asked = policyFor(policy, policy.authorExists());
        Policy toApply = afterSampling(policy.record(), asked, sample, standard);
        if (dkim.isPresent() || spf.isPresent()) {
            Reason reason = new Reason.Aligned(policy.record(), dkim, spf);
            return new DmarcResult(author, Status.PASS, policy, asked, toApply, dkim, spf, reason);
        }
        if (!open.isEmpty()) {
            return open(author, policy, asked, toApply, new Reason.Open(open.get(0)));
        }
        return new DmarcResult(
                author,
                Status.FAIL,
                policy,
                asked,
                toApply,
                dkim,
                spf,
                new Reason.NoAlignedPass(considered(identifiers)));
    }

    private static List<AuthenticatedIdentifier> considered(List<AuthenticatedIdentifier> identifiers) {
        return identifiers.size() <= MAX_IDENTIFIERS ? identifiers : identifiers.subList(0, MAX_IDENTIFIERS);
    }

    /** Whether an identifier speaks for the author domain, as far as the DNS answered. */
    private enum Match {
        ALIGNED,
        NOT_ALIGNED,
        UNKNOWN
    }

    private static Match match(
            DomainName author,
            AuthenticatedIdentifier identifier,
            AlignmentMode mode,
            Map<DomainName, DomainName> organizationalDomains) {
        DomainName domain = identifier.domain();
        if (mode == AlignmentMode.STRICT) {
            return domain.equals(author) && !identifier.relaxedOnly() ? Match.ALIGNED : Match.NOT_ALIGNED;
        }
        if (domain.equals(author)) {
            return Match.ALIGNED;
        }
        Optional<DomainName> authorOrg = Optional.ofNullable(organizationalDomains.get(author));
        Optional<DomainName> org = Optional.ofNullable(organizationalDomains.get(domain));
        if (authorOrg.isPresent() && org.isPresent()) {
            boolean aligned = Alignment.aligned(author, domain, mode, authorOrg.get(), org.get());
            return aligned ? Match.ALIGNED : Match.NOT_ALIGNED;
        }
        // With one side unknown a stranger is still a stranger: who breaks the DNS of his own domain must not be able
        // to
        // turn a failure for somebody else's into a temporary error.
        boolean possible = Alignment.shareTopLevel(author, domain)
                && authorOrg.map(domain::isAtOrBelow).orElse(true)
                && org.map(author::isAtOrBelow).orElse(true);
        return possible ? Match.UNKNOWN : Match.NOT_ALIGNED;
    }

    /** An exact match says most; otherwise the first one. */
    private static Optional<DomainName> better(DomainName author, Optional<DomainName> known, DomainName next) {
        return known.isEmpty() || next.equals(author) ? Optional.of(next) : known;
    }

    static AlignmentMode mode(DmarcRecord record, AuthenticatedIdentifier identifier) {
        return identifier.mechanism() == Mechanism.DKIM ? record.adkim() : record.aspf();
    }

    /** p for the record's own domain; below it np for names that do not exist, else sp, else p. */
    private static Policy policyFor(Discovery.Found found, boolean authorExists) {
        DmarcRecord record = found.record();
        if (!found.inherited()) {
            return record.p();
        }
        Policy existing = record.sp().orElse(record.p());
        return authorExists ? existing : record.np().orElse(existing);
    }

    /** Sampling (RFC 7489, section 6.6.4) or test mode (RFC 9989, section 4.7): one step down. */
    private static Policy afterSampling(DmarcRecord record, Policy policy, IntSupplier sample, Standard standard) {
        boolean applies = standard == Standard.RFC7489
                ? (record.pct() == 100 || sample.getAsInt() < record.pct())
                : !record.testing();
        if (applies) {
            return policy;
        }
        return policy == Policy.REJECT ? Policy.QUARANTINE : Policy.NONE;
    }

    /** Whether somebody of the organization has signed or sent the message, so that whatever the missing answer is, it is no forgery. */
    private static boolean speaksFor(Discovery.Found above, List<AuthenticatedIdentifier> identifiers) {
        return above.record().psd() != DmarcRecord.Psd.YES
                && considered(identifiers).stream()
                        .anyMatch(identifier -> identifier.outcome() == Outcome.PASS
                                && identifier.domain().isAtOrBelow(above.domain()));
    }

    private static Policy stricter(Discovery.Found found) {
        Policy existing = policyFor(found, true);
        Policy missing = policyFor(found, false);
        return existing.compareTo(missing) > 0 ? existing : missing;
    }

    /**
     * An open question: neither is there a pass, nor can a failure be concluded, so the policy cannot be applied (RFC 7489, section
     * 6.6.2; RFC 9989, section 5.3.6).
     *
     * @param asked the policy, as far as it is known
     * @param atWorst what applies if it ends as a failure
     */
    private static DmarcResult open(DomainName author, Discovery found, Policy asked, Policy atWorst, Reason reason) {
        return new DmarcResult(
                author, Status.TEMPERROR, found, asked, atWorst, Optional.empty(), Optional.empty(), reason);
    }

    private static DmarcResult unapplied(DomainName author, Discovery found, Status status, String reason) {
        return new DmarcResult(
                author, status, found, Policy.NONE, Policy.NONE, Optional.empty(), Optional.empty(), reason);
    }

    private static Discovery.Found withoutAuthor(Discovery.Found found) {
        return new Discovery.Found(found.record(), found.domain(), found.inherited(), false, found.mistakes());
    }

    /** The organizational domains that {@link #decide} needs; names without an answer are left out. */
    private CompletionStage<Map<DomainName, DomainName>> organizationalDomains(
            DomainName author, Set<DomainName> candidates, DnsClient dns) {
        return discovery.organizationalDomain(author, dns).thenCompose(authorOrg -> {
            Map<DomainName, DomainName> known = new HashMap<>();
            authorOrg.ifPresent(org -> known.put(author, org));
            CompletionStage<Map<DomainName, DomainName>> all = CompletableFuture.completedFuture(known);
            int left = discovery.maxIdentifiers();
            for (DomainName name : candidates) {
                if (authorOrg.map(name::isAtOrBelow).orElse(true) && left-- > 0) {
                    all = all.thenCombine(discovery.organizationalDomain(name, dns), (orgs, answer) -> {
                        answer.ifPresent(org -> orgs.put(name, org));
                        return orgs;
                    });
                }
            }
            return all;
        });
    }

    /** The domains whose alignment is not plain from the names: relaxed mode, not the author domain, not a stranger. */
    private static Set<DomainName> candidates(
            DomainName author, DmarcRecord record, List<AuthenticatedIdentifier> identifiers) {
        Set<DomainName> candidates = Set.of();
        for (int i = 0; i < identifiers.size(); i++) {
            AuthenticatedIdentifier identifier = identifiers.get(i);
            if (identifier.outcome() != Outcome.NO_PASS
                    && mode(record, identifier) == AlignmentMode.RELAXED
                    && !identifier.domain().equals(author)
                    && Alignment.shareTopLevel(author, identifier.domain())
                    && !isSettled(author, identifier.mechanism(), identifiers)) {
                if (candidates.isEmpty()) {
                    candidates = new LinkedHashSet<>();
                }
                candidates.add(identifier.domain());
            }
        }
        return candidates;
    }

    /** Whether that mechanism passed for the author domain itself, so that its other identifiers add nothing. */
    private static boolean isSettled(
            DomainName author, Mechanism mechanism, List<AuthenticatedIdentifier> identifiers) {
        for (AuthenticatedIdentifier identifier : identifiers) {
            if (identifier.mechanism() == mechanism
                    && identifier.outcome() == Outcome.PASS
                    && identifier.domain().equals(author)) {
                return true;
            }
        }
        return false;
    }
}
