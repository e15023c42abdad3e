package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dkim.JudgedKey;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.text.Printable;

/**
 * What the check command says about one DKIM key: each record at its name, and what becomes of signatures by it.
 *
 * @param name where it is published; empty if selector and domain make no such name
 * @param asked the selector and the domain as given
 * @param answer of the DNS for that name
 */
public record KeyReport(String asked, Optional<String> name, DnsAnswer answer) {
    /** A record of the DNS is no longer. */
    private static final int MAX_SHOWN = 65_535;

    /** Of which receivers try the first (RFC 6376, section 3.6.2.2, leaves it open). */
    private List<String> records() {
        return answer instanceof DnsAnswer.Found found ? found.records() : List.of();
    }

    /** Whether there is one record and it is a key that signatures may be checked with. */
    public boolean isUsable() {
        return records().size() == 1 && JudgedKey.of(records().get(0)).code() == DkimResult.Code.PASS;
    }

    /** Why there is no record to judge; empty if there is one. */
    public Optional<String> problem() {
        if (name.isEmpty()) {
            return Optional.of("\"" + named(asked) + "\" is no selector and domain");
        }
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            return Optional.of(name.get() + ": the DNS does not answer (" + named(unavailable.reason())
                    + "); signatures get temperror");
        }
        return records().isEmpty()
                ? Optional.of(name.get() + ": no key here; signatures get permerror")
                : Optional.empty();
    }

    /** For people. */
    public String text() {
        StringBuilder out = new StringBuilder(400)
                .append("DKIM key ")
                .append(name.orElse(asked))
                .append(":\n");
        for (String record : records()) {
            JudgedKey key = JudgedKey.of(record);
            line(out, "Record: " + named(record));
            if (!key.algorithm().isEmpty()) {
                line(out, "For signatures: " + key.algorithm());
            }
            if (key.keyBits() > 0) {
                line(out, "Key size: " + key.keyBits() + " bits");
            }
            line(
                    out,
                    key.code() == DkimResult.Code.PASS
                            ? "Usable"
                            : "Not usable: " + key.reason() + "; signatures get "
                                    + key.code().word());
            if (key.testMode()) {
                line(out, "Note: test mode (t=y): the owner asks receivers not to rely on it yet");
            }
            if (key.exactDomain()) {
                line(out, "Note: for this domain only (t=s): i= must not name a subdomain");
            }
        }
        if (records().size() > 1) {
            line(
                    out,
                    "Mistake: " + records().size()
                            + " records at one name; receivers differ in which they take. Keep one.");
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String text) {
        out.append('\t').append(text).append('\n');
    }

    /** One JSON object. */
    public String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonOutput.to(text)) {
            json.writeStartObject();
            json.writeStringField("key", name.orElse(asked));
            json.writeBooleanField("usable", isUsable());
            if (problem().isPresent()) {
                json.writeStringField("problem", problem().get());
            }
            json.writeArrayFieldStart("records");
            for (String record : records()) {
                JudgedKey key = JudgedKey.of(record);
                json.writeStartObject();
                json.writeStringField("text", record);
                json.writeStringField("result", key.code().word());
                json.writeStringField("reason", key.reason());
                json.writeStringField("algorithm", key.algorithm());
                json.writeNumberField("key_bits", key.keyBits());
                json.writeBooleanField("test_mode", key.testMode());
                json.writeBooleanField("exact_domain", key.exactDomain());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String named(String text) {
        return Printable.named(text, MAX_SHOWN);
    }
}
