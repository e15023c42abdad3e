package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmarcmilter.authres.ArcFields.ArcSet;
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
 * <p>The table is compared with what is written by a test.
 *
 * <pre>
 * author_domain            | string or null  | the author domain that decided, as in the DNS (A-labels); null if there is none
 * author_domains[]         | string          | all that the From field names, in its order
 * client                   | object          | who handed the message in
 * client.address           | string or null  | IP address; null on a unix socket
 * client.name              | string          | its host name as the MTA gives it
 * client.helo              | string or null  | what it greeted with
 * client.ignored           | boolean         | whether the daemon would not look at its mail (IgnoreHosts)
 * sender                   | string          | the envelope sender without angle brackets; empty for a bounce
 * spf[]                    | object          | each SPF result that was believed or found
 * spf[].domain             | string or null  | whom it speaks for; null if not for this message's sender
 * spf[].scope              | string          | mfrom or helo (RFC 7489, appendix C)
 * spf[].result             | string          | the word of RFC 8601, section 2.7.2
 * spf[].source             | string          | authentication-results, received-spf or own-check
 * spf[].counts             | boolean         | whether DMARC looked at it; one at most does count
 * dkim[]                   | object          | each DKIM result that was believed, in the order of the fields
 * dkim[].domain            | string          | the signature's d=; where only i= is known, that domain
 * dkim[].selector          | string or null  | the signature's s=
 * dkim[].result            | string          | the word of RFC 8601, section 2.7.1
 * arc                      | object          | what trusted fields say about ARC
 * arc.pass                 | boolean         | whether the chain is said to be valid
 * arc.trusted              | boolean         | whether every sealer is trusted too (DomainWhitelist)
 * arc.sets[]               | object          | the sets of the chain, as the message gives them
 * arc.sets[].instance      | number          | i=, 1 to 50
 * arc.sets[].domain        | string          | the seal's d=
 * arc.sets[].selector      | string          | the seal's s=
 * dns[]                    | object          | each question that was asked for this message, in order
 * dns[].type               | string          | A, AAAA, MX, PTR or TXT
 * dns[].name               | string          | without dot at the end
 * dns[].status             | string          | found, no_data, no_such_name or unavailable
 * dns[].records[]          | string          | what was found
 * dns[].reason             | string or null  | why there is no answer, if it is unavailable
 * discovery                | string or null  | the policy record: found, none, unusable or unavailable; null if none was looked for
 * policy                   | object or null  | the record; null if none was found
 * policy.domain            | string          | where it was found, without _dmarc
 * policy.inherited         | boolean         | whether that is above the author domain
 * policy.p                 | string          | none, quarantine or reject
 * policy.sp                | string or null  | the same for subdomains
 * policy.np                | string or null  | the same for subdomains that do not exist
 * policy.adkim             | string          | r or s
 * policy.aspf              | string          | r or s
 * policy.pct               | number          | 0 to 100
 * policy.testing           | boolean         | t=y (RFC 9989)
 * policy.applied           | string          | which of p, sp and np holds for the author domain: its word
 * result                   | string or null  | the word after dmarc=, as in the key of that name beside the sentences
 * alignment                | object          | the aligned identifiers that passed
 * alignment.dkim           | string or null  | a domain
 * alignment.spf            | string or null  | a domain
 * disposition              | string or null  | what the owner asks for after pct and t: none, quarantine or reject
 * overrides[]              | string          | why less is done: sampled_out, policy_test_mode, trusted_forwarder or local_policy
 * others[]                 | object          | further author domains, which did not decide
 * others[].author_domain   | string          | one of them
 * others[].result          | string          | its word for dmarc=
 * verdict                  | object          | what is done
 * verdict.action           | string          | accept, quarantine, reject or tempfail
 * verdict.code             | number or null  | of the SMTP reply; null if we give none
 * verdict.enhanced         | string or null  | the reply's enhanced code
 * verdict.text             | string or null  | the reply's text, or the reason for the quarantine
 * inserted[]               | object          | the header fields that are inserted, each above the one before
 * inserted[].name          | string          | its name
 * inserted[].value         | string          | its value
 * copied_to                | string or null  | a further recipient (CopyFailuresTo)
 * </pre>
 */
record ExplainedValues(
        MessageFacts facts,
        Judgement judgement,
        List<MessageDns.Asked> asked,
        boolean ignoredClient,
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
        List<DomainName> domains = List.of();
        if (author instanceof AuthorDomain.One one) {
            domains = List.of(one.domain());
        } else if (author instanceof AuthorDomain.Several several) {
            domains = several.domains();
        }
        domain(json, "author_domain", judgement.result().map(DmarcResult::author));
        json.writeArrayFieldStart("author_domains");
        for (DomainName domain : domains) {
            json.writeString(domain.ascii());
        }
        json.writeEndArray();
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
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("dkim");
        for (DkimSeen dkim : evidence.map(seen -> seen.fields().dkim()).orElse(List.of())) {
            json.writeStartObject();
            json.writeStringField("domain", dkim.domain().ascii());
            text(json, "selector", present(dkim.selector()));
            json.writeStringField("result", dkim.result().text());
            json.writeEndObject();
        }
        json.writeEndArray();
        writeArc(json, evidence.map(seen -> seen.fields().arc()).orElse(ArcSeen.NONE));
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

    private static void writeArc(JsonGenerator json, ArcSeen arc) throws IOException {
        json.writeObjectFieldStart("arc");
        json.writeBooleanField("pass", arc.pass());
        json.writeBooleanField("trusted", arc.overrides());
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
                judgement.result().map(decided -> decided.disposition().word()));
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
        json.writeArrayFieldStart("inserted");
        for (HeaderField field : judgement.headers()) {
            json.writeStartObject();
            json.writeStringField("name", field.name());
            json.writeStringField("value", field.value());
            json.writeEndObject();
        }
        json.writeEndArray();
        text(json, "copied_to", judgement.copyTo());
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
