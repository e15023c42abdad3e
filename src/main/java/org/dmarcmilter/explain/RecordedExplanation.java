package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dmarc.AuthenticatedIdentifier;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.DmarcResult.Status;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Reason;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.recorded.Gap;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/**
 * Why a message got its verdict, as far as its records tell it, without the message.
 *
 * @param queueId of the message
 * @param found its records in history files, one for each author domain and each time the message came
 */
public record RecordedExplanation(String queueId, List<Found> found) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** No sentence of ours is longer. */
    private static final int MOST_SHOWN = 2_000;

    /**
     * One record, and what the journal adds to it.
     *
     * @param message from a history file
     * @param journaled the same message in the journal, if it is there and no other can be meant
     */
    public record Found(RecordedMessage message, Optional<RecordedMessage> journaled) {
        private Evaluation evaluation() {
            return message.evaluation();
        }

        /** The journal knows why less was done than asked for. */
        private List<OverrideReason> overrides() {
            return journaled
                    .map(other -> other.evaluation().overrides())
                    .orElse(evaluation().overrides());
        }

        private DmarcResult result() {
            return evaluation().dmarc();
        }

        private boolean isOpen() {
            return message.leavesOpen(Gap.ANSWER);
        }
    }

    public RecordedExplanation {
        found = List.copyOf(found);
    }

    /** For a person. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Found one : found) {
            out.append(out.isEmpty() ? "" : "\n");
            Evaluation evaluation = one.evaluation();
            step(
                    out,
                    "Recorded",
                    List.of(
                            TIME.format(evaluation.at()) + " UTC by " + evaluation.reporter() + ", queue id " + queueId,
                            "in " + one.message().place()
                                    + one.journaled()
                                            .map(other -> " and " + other.place())
                                            .orElse("")));
            step(out, "Message", message(evaluation));
            step(out, "Author domain", List.of(evaluation.dmarc().author().ascii()));
            step(out, "Authentication", authentication(evaluation));
            step(out, "Policy", policy(one));
            step(out, "Evaluation", List.of(evaluation(one)));
            step(out, "Verdict", verdict(one));
            step(out, "Not recorded", notRecorded(one));
        }
        return out.toString();
    }

    private static void step(StringBuilder out, String topic, List<String> sentences) {
        out.append(topic).append('\n');
        sentences.forEach(sentence ->
                out.append("    ").append(Printable.named(sentence, MOST_SHOWN)).append('\n'));
    }

    private static List<String> message(Evaluation evaluation) {
        return List.of(
                "client " + evaluation.client().map(IpAddress::text).orElse("without address"),
                evaluation
                        .sender()
                        .domain()
                        .map(domain -> "envelope sender at " + domain)
                        .orElse("no envelope sender, or one without a domain"));
    }

    private static List<String> authentication(Evaluation evaluation) {
        List<String> lines = new ArrayList<>();
        for (DkimSeen dkim : evaluation.dkim()) {
            lines.add("DKIM " + dkim.result() + " for " + dkim.domain()
                    + (dkim.selector().isEmpty() ? "" : ", selector " + dkim.selector()));
        }
        evaluation
                .spf()
                .ifPresent(spf -> lines.add("SPF " + spf.result() + " for "
                        + (evaluation.sender().domain().isPresent()
                                ? spf.domain().map(DomainName::ascii).orElse("another domain")
                                : "the HELO name")));
        if (evaluation.arc().pass()) {
            lines.add("ARC pass; " + (evaluation.arc().overrides() ? "every" : "not every") + " sealer is trusted");
        }
        for (ArcSet set : evaluation.arc().sets()) {
            lines.add("ARC set " + set.instance() + " sealed by " + set.sealer());
        }
        if (lines.isEmpty()) {
            lines.add("nobody who was believed said anything about SPF or DKIM");
        }
        return lines;
    }

    private static List<String> policy(Found one) {
        if (!(one.result().discovery() instanceof Discovery.Found policy)) {
            return List.of("no policy was found, or the DNS did not answer");
        }
        DmarcRecord record = policy.record();
        List<String> lines = new ArrayList<>();
        lines.add("record at _dmarc." + policy.domain() + (policy.inherited() ? ", inherited from there" : ""));
        lines.add("p=" + record.p().word()
                + record.sp().map(sp -> " sp=" + sp.word()).orElse("") + " adkim=" + letter(record.adkim()) + " aspf="
                + letter(record.aspf()) + " pct=" + record.pct());
        lines.add("policy for " + one.result().author() + ": "
                + one.result().policy().word());
        return lines;
    }

    private static String letter(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "s" : "r";
    }

    private static String evaluation(Found one) {
        return one.isOpen() ? "none or temperror" : one.result().status().word() + ": " + reason(one);
    }

    /** The sentence of the daemon's own, from what is recorded. */
    private static String reason(Found one) {
        DmarcResult result = one.result();
        Optional<DmarcRecord> record =
                result.discovery() instanceof Discovery.Found policy ? Optional.of(policy.record()) : Optional.empty();
        if (result.status() == Status.PASS && record.isPresent()) {
            return new Reason.Aligned(record.get(), result.alignedDkim(), result.alignedSpf()).words();
        }
        List<AuthenticatedIdentifier> identifiers = new ArrayList<>();
        one.evaluation().dkim().forEach(dkim -> identifiers.add(dkim.identifier()));
        one.evaluation().spf().flatMap(SpfSeen::identifier).ifPresent(identifiers::add);
        return new Reason.NoAlignedPass(identifiers).words();
    }

    private static List<String> verdict(Found one) {
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (one.evaluation().applied()) {
                    case ACCEPT -> "delivered";
                    case QUARANTINE -> "held";
                    case REJECT -> "rejected";
                    case TEMPFAIL -> "put off with 451: the client was asked to come again";
                });
        why(one).ifPresent(lines::add);
        return lines;
    }

    /** Why something else was done than the owner asks for. */
    private static Optional<String> why(Found one) {
        DmarcResult result = one.result();
        Applied applied = one.evaluation().applied();
        if (applied == Applied.REJECT && result.status() != Status.FAIL) {
            return Optional.of("another author domain of the message, or a rule beside DMARC, was the reason");
        }
        boolean notRejected = result.policy() == Policy.REJECT && applied != Applied.REJECT;
        boolean notHeld = result.policy() == Policy.QUARANTINE && applied == Applied.ACCEPT;
        boolean less = result.status() == Status.FAIL && (notRejected || notHeld);
        if (!less) {
            return Optional.empty();
        }
        List<String> reasons = new ArrayList<>();
        for (OverrideReason reason : one.overrides()) {
            reasons.add(
                    switch (reason) {
                        case SAMPLED_OUT -> "pct= of the record left it out";
                        case POLICY_TEST_MODE -> "the owner is testing (t=y)";
                        case TRUSTED_FORWARDER -> "a trusted ARC chain vouches for it (DomainWhitelist)";
                        case LOCAL_POLICY -> "RejectFailures or HoldQuarantinedMessages was off";
                    });
        }
        String asked = "although the owner asks for " + result.policy().word() + ": ";
        if (!reasons.isEmpty()) {
            return Optional.of(asked + String.join("; ", reasons));
        }
        boolean sampled = one.message().leavesOpen(Gap.SAMPLING);
        return Optional.of(asked
                + (result.policy() == Policy.REJECT ? "RejectFailures" : "HoldQuarantinedMessages")
                + " was off" + (sampled ? ", or pct= of the record left it out" : "")
                + ", or OnMissingResults let it through; the history does not say which");
    }

    private static List<String> notRecorded(Found one) {
        List<String> lines = new ArrayList<>();
        lines.add("the header fields, the HELO name, and who found each result");
        lines.add("what else the DNS said; results that were not believed");
        if (one.isOpen()) {
            lines.add("whether there was no policy or no answer of the DNS");
        }
        if (one.journaled().isEmpty()) {
            lines.add("np=, t= and psd= of the policy record, and by which standard it was judged");
        }
        return lines;
    }

    /** For a program: one object, in US-ASCII. The keys are in the table of {@code explain.md}. */
    public String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonOutput.to(text)) {
            json.writeStartObject();
            json.writeStringField("queue_id", queueId);
            json.writeArrayFieldStart("recorded");
            for (Found one : found) {
                json.writeStartObject();
                write(json, one);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text + "\n";
    }

    private static void write(JsonGenerator json, Found one) throws IOException {
        Evaluation evaluation = one.evaluation();
        json.writeStringField("place", one.message().place());
        text(json, "journal", one.journaled().map(RecordedMessage::place));
        json.writeNumberField("at", evaluation.at().getEpochSecond());
        json.writeStringField("reporter", evaluation.reporter());
        text(json, "client", evaluation.client().map(IpAddress::text));
        text(json, "sender_domain", evaluation.sender().domain().map(DomainName::ascii));
        json.writeStringField("author_domain", evaluation.dmarc().author().ascii());
        json.writeArrayFieldStart("dkim");
        for (DkimSeen dkim : evaluation.dkim()) {
            json.writeStartObject();
            json.writeStringField("domain", dkim.domain().ascii());
            text(json, "selector", Optional.of(dkim.selector()).filter(selector -> !selector.isEmpty()));
            json.writeStringField("result", dkim.result().text());
            json.writeEndObject();
        }
        json.writeEndArray();
        spf(json, evaluation);
        json.writeObjectFieldStart("arc");
        json.writeBooleanField("pass", evaluation.arc().pass());
        json.writeBooleanField("trusted", evaluation.arc().overrides());
        json.writeEndObject();
        policy(json, one);
        text(
                json,
                "result",
                one.isOpen()
                        ? Optional.empty()
                        : Optional.of(one.result().status().word()));
        json.writeObjectFieldStart("alignment");
        text(json, "dkim", one.result().alignedDkim().map(DomainName::ascii));
        text(json, "spf", one.result().alignedSpf().map(DomainName::ascii));
        json.writeEndObject();
        json.writeStringField("reason", evaluation(one));
        json.writeStringField("action", evaluation.applied().word());
        json.writeArrayFieldStart("overrides");
        for (OverrideReason reason : one.overrides()) {
            json.writeString(reason.name().toLowerCase(Locale.ROOT));
        }
        json.writeEndArray();
        text(json, "why", why(one));
        json.writeArrayFieldStart("not_recorded");
        for (String sentence : notRecorded(one)) {
            json.writeString(sentence);
        }
        json.writeEndArray();
    }

    private static void spf(JsonGenerator json, Evaluation evaluation) throws IOException {
        if (evaluation.spf().isEmpty()) {
            json.writeNullField("spf");
            return;
        }
        SpfSeen spf = evaluation.spf().get();
        boolean helo = spf.scope() == SpfIdentity.Scope.HELO
                || evaluation.sender().domain().isEmpty();
        json.writeObjectFieldStart("spf");
        // The HELO name is not in the file; what stands in its place is none.
        text(json, "domain", evaluation.sender().domain().map(DomainName::ascii));
        json.writeStringField("scope", helo ? "helo" : "mfrom");
        json.writeStringField("result", spf.result().text());
        json.writeEndObject();
    }

    private static void policy(JsonGenerator json, Found one) throws IOException {
        if (!(one.result().discovery() instanceof Discovery.Found policy)) {
            json.writeNullField("policy");
            return;
        }
        json.writeObjectFieldStart("policy");
        json.writeStringField("domain", policy.domain().ascii());
        json.writeBooleanField("inherited", policy.inherited());
        json.writeStringField("p", policy.record().p().word());
        text(json, "sp", policy.record().sp().map(Policy::word));
        json.writeStringField("adkim", letter(policy.record().adkim()));
        json.writeStringField("aspf", letter(policy.record().aspf()));
        json.writeNumberField("pct", policy.record().pct());
        json.writeStringField("applied", one.result().policy().word());
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String key, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeStringField(key, text.get());
        } else {
            json.writeNullField(key);
        }
    }
}
