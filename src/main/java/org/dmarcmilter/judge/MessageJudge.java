package org.dmarcmilter.judge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.ForgedResults;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnDkim;
import org.dmarcmilter.evidence.OwnSpf;
import org.dmarcmilter.evidence.Trust;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.FieldCounts;
import org.dmarcmilter.text.Printable;

/**
 * Judges one message: from its facts to a {@link Judgement}, in the order in which OpenDMARC does it. The daemon and
 * the commands both come through here.
 */
public final class MessageJudge {
    /** The fields that decide whether a policy with pct applies. */
    public static final Set<String> SAMPLED = Sampling.FIELDS;

    private final Rules rules;
    private final MessageFacts facts;
    private final MessageDns dns;
    private final PolicySearch search;
    private final Optional<CompletionStage<DkimVerification.Findings>> dkim;
    private final Trust trust;
    private final String authservId;
    private final Settings.Handling handling;
    private final List<LogLine> log = new ArrayList<>(2);

    private MessageJudge(
            Rules rules,
            MessageFacts facts,
            MessageDns dns,
            PolicySearch search,
            Optional<CompletionStage<DkimVerification.Findings>> dkim) {
        this.rules = rules;
        this.facts = facts;
        this.dns = dns;
        this.search = search;
        this.dkim = dkim;
        this.trust = rules.trust(facts.mtaName());
        this.authservId = trust.authservId(facts.queueId());
        this.handling = rules.settings().handling();
    }

    /**
     * Judges a message. On the message's own thread, like all that follows.
     *
     * @param dns the message's, which is asked nothing more once it is judged
     * @return completes within the configured evaluation time, on that thread; at once if no question is open
     */
    public static CompletionStage<Judgement> judge(Rules rules, MessageFacts facts, MessageDns dns) {
        return judge(rules, facts, dns, new PolicySearch(rules, dns), Optional.empty());
    }

    /**
     * As {@link #judge(Rules, MessageFacts, MessageDns)}, after the search for the policy has begun.
     *
     * @param dkim our own check of its signatures, which is at work; empty if there is none
     */
    public static CompletionStage<Judgement> judge(
            Rules rules,
            MessageFacts facts,
            MessageDns dns,
            PolicySearch search,
            Optional<CompletionStage<DkimVerification.Findings>> dkim) {
        dns.startClock();
        MessageJudge judge = new MessageJudge(rules, facts, dns, search, dkim);
        CompletionStage<Judgement> judgement =
                dkim.isEmpty() ? judge.judge() : judge.judge().thenCompose(judge::announcing);
        return judgement.thenApply(judged -> {
            dns.abandon();
            return judged.removing(ForgedResults.places(facts, judge.trust))
                    .logging(DetailLines.of(rules, facts, judged, dns.limitMet()));
        });
    }

    /**
     * What the owner of the sender's domain says about an SPF fail that we found ourselves: for people who read a judgement. No
     * verdict depends on it, so no verdict waits for it (RFC 7208, section 6.2).
     *
     * @param dns asked anew, with a deadline of its own
     * @return US-ASCII, printable; empty for any other result, or if there is none
     */
    public static CompletionStage<String> spfExplanation(Rules rules, Judgement judgement, MessageDns dns) {
        return judgement
                .evidence()
                .flatMap(Evidence::countingOwn)
                .map(own -> rules.spf().explanation(own.identity(), dns))
                .orElseGet(() -> CompletableFuture.completedStage(""));
    }

    private CompletionStage<Judgement> judge() {
        rules.implicitId(facts.mtaName())
                .ifPresent(id ->
                        log.add(LogLine.debug(() -> "implicit authentication service: " + Printable.shortened(id))));
        if (facts.headersIncomplete()) {
            return done(headersTooLarge());
        }
        Optional<String> problem = handling.requiredHeaders() ? FieldCounts.problem(facts.headers()) : Optional.empty();
        if (problem.isPresent()) {
            log.add(LogLine.info(facts.logged("RFC5322 requirement error: " + problem.get())));
            return done(undelivered(new Verdict.Refuse(550, "5.7.1", problem.get())));
        }
        AuthorDomain author = facts.author();
        if (author instanceof AuthorDomain.One one) {
            return isIgnored(one.domain())
                    ? done(ignored(one.domain()))
                    : evidence(List.of(one.domain()))
                            .thenCompose(evidence ->
                                    evaluate(one.domain(), evidence).thenApply(result -> conclude(result, evidence)));
        }
        Optional<Judgement> decided = withoutEvaluation(author);
        return decided.isPresent() ? done(decided.get()) : eachOf(author.domains());
    }

    /** Who gets the message reads what became of its signatures, whatever DMARC says: nobody else may tell him under our name. */
    private CompletionStage<Judgement> announcing(Judgement judgement) {
        return !judgement.verdict().delivers()
                ? done(judgement)
                : dkim.orElseThrow().thenApply(findings -> {
                    OwnDkim own = new OwnDkim(findings);
                    return judgement
                            .announcing(ResultFields.dkim(authservId, own))
                            .logging(SignatureLines.of(facts, findings));
                });
    }

    private static CompletionStage<Judgement> done(Judgement judgement) {
        return CompletableFuture.completedStage(judgement);
    }

    /** What stands beyond the limit may be the From field: such a message is not waved through. */
    private Judgement headersTooLarge() {
        log.add(LogLine.error(facts.logged("header section exceeds MaxHeaderBytes; not evaluated")));
        return unchecked(new Verdict.Refuse(550, "5.3.4", "header section too large to be checked"));
    }

    /** Size must not get a message around a policy: what may not be delivered unchecked is refused, or held. */
    private Judgement unchecked(Verdict.Refuse refusal) {
        if (handling.rejectFailures()) {
            return undelivered(refusal);
        }
        return handling.holdQuarantined() ? withoutResult(new Verdict.Hold(refusal.text())) : withoutResult();
    }

    private boolean isIgnored(DomainName author) {
        List<String> ignored = rules.settings().exemptions().mailFrom();
        for (int i = 0; i < ignored.size(); i++) {
            if (author.ascii().equalsIgnoreCase(ignored.get(i))) {
                return true;
            }
        }
        return false;
    }

    private Judgement ignored(DomainName author) {
        log.add(LogLine.info(facts.logged("ignoring mail from " + author)));
        return Judgement.of(new Verdict.Accept(), List.of(), log);
    }

    /** What is decided about a message without a single author domain before anything is asked; empty if its domains decide. */
    private Optional<Judgement> withoutEvaluation(AuthorDomain author) {
        if (author instanceof AuthorDomain.None) {
            return Optional.of(missingFrom());
        }
        if (author instanceof AuthorDomain.Malformed malformed) {
            log.add(LogLine.error(facts.logged("unable to parse From header field: " + unreadable(malformed))));
        }
        boolean several = !(author instanceof AuthorDomain.Malformed);
        boolean tooMany = author instanceof AuthorDomain.TooMany;
        if (several) {
            log.add(LogLine.error(facts.logged("multi-valued From field detected"
                    + (author instanceof AuthorDomain.TooMany bound ? ": " + bound.what() : ""))));
        }
        if (handling.rejectMultiValueFrom() && (several || author.domains().size() > 1)) {
            return Optional.of(undelivered(new Verdict.Reject()));
        }
        if (handling.requiredFrom() && facts.headers().all(AuthorDomain.FIELD).size() > 1) {
            return Optional.of(undelivered(new Verdict.Refuse(550, "5.7.1", "multiple From fields")));
        }
        if (!several && (handling.requiredHeaders() || handling.requiredFrom())) {
            return Optional.of(undelivered(new Verdict.Refuse(550, "5.7.1", "From field names no valid domain")));
        }
        if (tooMany) {
            return Optional.of(unchecked(new Verdict.Refuse(550, "5.7.1", "too many authors in From field")));
        }
        return author.domains().isEmpty() ? Optional.of(withoutResult()) : Optional.empty();
    }

    private static String unreadable(AuthorDomain.Malformed malformed) {
        String domains = malformed.domains().stream().map(DomainName::ascii).collect(Collectors.joining(", "));
        return Printable.shortened(malformed.reason())
                + (domains.isEmpty() ? "" : "; a reader may see " + Printable.shortened(domains));
    }

    private Judgement missingFrom() {
        boolean reject = handling.requiredFrom();
        log.add(LogLine.info(
                facts.logged("RFC5322 requirement error: missing From field; " + (reject ? "reject" : "accepting"))));
        return reject ? undelivered(new Verdict.Refuse(550, "5.7.1", "missing From field")) : withoutResult();
    }

    private Judgement undelivered(Verdict verdict) {
        return Judgement.of(verdict, List.of(), log);
    }

    /** Nothing from which no valid domain comes is "no policy": the field says permerror. */
    private Judgement withoutResult() {
        return withoutResult(new Verdict.Accept());
    }

    private Judgement withoutResult(Verdict verdict) {
        return Judgement.of(verdict, List.of(ResultFields.noAuthorDomain(authservId)), log);
    }

    /**
     * Where there is no single author domain, each that there may be is evaluated, and the strictest policy among the failing ones
     * applies (RFC 7489, section 6.6.1; RFC 9989, section 11.5). If none fails the message still is no pass for anybody.
     */
    private CompletionStage<Judgement> eachOf(List<DomainName> domains) {
        return evidence(domains).thenCompose(evidence -> {
            List<CompletableFuture<DmarcResult>> each = domains.stream()
                    .map(domain -> evaluate(domain, evidence).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                    .thenApply(all -> strictest(each.stream()
                            .map(result -> conclude(result.join(), evidence))
                            .toList()));
        });
    }

    private Judgement strictest(List<Judgement> judgements) {
        Judgement strictest = judgements.stream()
                .max(Comparator.comparingInt(MessageJudge::severity))
                .filter(worst -> severity(worst) > 0)
                .orElseGet(this::withoutResult);
        return strictest.beside(judgements.stream()
                .flatMap(judgement -> judgement.evaluation().stream())
                .filter(evaluation -> !strictest.evaluation().equals(Optional.of(evaluation)))
                .map(evaluation -> evaluation.with(strictest.verdict().applied()))
                .toList());
    }

    /**
     * How much a judgement weighs among several: by what is done, then a failing author domain by its policy. An open question weighs
     * more than a failure without consequences, or an author domain of one's own would close it.
     */
    private static int severity(Judgement judgement) {
        DmarcResult result = judgement.result().orElseThrow();
        int done = switch (judgement.verdict().applied()) {
            case REJECT -> 30;
            case TEMPFAIL -> 20;
            case QUARANTINE -> 10;
            default -> 0;
        };
        return done + severity(result);
    }

    private static int severity(DmarcResult result) {
        return switch (result.status()) {
            case FAIL ->
                switch (result.disposition()) {
                    case REJECT -> 4;
                    case QUARANTINE -> 3;
                    case NONE -> 1;
                };
            case TEMPERROR -> 2;
            case PASS, NONE, PERMERROR -> 0;
        };
    }

    /**
     * What is the same for each author domain. Meanwhile the policies are on their way: a sender whose own servers are slow must not use
     * up the time for those of others.
     */
    private CompletionStage<Evidence> evidence(List<DomainName> authors) {
        CompletionStage<Evidence> gathering =
                Evidence.gather(facts, trust, rules.settings(), rules.trustedSealers(), rules.spf(), dns, dkim);
        for (int i = 0; i < authors.size(); i++) {
            var unused = search.of(authors.get(i));
        }
        return gathering.thenApply(evidence -> {
            List<String> notes = evidence.fields().notes();
            for (int i = 0; i < notes.size(); i++) {
                String note = notes.get(i);
                log.add(LogLine.debug(() -> note));
            }
            List<String> warnings = evidence.fields().warnings();
            for (int i = 0; i < warnings.size(); i++) {
                log.add(LogLine.warning(warnings.get(i)));
            }
            evidence.fields()
                    .disbelieved()
                    .ifPresent(why -> log.add(
                            LogLine.notice(facts.logged("believing no pass in Authentication-Results: " + why))));
            if (evidence.fields().claimsSpf()) {
                evidence.own().ifPresent(own -> log.add(LogLine.debug(() -> proof(own))));
            }
            return evidence;
        });
    }

    private String proof(OwnSpf own) {
        return facts.logged("SPF, to prove what a field says: "
                + Printable.shortened(own.identity().domain()) + " " + own.word());
    }

    private CompletionStage<DmarcResult> evaluate(DomainName author, Evidence evidence) {
        return search.of(author)
                .thenCompose(found -> rules.dmarc()
                        .evaluate(
                                author,
                                found,
                                evidence.identifiers(),
                                () -> Sampling.place(facts, rules.samplingSalt()),
                                dns));
    }

    private Judgement conclude(DmarcResult result, Evidence evidence) {
        return new Conclusion(rules, facts, evidence, result, dns.limitMet()).judgement(authservId, log);
    }
}
