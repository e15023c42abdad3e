package org.dmarcmilter.filter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier.Mechanism;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.filter.Evidence.SpfEvidence;
import org.dmarcmilter.history.Evaluation.Scope;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.FieldCounts;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.spf.SpfResult;
import org.dmarcmilter.text.Printable;

/**
 * Judges one message: from its facts to a {@link Judgement}, in the order in which OpenDMARC does it. The daemon and
 * the explain command both come through here.
 */
public final class MessageJudge {
    private static final int MOST_AUTHOR_DOMAINS = 10;

    private final LocalPolicy policy;
    private final MessageFacts facts;
    private final Trust trust;
    private final String authservId;
    private final Settings.Handling handling;
    private final List<LogLine> log = new ArrayList<>(2);

    private final Deadline deadline;

    private MessageJudge(LocalPolicy policy, MessageFacts facts) {
        this.policy = policy;
        this.facts = facts;
        this.trust = policy.trust(facts.mtaName());
        this.authservId = trust.authservId(facts.jobId());
        this.handling = policy.settings().handling();
        this.deadline = new Deadline(handling.maxEvaluationTime());
    }

    /**
     * Judges a message.
     *
     * @param begun the search for the author domain's record, if it was started when the From field came
     * @return completes within the configured evaluation time, on any thread; at once if no question is open
     */
    public static CompletionStage<Judgement> judge(LocalPolicy policy, MessageFacts facts, Optional<Begun> begun) {
        return new MessageJudge(policy, facts).judge(begun);
    }

    /**
     * A search that is under way.
     *
     * @param from the From field that it was begun for
     * @param author the domain that the field names
     */
    public record Begun(HeaderField from, AuthorDomain.One author, CompletionStage<Discovery> discovery) {
        /** Empty if the field does not name exactly one domain. */
        static Optional<Begun> search(HeaderField from, LocalPolicy policy) {
            return AuthorDomain.of(new Headers(List.of(from))) instanceof AuthorDomain.One one
                    ? Optional.of(new Begun(from, one, policy.dmarc().discover(one.domain())))
                    : Optional.empty();
        }
    }

    private CompletionStage<Judgement> judge(Optional<Begun> begun) {
        policy.implicitId(facts.mtaName())
                .ifPresent(id -> log.add(LogLine.debug("implicit authentication service: " + Printable.shortened(id))));
        if (facts.headersIncomplete()) {
            return done(headersTooLarge());
        }
        Optional<String> problem = handling.requiredHeaders() ? FieldCounts.problem(facts.headers()) : Optional.empty();
        if (problem.isPresent()) {
            log.add(LogLine.info(facts.logged("RFC5322 requirement error: " + problem.get())));
            return done(undelivered(new Verdict.Refuse(550, "5.7.1", problem.get())));
        }
        AuthorDomain author = author(begun);
        if (author instanceof AuthorDomain.One one) {
            return isIgnored(one.domain())
                    ? done(ignored(one.domain()))
                    : whenOver(gatherEvidence().evaluate(one.domain(), begun));
        }
        if (author instanceof AuthorDomain.Several several) {
            return severalAuthors(several.domains());
        }
        return done(noAuthor(author));
    }

    /** What was read when the field came, if it is the only one. */
    private AuthorDomain author(Optional<Begun> begun) {
        return begun.isPresent()
                        && facts.headers()
                                .all("From")
                                .equals(List.of(begun.get().from()))
                ? begun.get().author()
                : AuthorDomain.of(facts.headers());
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
        return policy.settings().exemptions().mailFrom().stream().anyMatch(author.ascii()::equalsIgnoreCase);
    }

    private Judgement ignored(DomainName author) {
        log.add(LogLine.info(facts.logged("ignoring mail from " + author)));
        return Judgement.of(new Verdict.Accept(), List.of(), log);
    }

    private Judgement noAuthor(AuthorDomain author) {
        if (author instanceof AuthorDomain.Malformed malformed) {
            log.add(LogLine.error(
                    facts.logged("unable to parse From header field: " + Printable.shortened(malformed.reason()))));
            return handling.requiredHeaders() || handling.requiredFrom()
                    ? undelivered(new Verdict.Refuse(550, "5.7.1", "From field names no valid domain"))
                    : withoutResult();
        }
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
     * Several author domains: each is evaluated, and the strictest policy among the failing ones applies (RFC 7489,
     * section 6.6.1). If none fails the message still is no pass for anybody.
     */
    private CompletionStage<Judgement> severalAuthors(List<DomainName> domains) {
        log.add(LogLine.error(facts.logged("multi-valued From field detected")));
        if (handling.rejectMultiValueFrom()) {
            return done(undelivered(new Verdict.Reject()));
        }
        if (handling.requiredFrom() && facts.headers().all("From").size() > 1) {
            return done(undelivered(new Verdict.Refuse(550, "5.7.1", "multiple From fields")));
        }
        if (domains.size() > MOST_AUTHOR_DOMAINS) {
            return done(unchecked(new Verdict.Refuse(550, "5.7.1", "too many author domains in From field")));
        }
        Gathered gathered = gatherEvidence();
        List<CompletableFuture<Judgement>> each = domains.stream()
                .map(domain -> gathered.evaluate(domain, Optional.empty()).toCompletableFuture())
                .toList();
        return whenOver(CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                .thenApply(all -> each.stream()
                        .map(CompletableFuture::join)
                        .max(Comparator.comparingInt(MessageJudge::severity))
                        .filter(worst -> severity(worst) > 0)
                        .orElseGet(this::withoutResult)));
    }

    /**
     * How much a judgement weighs among several: a failing author domain by its policy. An open question weighs more than
     * a failure without consequences, or an author domain of one's own would close it.
     */
    private static int severity(Judgement judgement) {
        DmarcResult result = judgement.result().orElseThrow();
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

    /** What is the same for each author domain: what checkers said, and what the own SPF check says. */
    private Gathered gatherEvidence() {
        Evidence evidence =
                EvidenceCollector.collect(facts, trust, policy.settings().spf(), policy.trustedSealers());
        evidence.notes().forEach(note -> log.add(LogLine.debug(note)));
        evidence.warnings().forEach(warning -> log.add(LogLine.warning(warning)));
        return new Gathered(checkSpf(evidence));
    }

    /** What checkers said, and what our own SPF check said, if there was one that counts. */
    private record Checked(Evidence evidence, Optional<SelfCheck> self) {}

    private final class Gathered {
        private final CompletionStage<Checked> checked;

        Gathered(CompletionStage<Checked> checked) {
            this.checked = checked;
        }

        CompletionStage<Judgement> evaluate(DomainName author, Optional<Begun> begun) {
            CompletionStage<Discovery> discovery = deadline.inTime(
                    begun.filter(b -> b.author().domain().equals(author))
                            .map(Begun::discovery)
                            .orElseGet(() -> policy.dmarc().discover(author)),
                    new Discovery.Unavailable("no answer within the evaluation time"));
            return checked.thenCombine(discovery, (spf, found) -> evaluate(author, spf, found))
                    .thenCompose(stage -> stage);
        }

        private CompletionStage<Judgement> evaluate(DomainName author, Checked spf, Discovery found) {
            return deadline.inTime(
                            policy.dmarc()
                                    .evaluate(
                                            author,
                                            found,
                                            identifiers(spf.evidence(), spf.self()),
                                            Sampling.place(facts, policy.samplingSalt())),
                            openQuestion(author, found))
                    .thenApply(result -> new Conclusion(policy, facts, spf.evidence(), spf.self(), result)
                            .judgement(authservId, log));
        }
    }

    private CompletionStage<Judgement> whenOver(CompletionStage<Judgement> judgement) {
        return judgement.whenComplete((judged, failure) -> deadline.over());
    }

    /** Our own check, where nobody else's result stands: asked for by the configuration, or to prove a claim. */
    private CompletionStage<Checked> checkSpf(Evidence evidence) {
        boolean settled = evidence.spf().filter(SpfEvidence::isFinal).isPresent();
        if (policy.settings().spf().selfValidate() && !settled) {
            return selfCheck(true).thenApply(self -> new Checked(evidence, self));
        }
        return evidence.spfClaimed()
                ? selfCheck(false)
                        .thenApply(self -> new Checked(evidence, self.filter(check -> counts(check, evidence))))
                : CompletableFuture.completedStage(new Checked(evidence, Optional.empty()));
    }

    /** A claim must not put an open question in place of what a trusted checker found out. */
    private boolean counts(SelfCheck proof, Evidence evidence) {
        log.add(LogLine.debug(facts.logged(
                "SPF, to prove Received-SPF: " + Printable.shortened(proof.identity()) + " " + proof.word())));
        boolean trusted = evidence.spf().flatMap(SpfEvidence::identifier).isPresent();
        return !trusted || proof.result().code() == SpfResult.Code.PASS;
    }

    private CompletionStage<Optional<SelfCheck>> selfCheck(boolean announced) {
        if (facts.client().address().isEmpty()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        SenderIdentity sender = SenderIdentity.of(facts);
        SpfIdentity identity = sender.spf();
        Scope scope = sender.isHelo() ? Scope.HELO : Scope.MAIL_FROM;
        SpfResult late = new SpfResult(SpfResult.Code.TEMPERROR, "no answer within the evaluation time");
        return deadline.inTime(policy.spf().check(identity, deadline::isOver), late)
                .thenApply(result -> Optional.of(new SelfCheck(result, scope, identity.domain(), announced)));
    }

    private static DmarcResult openQuestion(DomainName author, Discovery found) {
        return new DmarcResult(
                author,
                Status.TEMPERROR,
                found,
                Policy.NONE,
                Policy.NONE,
                false,
                Optional.empty(),
                Optional.empty(),
                "not decided within the evaluation time");
    }

    private List<AuthenticatedIdentifier> identifiers(Evidence evidence, Optional<SelfCheck> self) {
        List<AuthenticatedIdentifier> identifiers = new ArrayList<>(evidence.dkim());
        if (self.isPresent()) {
            SenderIdentity.of(facts)
                    .domain()
                    .ifPresent(domain -> identifiers.add(new AuthenticatedIdentifier(
                            Mechanism.SPF,
                            domain,
                            EvidenceCollector.outcome(self.get().word()),
                            false)));
        } else {
            evidence.spf().flatMap(SpfEvidence::identifier).ifPresent(identifiers::add);
        }
        return identifiers;
    }
}
