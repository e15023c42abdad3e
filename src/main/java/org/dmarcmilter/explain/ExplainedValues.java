package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.MessageDns;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.OverrideReason;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.evidence.Evidence;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnDkim;
import org.dmarcmilter.judge.Judgement;
import org.dmarcmilter.judge.Verdict;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;

/**
 * What {@code explain --json} gives as values, so that a program need not read the sentences. One object; a key whose value is
 * unknown is null, and a list of nothing is empty. A key below {@code x[]} is there for each element of the list, a key below an
 * object for as long as the object is not null. Words are lower case. Texts of strangers are as they came, escaped as JSON asks, one
 * character per octet where they came from the DNS.
 *
 * <p>The keys are in the table of {@code explain.md}, "For programs", which a test compares with what is written.
 *
 * @param spfExplanation what the owner of the domain says about an SPF fail; empty if nothing
 */
record ExplainedValues(
        MessageFacts facts,
        Judgement judgement,
        List<MessageDns.Asked> asked,
        boolean ignoredClient,
        Optional<String> spfExplanation,
        Optional<String> result) {

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        writeAuthor(json);
        writeEnvelope(json);
        writeEvidence(json);
        writeLookups(json);
        writePolicy(json);
        text(json, "result", result);
        writeEvaluation(json);
        writeVerdict(json);
        json.writeEndObject();
    }

    private void writeAuthor(JsonGenerator json) throws IOException {
        AuthorDomain author = AuthorDomain.of(facts.headers());
        domain(json, "author_domain", judgement.result().map(DmarcResult::author));
        json.writeArrayFieldStart("author_domains");
        for (DomainName domain : author.domains()) {
            json.writeString(domain.ascii());
        }
        json.writeEndArray();
        text(
                json,
                "author_problem",
                author instanceof AuthorDomain.Malformed malformed
                        ? Optional.of(malformed.reason())
                        : author instanceof AuthorDomain.TooMany bound ? Optional.of(bound.what()) : Optional.empty());
    }

    private void writeEnvelope(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("client");
        text(json, "address", facts.client().address().map(IpAddress::text));
        json.writeStringField("name", facts.client().host());
        text(json, "helo", present(facts.client().helo()));
        json.writeBooleanField("ignored", ignoredClient);
        json.writeEndObject();
        json.writeStringField("sender", facts.sender().address());
    }

    private void writeEvidence(JsonGenerator json) throws IOException {
        Optional<Evidence> evidence = judgement.evidence();
        text(json, "disbelieved", evidence.flatMap(seen -> seen.fields().disbelieved()));
        json.writeArrayFieldStart("spf");
        if (evidence.isPresent()) {
            for (SpfSeen spf : spfResults(evidence.get())) {
                json.writeStartObject();
                domain(json, "domain", spf.domain());
                json.writeStringField("scope", spf.scope() == SpfIdentity.Scope.HELO ? "helo" : "mfrom");
                json.writeStringField("result", spf.result().text());
                json.writeStringField("source", word(spf.source()));
                json.writeBooleanField(
                        "counts",
                        spf.domain().isPresent()
                                && evidence.get().spf().filter(spf::equals).isPresent());
                text(json, "explanation", spfExplanation.filter(text -> spf.source() == Source.OWN_CHECK));
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        Optional<OwnDkim> own = evidence.flatMap(Evidence::ownDkim);
        json.writeArrayFieldStart("dkim");
        if (own.isPresent()) {
            for (DkimResult signature : own.get().findings().signatures()) {
                writeSignature(json, signature);
            }
        } else {
            for (DkimSeen dkim : evidence.map(Evidence::dkim).orElse(List.of())) {
                writeBelieved(json, dkim);
            }
        }
        json.writeEndArray();
        writeArc(
                json,
                evidence.map(Evidence::arc).orElse(ArcSeen.NONE),
                own.flatMap(check -> check.findings().arc()).flatMap(arc -> present(arc.reason())));
    }

    private static void writeSignature(JsonGenerator json, DkimResult signature) throws IOException {
        json.writeStartObject();
        domain(json, "domain", signature.domain());
        text(json, "selector", present(signature.selector()));
        json.writeStringField("result", signature.code().word());
        json.writeStringField("source", word(Source.OWN_CHECK));
        text(json, "reason", present(signature.reason()));
        text(json, "algorithm", present(signature.algorithm()));
        if (signature.keyBits() > 0) {
            json.writeNumberField("key_bits", signature.keyBits());
        } else {
            json.writeNullField("key_bits");
        }
        json.writeBooleanField("test_mode", signature.testMode());
        json.writeEndObject();
    }

    /** What only the checker knows is null. */
    private static void writeBelieved(JsonGenerator json, DkimSeen dkim) throws IOException {
        json.writeStartObject();
        json.writeStringField("domain", dkim.domain().ascii());
        text(json, "selector", present(dkim.selector()));
        json.writeStringField("result", dkim.result().text());
        json.writeStringField("source", word(dkim.source()));
        json.writeNullField("reason");
        json.writeNullField("algorithm");
        json.writeNullField("key_bits");
        json.writeNullField("test_mode");
        json.writeEndObject();
    }

    private static List<SpfSeen> spfResults(Evidence evidence) {
        return Stream.of(
                        evidence.fields().trustedSpf(),
                        evidence.fields().receivedSpf(),
                        evidence.own().map(own -> own.seen()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static String word(Source source) {
        return switch (source) {
            case TRUSTED_FIELD -> "authentication-results";
            case RECEIVED_SPF -> "received-spf";
            case OWN_CHECK -> "own-check";
        };
    }

    private static void writeArc(JsonGenerator json, ArcSeen arc, Optional<String> reason) throws IOException {
        json.writeObjectFieldStart("arc");
        json.writeBooleanField("pass", arc.pass());
        json.writeBooleanField("trusted", arc.overrides());
        text(json, "reason", reason);
        json.writeArrayFieldStart("sets");
        for (ArcSet set : arc.sets()) {
            json.writeStartObject();
            json.writeNumberField("instance", set.instance());
            json.writeStringField("domain", set.sealer());
            json.writeStringField("selector", set.selector());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeLookups(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("dns");
        for (MessageDns.Asked lookup : asked) {
            DnsAnswer answer = lookup.answer();
            json.writeStartObject();
            json.writeStringField("type", lookup.question().type().name());
            json.writeStringField("name", lookup.question().name());
            json.writeStringField("status", status(answer));
            json.writeArrayFieldStart("records");
            for (String record : answer instanceof DnsAnswer.Found found ? found.records() : List.<String>of()) {
                json.writeString(record);
            }
            json.writeEndArray();
            text(
                    json,
                    "reason",
                    answer instanceof DnsAnswer.Unavailable silent ? Optional.of(silent.reason()) : Optional.empty());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String status(DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Found) {
            return "found";
        }
        if (answer instanceof DnsAnswer.NoData) {
            return "no_data";
        }
        return answer instanceof DnsAnswer.NoSuchName ? "no_such_name" : "unavailable";
    }

    private void writePolicy(JsonGenerator json) throws IOException {
        Optional<Discovery> discovery = judgement.result().map(DmarcResult::discovery);
        text(json, "discovery", discovery.map(ExplainedValues::outcome));
        if (discovery.isEmpty() || !(discovery.get() instanceof Discovery.Found found)) {
            json.writeNullField("policy");
            return;
        }
        DmarcRecord record = found.record();
        json.writeObjectFieldStart("policy");
        json.writeStringField("domain", found.domain().ascii());
        json.writeBooleanField("inherited", found.inherited());
        json.writeStringField("p", record.p().word());
        text(json, "sp", record.sp().map(Policy::word));
        text(json, "np", record.np().map(Policy::word));
        json.writeStringField("adkim", letter(record.adkim()));
        json.writeStringField("aspf", letter(record.aspf()));
        json.writeNumberField("pct", record.pct());
        json.writeBooleanField("testing", record.testing());
        json.writeStringField(
                "applied", judgement.result().orElseThrow().policy().word());
        json.writeEndObject();
    }

    private static String outcome(Discovery discovery) {
        if (discovery instanceof Discovery.Found) {
            return "found";
        }
        if (discovery instanceof Discovery.NoPolicy) {
            return "none";
        }
        return discovery instanceof Discovery.BadRecord ? "unusable" : "unavailable";
    }

    private static String letter(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "s" : "r";
    }

    private void writeEvaluation(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("alignment");
        domain(json, "dkim", judgement.result().flatMap(DmarcResult::alignedDkim));
        domain(json, "spf", judgement.result().flatMap(DmarcResult::alignedSpf));
        json.writeEndObject();
        text(
                json,
                "disposition",
                judgement
                        .result()
                        .map(decided -> isOpen(decided)
                                ? Policy.NONE.word()
                                : decided.disposition().word()));
        text(
                json,
                "at_stake",
                judgement
                        .result()
                        .filter(ExplainedValues::isOpen)
                        .map(open -> open.disposition().word()));
        json.writeArrayFieldStart("overrides");
        for (OverrideReason reason :
                judgement.evaluation().map(Evaluation::overrides).orElse(List.of())) {
            json.writeString(reason.name().toLowerCase(Locale.ROOT));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("others");
        for (Evaluation other : judgement.others()) {
            json.writeStartObject();
            json.writeStringField("author_domain", other.dmarc().author().ascii());
            json.writeStringField("result", other.dmarc().status().word());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static boolean isOpen(DmarcResult result) {
        return result.status() == DmarcResult.Status.TEMPERROR;
    }

    private void writeVerdict(JsonGenerator json) throws IOException {
        Verdict verdict = judgement.verdict();
        json.writeObjectFieldStart("verdict");
        json.writeStringField("action", verdict.applied().word());
        if (verdict instanceof Verdict.Refuse refuse) {
            json.writeNumberField("code", refuse.code());
            json.writeStringField("enhanced", refuse.enhancedCode());
            json.writeStringField("text", refuse.text());
        } else {
            json.writeNullField("code");
            json.writeNullField("enhanced");
            text(json, "text", verdict instanceof Verdict.Hold hold ? Optional.of(hold.reason()) : Optional.empty());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("removed");
        for (int place : judgement.removed()) {
            json.writeNumber(place);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("inserted");
        for (HeaderField field : judgement.headers()) {
            json.writeStartObject();
            json.writeStringField("name", field.name());
            json.writeStringField("value", field.value());
            json.writeEndObject();
        }
        json.writeEndArray();
        text(json, "copied_to", present(String.join(", ", judgement.copyTo())));
    }

    private static Optional<String> present(String text) {
        return Optional.of(text).filter(known -> !known.isEmpty());
    }

    private static void domain(JsonGenerator json, String key, Optional<DomainName> domain) throws IOException {
        text(json, key, domain.map(DomainName::ascii));
    }

    private static void text(JsonGenerator json, String key, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeStringField(key, text.get());
        } else {
            json.writeNullField(key);
        }
    }
}
