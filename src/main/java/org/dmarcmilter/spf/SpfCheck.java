package org.dmarcmilter.spf;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.spf.SpfRecord.Directive;
import org.dmarcmilter.spf.SpfRecord.Mechanism;
import org.dmarcmilter.text.Printable;

/**
 * One run of {@code check_host()} (RFC 7208, section 4) with what it has used of the limits so far.
 *
 * <p>Questions are asked one after the other, so no two threads are here at the same time. The limits bound the number of
 * questions and with it the depth of stages that complete at once.
 */
final class SpfCheck {
    /** Terms that need the DNS: include, a, mx, ptr, exists and redirect (section 4.6.4). */
    static final int MAX_LOOKUP_TERMS = 10;
    /** Such terms for which an answer came without data (section 4.6.4). A term counts once, however many hosts it asks for. */
    static final int MAX_VOID_TERMS = 2;
    /** Mail exchanges of one {@code mx} (section 4.6.4). */
    static final int MAX_MX_NAMES = 10;

    private static final int MAX_LABEL = 63;
    private static final MacroString REVERSE_NAME = new MacroString(List.of(
            new MacroString.Part.Macro('i', MacroString.ALL_PARTS, true, ".", false),
            new MacroString.Part.Literal("."),
            new MacroString.Part.Macro('v', MacroString.ALL_PARTS, false, ".", false),
            new MacroString.Part.Literal(".arpa")));

    private final DnsClient dns;
    private final IpAddress client;
    private final MacroExpander expander;
    private final ValidatedNames validatedNames;
    private int lookupTerms;
    private int voidTerms;
    /** Which of the terms was the last void one, by its place among them. */
    private int lastVoidTerm;

    /** Bounded as the lookups are: the domain's own record, and one for each include or redirect. */
    private final Set<SpfResult.Consulted> consulted = new LinkedHashSet<>();

    /** @param client the identity's client address */
    SpfCheck(DnsClient dns, SpfIdentity identity, IpAddress client, String receiver, LongSupplier epochSeconds) {
        this.dns = dns;
        this.client = client;
        this.expander = new MacroExpander(identity, client, receiver, epochSeconds);
        this.validatedNames = new ValidatedNames(dns, client, expander.name(REVERSE_NAME, "", ""));
    }

    /** The result of one record, before anybody asked for an explanation. */
    private record Outcome(SpfResult.Code code, String problem, Optional<Explanation> explanation) {
        static Outcome of(SpfResult.Code code) {
            return new Outcome(code, "", Optional.empty());
        }

        static Outcome error(SpfResult.Code code, String problem) {
            return new Outcome(code, problem, Optional.empty());
        }
    }

    /** Where the explanation of a fail is, and the domain whose record says so. */
    private record Explanation(MacroString target, String domain) {}

    /** What one mechanism says. */
    private sealed interface Match {
        /** It matches, or it does not. */
        enum Answer implements Match {
            YES,
            NO
        }

        /** The whole check ends here. */
        record Stop(Outcome outcome) implements Match {}
    }

    /**
     * Evaluates the policy of a domain. The explanation of a fail is not asked for: it never changes a result (section 6.2), and its
     * name is the policy owner's choice, so that waiting for it would let him turn a fail into no answer in time.
     */
    CompletionStage<SpfResult> run(String domain) {
        return checkHost(domain)
                .thenApply(outcome -> new SpfResult(outcome.code(), outcome.problem(), List.copyOf(consulted)));
    }

    /** Evaluates the policy of a domain and, for a fail, fetches its explanation; empty if there is none. */
    CompletionStage<String> explain(String domain) {
        return checkHost(domain).thenCompose(this::explanation);
    }

    /** The type of address records that can hold this client. */
    static DnsQuestion.Type addressType(IpAddress client) {
        return client.family() == IpAddress.Family.IPV4 ? DnsQuestion.Type.A : DnsQuestion.Type.AAAA;
    }

    /** {@code check_host()}: finds, selects and evaluates the record of a domain (sections 4.3 to 4.7). */
    private CompletionStage<Outcome> checkHost(String domain) {
        if (!isFullyQualified(domain)) {
            return done(Outcome.of(SpfResult.Code.NONE));
        }
        return dns.query(DnsQuestion.txt(domain)).thenCompose(answer -> {
            if (answer instanceof DnsAnswer.Unavailable unavailable) {
                return done(noAnswer(DnsQuestion.txt(domain), unavailable));
            }
            if (answer instanceof DnsAnswer.Found found) {
                return evaluate(
                        found.records().stream().filter(SpfParser::isSpf).toList(), domain);
            }
            return done(Outcome.of(SpfResult.Code.NONE));
        });
    }

    /** Section 4.5: exactly one record counts. */
    private CompletionStage<Outcome> evaluate(List<String> records, String domain) {
        if (records.isEmpty()) {
            return done(Outcome.of(SpfResult.Code.NONE));
        }
        records.stream()
                .limit(MAX_LOOKUP_TERMS + 1L - consulted.size())
                .forEach(record -> consulted.add(new SpfResult.Consulted(domain, record)));
        if (records.size() > 1) {
            return done(permError(records.size() + " SPF records at " + Printable.quoted(domain)));
        }
        return evaluate(records.get(0), domain, 0);
    }

    /**
     * Section 4.6.2: the first mechanism that matches decides. Whenever the DNS is asked only the text is kept, and read again
     * afterwards: in parts a record takes thirty times its size, and a sender can have ten of them wait for one answer.
     */
    private CompletionStage<Outcome> evaluate(String text, String domain, int from) {
        SpfParser.Parsed parsed = SpfParser.parse(text);
        if (parsed instanceof SpfParser.Parsed.Invalid invalid) {
            return done(permError("SPF record of " + Printable.quoted(domain) + ": " + invalid.problem()));
        }
        SpfRecord record = ((SpfParser.Parsed.Valid) parsed).record();
        for (int i = from; i < record.directives().size(); i++) {
            Directive directive = record.directives().get(i);
            if (directive.mechanism() instanceof Mechanism.Ip ip) {
                if (client.inNetwork(ip.network(), ip.prefix())) {
                    return done(matched(directive, record, domain));
                }
            } else if (directive.mechanism() instanceof Mechanism.All) {
                return done(matched(directive, record, domain));
            } else {
                int next = i + 1;
                Outcome ifYes = matched(directive, record, domain);
                return lookup(directive.mechanism(), domain).thenCompose(match -> {
                    if (match instanceof Match.Stop stop) {
                        return done(stop.outcome());
                    }
                    return match == Match.Answer.YES ? done(ifYes) : evaluate(text, domain, next);
                });
            }
        }
        return record.redirect().isPresent()
                ? redirect(record.redirect().get(), domain)
                : done(Outcome.of(SpfResult.Code.NEUTRAL));
    }

    private static Outcome matched(Directive directive, SpfRecord record, String domain) {
        SpfResult.Code code = directive.qualifier();
        return code == SpfResult.Code.FAIL
                ? new Outcome(code, "", record.explanation().map(target -> new Explanation(target, domain)))
                : Outcome.of(code);
    }

    /** Section 6.1. The explanation is that of the other record, too. */
    private CompletionStage<Outcome> redirect(MacroString spec, String domain) {
        if (++lookupTerms > MAX_LOOKUP_TERMS) {
            return done(tooManyTerms());
        }
        return target(spec, domain)
                .thenCompose(target -> checkHost(target)
                        .thenApply(outcome -> outcome.code() == SpfResult.Code.NONE ? noRecord(target) : outcome));
    }

    /** The mechanisms that need the DNS. */
    private CompletionStage<Match> lookup(Mechanism mechanism, String domain) {
        if (++lookupTerms > MAX_LOOKUP_TERMS) {
            return done(new Match.Stop(tooManyTerms()));
        }
        if (mechanism instanceof Mechanism.Include include) {
            return target(include.target(), domain).thenCompose(this::include);
        }
        if (mechanism instanceof Mechanism.A a) {
            return target(a.target(), domain).thenCompose(name -> addresses(name, a.prefixes()));
        }
        if (mechanism instanceof Mechanism.Mx mx) {
            return target(mx.target(), domain).thenCompose(name -> mx(name, mx.prefixes()));
        }
        if (mechanism instanceof Mechanism.Ptr ptr) {
            return target(ptr.target(), domain)
                    .thenCompose(validatedNames::anyWithin)
                    .thenApply(SpfCheck::answer);
        }
        // Section 5.7: an A record, also for a client with an IPv6 address.
        MacroString spec = ((Mechanism.Exists) mechanism).target();
        return target(spec, domain)
                .thenCompose(name -> ask(name, DnsQuestion.Type.A, addresses -> done(Match.Answer.YES)));
    }

    /** Section 5.2. */
    private CompletionStage<Match> include(String target) {
        return checkHost(target).thenApply(outcome -> switch (outcome.code()) {
            case PASS -> Match.Answer.YES;
            case FAIL, SOFTFAIL, NEUTRAL -> Match.Answer.NO;
            case TEMPERROR, PERMERROR -> new Match.Stop(outcome);
            case NONE -> new Match.Stop(noRecord(target));
        });
    }

    /** Section 5.3, and the second half of 5.4. */
    private CompletionStage<Match> addresses(String name, SpfRecord.Prefixes prefixes) {
        int prefix = prefixes.of(client.family());
        return ask(
                name,
                addressType(client),
                addresses -> done(answer(addresses.stream()
                        .flatMap(text -> IpAddress.asWritten(text).stream())
                        .anyMatch(address -> client.inNetwork(address, prefix)))));
    }

    /** Section 5.4. Names are asked in order of preference; with too many of them, order must not decide. */
    private CompletionStage<Match> mx(String name, SpfRecord.Prefixes prefixes) {
        return ask(
                name,
                DnsQuestion.Type.MX,
                exchanges -> exchanges.size() > MAX_MX_NAMES
                        ? done(new Match.Stop(permError(
                                "more than " + MAX_MX_NAMES + " mail exchanges at " + Printable.quoted(name))))
                        : exchange(exchanges, 0, prefixes));
    }

    private CompletionStage<Match> exchange(List<String> exchanges, int index, SpfRecord.Prefixes prefixes) {
        if (index == exchanges.size()) {
            return done(Match.Answer.NO);
        }
        if (exchanges.get(index).isEmpty()) { // null MX (RFC 7505)
            return exchange(exchanges, index + 1, prefixes);
        }
        return addresses(exchanges.get(index), prefixes)
                .thenCompose(
                        match -> match == Match.Answer.NO ? exchange(exchanges, index + 1, prefixes) : done(match));
    }

    /** Asks for one mechanism: no answer is a temperror (section 5), no data may make one void term too many. */
    private CompletionStage<Match> ask(
            String name, DnsQuestion.Type type, Function<List<String>, CompletionStage<Match>> found) {
        DnsQuestion question = new DnsQuestion(name, type);
        return dns.query(question).thenCompose(answer -> {
            if (answer instanceof DnsAnswer.Found records) {
                return found.apply(records.records());
            }
            if (answer instanceof DnsAnswer.Unavailable unavailable) {
                return done(new Match.Stop(noAnswer(question, unavailable)));
            }
            return isVoidTermTooMany()
                    ? done(new Match.Stop(permError("more than " + MAX_VOID_TERMS + " terms found nothing, last " + type
                            + " of " + Printable.quoted(name))))
                    : done(Match.Answer.NO);
        });
    }

    /**
     * Counts the current term as void. All questions of one term stand between two terms, so {@link #lookupTerms} names it. Hosts are
     * not counted: an {@code mx} of many hosts without IPv6 would cost its domain the whole policy for a client with IPv6.
     */
    private boolean isVoidTermTooMany() {
        if (lastVoidTerm != lookupTerms) {
            lastVoidTerm = lookupTerms;
            voidTerms++;
        }
        return voidTerms > MAX_VOID_TERMS;
    }

    /** Section 6.2: whatever goes wrong with an explanation, there is none, and the result stays what it is. */
    private CompletionStage<String> explanation(Outcome outcome) {
        if (outcome.explanation().isEmpty()) {
            return done("");
        }
        Explanation explanation = outcome.explanation().get();
        return target(explanation.target(), explanation.domain())
                .thenCompose(name -> dns.query(DnsQuestion.txt(name)))
                .thenCompose(answer -> answer instanceof DnsAnswer.Found found
                                && found.records().size() == 1
                        ? explanation(found.records().get(0), explanation.domain())
                        : done(""));
    }

    private CompletionStage<String> explanation(String txt, String domain) {
        try {
            MacroString text = MacroString.explanation(txt);
            return validatedName(text, domain).thenApply(name -> expander.explanation(text, domain, name));
        } catch (SpfSyntaxException e) {
            return done("");
        }
    }

    private CompletionStage<String> target(Optional<MacroString> spec, String domain) {
        return spec.isPresent() ? target(spec.get(), domain) : done(domain);
    }

    private CompletionStage<String> target(MacroString spec, String domain) {
        return validatedName(spec, domain).thenApply(name -> expander.name(spec, domain, name));
    }

    private CompletionStage<String> validatedName(MacroString text, String domain) {
        return text.usesValidatedName() ? validatedNames.preferred(domain) : done("");
    }

    /**
     * Section 4.3: several labels, none empty, none too long; the name as a whole was cut when its macros were expanded.
     * Not only host names: macros make others on purpose.
     */
    private static boolean isFullyQualified(String name) {
        if (name.indexOf('.') < 0) {
            return false;
        }
        int start = 0;
        while (start <= name.length()) {
            int dot = name.indexOf('.', start);
            int end = dot < 0 ? name.length() : dot;
            if (end == start || end - start > MAX_LABEL) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    private static Match answer(boolean matches) {
        return matches ? Match.Answer.YES : Match.Answer.NO;
    }

    private static Outcome permError(String problem) {
        return Outcome.error(SpfResult.Code.PERMERROR, problem);
    }

    private static Outcome tooManyTerms() {
        return permError("more than " + MAX_LOOKUP_TERMS + " terms need the DNS");
    }

    private static Outcome noRecord(String target) {
        return permError("no SPF record at " + Printable.quoted(target));
    }

    private static Outcome noAnswer(DnsQuestion question, DnsAnswer.Unavailable unavailable) {
        return Outcome.error(
                SpfResult.Code.TEMPERROR,
                "no answer for " + question.type() + " of " + Printable.quoted(question.name()) + ": "
                        + Printable.of(unavailable.reason(), 200));
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedStage(value);
    }
}
