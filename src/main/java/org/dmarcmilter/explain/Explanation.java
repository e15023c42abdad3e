package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnDkim;
import org.dmarcmilter.evidence.OwnSpf;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.LogLine;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * A judgement in words: each step and its reason.
 *
 * @param configuration the name of the configuration file
 * @param spfExplanation what the owner of the domain says about an SPF fail (RFC 7208, section 6.2); a stranger's text
 * @param ignoredClient whether the daemon would have left this client alone (IgnoreHosts)
 */
public record Explanation(
        String configuration,
        Rules rules,
        MessageFacts facts,
        Judgement judgement,
        List<MessageDns.Asked> asked,
        Optional<String> spfExplanation,
        boolean ignoredClient) {
    /** No sentence of ours is longer; a record of the DNS may be that long. */
    private static final int MOST_SHOWN = 70_000;

    /** One step, as a topic and its sentences. */
    private record Step(String topic, List<String> sentences) {}

    /** For a person: each step that there was. */
    public String text() {
        StringBuilder out = new StringBuilder(2_000);
        for (Step step : steps()) {
            if (step.sentences().isEmpty()) {
                continue;
            }
            out.append(step.topic()).append('\n');
            step.sentences()
                    .forEach(sentence -> out.append("    ")
                            .append(Printable.named(sentence, MOST_SHOWN))
                            .append('\n'));
        }
        return out.toString();
    }

    /**
     * For a program: the sentences of all steps, also those that there were not, so that it finds each key; {@code result}, the word
     * after {@code dmarc=}; and {@code values}, the same without sentences ({@link ExplainedValues}).
     */
    public String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonOutput.to(text)) {
            json.writeStartObject();
            for (Step step : steps()) {
                json.writeArrayFieldStart(
                        step.topic().toLowerCase(java.util.Locale.ROOT).replace(' ', '_'));
                for (String sentence : step.sentences()) {
                    json.writeString(Printable.named(sentence, MOST_SHOWN));
                }
                json.writeEndArray();
            }
            if (resultWord().isPresent()) {
                json.writeStringField("result", resultWord().get());
            } else {
                json.writeNullField("result");
            }
            json.writeFieldName("values");
            new ExplainedValues(facts, judgement, asked, ignoredClient, spfExplanation, resultWord()).writeTo(json);
            json.writeEndObject();
        }
        return text + "\n";
    }

    /** {@code dmarc=} of the result field; empty if the message is decided without one. */
    private Optional<String> resultWord() {
        return judgement
                .result()
                .map(result -> result.status().word())
                .or(() -> judgement.headers().stream()
                                .anyMatch(field -> field.value().endsWith("; dmarc=permerror"))
                        ? Optional.of("permerror")
                        : Optional.empty());
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("Configuration", List.of(configuration)));
        steps.add(new Step("Message", message()));
        steps.add(new Step("Author domain", author()));
        steps.add(new Step(
                "Authentication", judgement.evidence().map(this::authentication).orElse(List.of())));
        steps.add(new Step("DNS", asked.stream().map(Explanation::lookup).toList()));
        steps.add(new Step("Policy", judgement.result().map(Explanation::policy).orElse(List.of())));
        steps.add(
                new Step("Evaluation", judgement.result().map(this::evaluation).orElse(List.of())));
        steps.add(new Step("Verdict", verdict()));
        steps.add(new Step("Log", judgement.log().stream().map(this::logged).toList()));
        return steps;
    }

    private List<String> message() {
        List<String> lines = new ArrayList<>();
        lines.add("client " + facts.client().address().map(IpAddress::text).orElse("without address") + " ("
                + facts.client().host() + "), HELO "
                + (facts.client().helo().isEmpty()
                        ? "not given"
                        : facts.client().helo()));
        lines.add("envelope sender "
                + (facts.sender().isNull()
                        ? "<> (a bounce: SPF looks at the HELO name)"
                        : facts.sender().address()));
        if (ignoredClient) {
            lines.add(
                    "this client is on the ignore list: the daemon would not look at its mail; judged here all the same");
        }
        return lines;
    }

    private List<String> author() {
        AuthorDomain author = AuthorDomain.of(facts.headers());
        if (author instanceof AuthorDomain.One one) {
            return List.of(one.domain().ascii());
        }
        if (author instanceof AuthorDomain.Several several) {
            return List.of("several: " + several.domains() + "; each is evaluated, the strictest failing one counts");
        }
        if (author instanceof AuthorDomain.Malformed malformed) {
            String problem = "none can be taken from the From field: " + malformed.reason();
            return malformed.domains().isEmpty()
                    ? List.of(problem, "no domain can be seen in it either")
                    : List.of(
                            problem,
                            "a reader may see " + malformed.domains()
                                    + "; each is evaluated, the strictest failing one counts, none passes");
        }
        if (author instanceof AuthorDomain.TooMany bound) {
            return List.of("none is looked at: " + bound.what() + " in the From field");
        }
        return List.of("no From field");
    }

    private List<String> authentication(Evidence evidence) {
        List<String> lines = new ArrayList<>();
        lines.add("believed authserv-ids: " + rules.trustedNames(facts.mtaName()));
        facts.headers().all("Authentication-Results").forEach(field -> lines.add("field: " + oneLine(field)));
        evidence.fields().notes().forEach(lines::add);
        evidence.fields()
                .disbelieved()
                .ifPresent(why -> lines.add("what these fields say in favour of the sender is not believed: " + why));
        if (evidence.ownDkim().isPresent()) {
            lines.addAll(ownDkim(evidence.ownDkim().get()));
        } else {
            for (DkimSeen dkim : evidence.dkim()) {
                lines.add("DKIM " + dkim.result() + " for " + dkim.domain());
            }
        }
        evidence.fields()
                .spf()
                .ifPresent(spf -> lines.add("SPF " + spf.result() + " by "
                        + spf.source().word()
                        + (spf.domain().isPresent()
                                ? " for " + spf.domain().get()
                                : ", not for the envelope sender's domain: does not count")));
        ArcSeen arc = evidence.arc();
        if (arc.pass()) {
            lines.add("ARC pass; " + (arc.overrides() ? "every sealer is trusted" : "not every sealer is trusted"));
        }
        if (lines.size() == 1) {
            lines.add("no believed field says anything about SPF or DKIM");
        }
        evidence.countingOwn().ifPresent(check -> lines.add(ownCheck(check)));
        spfExplanation.ifPresent(text -> lines.add("its owner explains: " + text));
        return lines;
    }

    private static List<String> ownDkim(OwnDkim own) {
        List<String> lines = new ArrayList<>();
        for (DkimResult signature : own.findings().signatures()) {
            lines.add("own DKIM check: " + signature.code().word()
                    + (signature.reason().isEmpty() ? "" : " (" + signature.reason() + ")")
                    + signature.domain().map(domain -> " for " + domain).orElse("")
                    + (signature.selector().isEmpty() ? "" : ", selector " + signature.selector())
                    + (signature.algorithm().isEmpty() ? "" : ", " + signature.algorithm())
                    + (signature.keyBits() == 0 ? "" : ", key of " + signature.keyBits() + " bits")
                    + (signature.testMode() ? ", in test mode" : ""));
        }
        if (own.findings().unchecked() > 0) {
            lines.add("own DKIM check: " + own.findings().unchecked() + " more signatures were not looked at");
        }
        if (lines.isEmpty()) {
            lines.add("own DKIM check: no signature");
        }
        own.findings()
                .arc()
                .filter(arc -> !arc.pass())
                .ifPresent(arc -> lines.add("own ARC check: fail (" + arc.reason() + ")"));
        return lines;
    }

    private static String ownCheck(OwnSpf check) {
        String problem = check.result().problem();
        return "own SPF check of the "
                + (check.identity().scope() == SpfIdentity.Scope.HELO ? "HELO name " : "sender domain ")
                + check.identity().domain() + ": " + check.word() + (problem.isEmpty() ? "" : " (" + problem + ")");
    }

    private static String oneLine(HeaderField field) {
        return field.value().replaceAll("\\s+", " ").strip();
    }

    private static String lookup(MessageDns.Asked lookup) {
        String question = lookup.question().type() + " " + lookup.question().name() + ": ";
        DnsAnswer answer = lookup.answer();
        if (answer instanceof DnsAnswer.Found found) {
            return question + String.join(" | ", found.records());
        }
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            return question + "no answer (" + unavailable.reason() + ")";
        }
        return question + (answer instanceof DnsAnswer.NoData ? "no such record" : "no such name");
    }

    private static List<String> policy(DmarcResult result) {
        Discovery discovery = result.discovery();
        if (discovery instanceof Discovery.Found found) {
            return List.of(
                    "record at _dmarc." + found.domain() + (found.inherited() ? ", inherited from there" : ""),
                    "p=" + found.record().p().word()
                            + found.record().sp().map(sp -> " sp=" + sp.word()).orElse("")
                            + found.record().np().map(np -> " np=" + np.word()).orElse("")
                            + " adkim=" + letter(found.record().adkim()) + " aspf="
                            + letter(found.record().aspf()) + " pct="
                            + found.record().pct(),
                    "policy for " + result.author() + ": " + result.policy().word());
        }
        if (discovery instanceof Discovery.NoPolicy none) {
            return List.of(none.reason());
        }
        if (discovery instanceof Discovery.BadRecord bad) {
            return List.of("the record at _dmarc." + bad.domain() + " is unusable: " + bad.reason());
        }
        Discovery.Unavailable unavailable = (Discovery.Unavailable) discovery;
        return unavailable
                .above()
                .map(above -> List.of(
                        unavailable.reason(),
                        "above it: record at _dmarc." + above.domain() + ", p="
                                + above.record().p().word()))
                .orElseGet(() -> List.of(unavailable.reason()));
    }

    private static String letter(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "s" : "r";
    }

    private List<String> evaluation(DmarcResult result) {
        List<String> lines = new ArrayList<>();
        lines.add(result.status().word() + ": " + result.reason());
        if (result.sampledOut()) {
            boolean testing = result.discovery() instanceof Discovery.Found found
                    && found.record().testing();
            lines.add((testing ? "test mode (t=y): " : "sampled out: ")
                    + result.policy().word() + " becomes "
                    + result.disposition().word());
        }
        localPolicy(result).ifPresent(lines::add);
        return lines;
    }

    /** What of our configuration makes the verdict another than the owner of the domain asks for. */
    private Optional<String> localPolicy(DmarcResult result) {
        Settings.Handling handling = rules.settings().handling();
        if (result.status() == DmarcResult.Status.TEMPERROR) {
            return Optional.of(
                    "OnTemporaryError " + handling.onTemporaryError().word() + temporaryError(result, handling));
        }
        boolean enforced = (result.disposition() == Policy.REJECT && handling.rejectFailures())
                || (result.disposition() == Policy.QUARANTINE && handling.holdQuarantined());
        if (handling.onMissingResults() != Settings.OnMissingResults.FAIL
                && enforced
                && judgement.fails()
                && judgement.evidence().filter(Evidence::isSilent).isPresent()) {
            return Optional.of("no checker said anything: OnMissingResults "
                    + handling.onMissingResults().word());
        }
        List<OverrideReason> overrides =
                judgement.evaluation().map(Evaluation::overrides).orElse(List.of());
        if (overrides.contains(OverrideReason.TRUSTED_FORWARDER)) {
            return Optional.of("overridden: a trusted ARC chain vouches for the message (DomainWhitelist)");
        }
        if (!overrides.contains(OverrideReason.LOCAL_POLICY)) {
            return Optional.empty();
        }
        return Optional.of(
                result.disposition() == Policy.REJECT
                        ? "RejectFailures is off: not rejected"
                        : "HoldQuarantinedMessages is off: not held");
    }

    /** Why the option ends as it does; the two other values say it themselves. */
    private String temporaryError(DmarcResult result, Settings.Handling handling) {
        if (handling.onTemporaryError() != Settings.OnTemporaryError.POLICY) {
            return "";
        }
        if (result.discovery() instanceof Discovery.Unavailable unavailable
                && unavailable.above().isEmpty()) {
            return ": no policy is known, so it is accepted";
        }
        if (judgement.verdict().applied() == Applied.TEMPFAIL) {
            return ": as a failure it would be " + (result.disposition() == Policy.REJECT ? "rejected" : "held")
                    + ", so it is asked to come again";
        }
        return judgement
                        .evaluation()
                        .filter(evaluation -> evaluation.arc().overrides())
                        .isPresent()
                ? ": a trusted ARC chain vouches for the message, so it is accepted"
                : ": as a failure it would be neither rejected nor held, so it is accepted";
    }

    private List<String> verdict() {
        List<String> lines = new ArrayList<>();
        Verdict verdict = judgement.verdict();
        if (verdict instanceof Verdict.Refuse refuse) {
            lines.add("reply: " + refuse.code() + " " + refuse.enhancedCode() + " " + refuse.text());
        } else if (verdict instanceof Verdict.Reject) {
            lines.add("rejected with the MTA's own text");
        } else if (verdict instanceof Verdict.Hold hold) {
            lines.add("held: " + hold.reason());
        } else {
            lines.add("delivered");
        }
        judgement.removed().forEach(place -> lines.add("removed: Authentication-Results, number " + place));
        judgement.headers().forEach(field -> lines.add("inserted: " + field.name() + ": " + field.value()));
        judgement.copyTo().forEach(address -> lines.add("copied to " + address));
        return lines;
    }

    /** Lines for debugging are shown all the same, as they say most. */
    private String logged(LogLine line) {
        boolean left = line.severity() == LogLine.Severity.DEBUG
                && !rules.settings().logging().debug();
        return line.text() + (left ? " [only with MilterDebug 1]" : "");
    }
}
