package org.dmarcmilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.filter.Evidence;
import org.dmarcmilter.filter.Judgement;
import org.dmarcmilter.filter.LocalPolicy;
import org.dmarcmilter.filter.LogLine;
import org.dmarcmilter.filter.MessageFacts;
import org.dmarcmilter.filter.Verdict;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;

/**
 * A judgement in words: each step and its reason.
 *
 * @param configuration the name of the configuration file
 * @param ignoredClient whether the daemon would have left this client alone (IgnoreHosts)
 */
record Explanation(
        String configuration,
        LocalPolicy policy,
        MessageFacts facts,
        Judgement judgement,
        List<Lookup> lookups,
        boolean ignoredClient) {
    /** One DNS question and its answer. */
    record Lookup(DnsQuestion question, DnsAnswer answer) {}

    /** One step, as a topic and its sentences. */
    private record Step(String topic, List<String> sentences) {}

    String text() {
        StringBuilder out = new StringBuilder(2_000);
        for (Step step : steps()) {
            out.append(step.topic()).append('\n');
            step.sentences()
                    .forEach(sentence ->
                            out.append("    ").append(printable(sentence)).append('\n'));
        }
        return out.toString();
    }

    String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonOutput.to(text)) {
            json.writeStartObject();
            for (Step step : steps()) {
                json.writeArrayFieldStart(
                        step.topic().toLowerCase(java.util.Locale.ROOT).replace(' ', '_'));
                for (String sentence : step.sentences()) {
                    json.writeString(printable(sentence));
                }
                json.writeEndArray();
            }
            json.writeStringField(
                    "result",
                    judgement.result().map(result -> result.status().word()).orElse("permerror"));
            json.writeEndObject();
        }
        return text + "\n";
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("Configuration", List.of(configuration)));
        steps.add(new Step("Message", message()));
        steps.add(new Step("Author domain", author()));
        judgement.evidence().ifPresent(evidence -> steps.add(new Step("Authentication", authentication(evidence))));
        steps.add(new Step("DNS", lookups.stream().map(Explanation::lookup).toList()));
        judgement.result().ifPresent(result -> steps.add(new Step("Policy", policy(result))));
        judgement.result().ifPresent(result -> steps.add(new Step("Evaluation", evaluation(result))));
        steps.add(new Step("Verdict", verdict()));
        steps.add(new Step("Log", judgement.log().stream().map(LogLine::text).toList()));
        return steps;
    }

    private List<String> message() {
        List<String> lines = new ArrayList<>();
        lines.add("client " + facts.client().address().orElse("without address") + " ("
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
            return List.of("none can be taken from the From field: " + malformed.reason());
        }
        return List.of("no From field");
    }

    private List<String> authentication(Evidence evidence) {
        List<String> lines = new ArrayList<>();
        lines.add("believed authserv-ids: " + policy.trustedNames(facts.mtaName()));
        facts.headers().all("Authentication-Results").forEach(field -> lines.add("field: " + oneLine(field)));
        evidence.notes().forEach(lines::add);
        for (AuthenticatedIdentifier dkim : evidence.dkim()) {
            lines.add("DKIM " + dkim.outcome() + " for " + dkim.domain());
        }
        evidence.spf()
                .ifPresent(spf -> lines.add("SPF " + spf.result() + " by " + spf.source()
                        + (spf.identifier().isPresent()
                                ? " for " + spf.identifier().get().domain()
                                : ", not for the envelope sender's domain: does not count")));
        if (evidence.arc().pass()) {
            lines.add("ARC pass; "
                    + (evidence.arc().overrides() ? "every sealer is trusted" : "not every sealer is trusted"));
        }
        if (lines.size() == 1) {
            lines.add("no believed field says anything about SPF or DKIM");
        }
        return lines;
    }

    private static String oneLine(HeaderField field) {
        return field.value().replaceAll("\\s+", " ").strip();
    }

    private static String lookup(Lookup lookup) {
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
                            + " adkim=" + found.record().adkim() + " aspf="
                            + found.record().aspf() + " pct="
                            + found.record().pct(),
                    "policy for " + result.author() + ": " + result.policy().word());
        }
        if (discovery instanceof Discovery.NoPolicy none) {
            return List.of(none.reason());
        }
        if (discovery instanceof Discovery.BadRecord bad) {
            return List.of("the record at _dmarc." + bad.domain() + " is unusable: " + bad.reason());
        }
        return discovery instanceof Discovery.Unavailable unavailable ? List.of(unavailable.reason()) : List.of();
    }

    private static List<String> evaluation(DmarcResult result) {
        List<String> lines = new ArrayList<>();
        lines.add(result.status().word() + ": " + result.reason());
        if (result.sampledOut()) {
            lines.add("sampled out: " + result.policy().word() + " becomes "
                    + result.disposition().word());
        }
        return lines;
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
        judgement.headers().forEach(field -> lines.add("inserted: " + field.name() + ": " + field.value()));
        judgement.copyTo().ifPresent(address -> lines.add("copied to " + address));
        return lines;
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
