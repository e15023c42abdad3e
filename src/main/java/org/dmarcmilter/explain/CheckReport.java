package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecord;
import org.dmarcmilter.dmarc.DmarcRecordParser.Parsed;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.text.Printable;

/**
 * What the check command says about one domain.
 *
 * @param name the argument as given
 * @param discovery what was found; empty if the argument is no domain name
 * @param seen the TXT records at the place where the search ended
 */
public record CheckReport(String name, Optional<Discovery> discovery, List<SeenRecord> seen) {
    /** A record of the DNS is no longer. */
    private static final int MAX_SHOWN = 65_535;

    /** A TXT record, where it was found, and what it is as DMARC. */
    public record SeenRecord(String place, String text, Parsed parsed) {}

    public CheckReport {
        seen = List.copyOf(seen);
    }

    /** Whether there is a policy to print. */
    public boolean isUsable() {
        return discovery.filter(Discovery.Found.class::isInstance).isPresent();
    }

    private Optional<Discovery.Found> found() {
        return discovery.filter(Discovery.Found.class::isInstance).map(Discovery.Found.class::cast);
    }

    /** The text of {@code opendmarc-check}, byte for byte. */
    public String text() {
        DmarcRecord record = found().orElseThrow().record();
        StringBuilder out = new StringBuilder(400);
        out.append("DMARC record for ").append(name).append(":\n");
        line(out, "Sample percentage: " + record.pct());
        line(out, "DKIM alignment: " + record.adkim().name().toLowerCase(Locale.ROOT));
        line(out, "SPF alignment: " + record.aspf().name().toLowerCase(Locale.ROOT));
        line(out, "Domain policy: " + record.p().word());
        line(out, "Subdomain policy: " + record.sp().map(Policy::word).orElse("unspecified"));
        uris(out, "Aggregate report URIs:", texts(record.rua()));
        uris(out, "Failure report URIs:", texts(record.ruf()));
        return out.toString();
    }

    private static void line(StringBuilder out, String text) {
        out.append('\t').append(text).append('\n');
    }

    private static void uris(StringBuilder out, String title, List<String> uris) {
        line(out, title);
        for (String uri : uris.isEmpty() ? List.of("(none)") : uris) {
            line(out, "\t" + uri);
        }
    }

    /** Why there is no policy to print, in OpenDMARC's words where it has some. */
    public String problem() {
        if (discovery.isEmpty()) {
            return "\"" + named(name) + "\" is not a domain name";
        }
        Discovery outcome = discovery.get();
        if (outcome instanceof Discovery.NoPolicy none) {
            return name + ": Looked up domain lacked a DMARC record (" + none.reason() + ")";
        }
        if (outcome instanceof Discovery.BadRecord bad) {
            String what = bad.lacksPolicy() ? "lacked a required p= entry" : "contained a bad token value";
            return name + ": Found DMARC record " + what + " (" + named(bad.reason()) + ")";
        }
        if (outcome instanceof Discovery.Unavailable unavailable) {
            return name + ": DNS lookup of domain tempfailed (" + named(unavailable.reason()) + ")";
        }
        return name;
    }

    /** What {@code --verbose} adds. */
    public String details() {
        StringBuilder out = new StringBuilder(400);
        found().ifPresent(at -> line(
                out,
                "Found at: _dmarc." + at.domain()
                        + (at.inherited()
                                ? " (inherited: " + (at.record().sp().isPresent() ? "sp" : "p") + " applies)"
                                : "")));
        for (SeenRecord record : seen) {
            line(out, "Record: " + named(record.text()));
            mistakes(record.parsed()).forEach(mistake -> line(out, "Mistake: " + mistake));
            if (record.parsed() instanceof Parsed.NotDmarc) {
                line(out, "Note: not a DMARC record (it does not begin with v=DMARC1); receivers ignore it");
            } else if (record.parsed() instanceof Parsed.Unusable unusable) {
                line(out, "Note: " + unusable.reason() + "; receivers apply no policy");
            }
        }
        long policies = seen.stream()
                .filter(record -> !(record.parsed() instanceof Parsed.NotDmarc))
                .count();
        if (policies > 1) {
            line(out, "Mistake: " + policies + " DMARC records at one name; receivers ignore all of them. Keep one.");
        }
        return out.toString();
    }

    private static List<String> mistakes(Parsed parsed) {
        if (parsed instanceof Parsed.Usable usable) {
            return usable.mistakes();
        }
        return parsed instanceof Parsed.Unusable unusable ? unusable.mistakes() : List.of();
    }

    /** One JSON object. */
    public String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonOutput.to(text)) {
            json.writeStartObject();
            json.writeStringField("domain", name);
            json.writeBooleanField("usable", isUsable());
            if (isUsable()) {
                writeRecord(json, found().orElseThrow());
            } else {
                json.writeStringField("problem", problem());
            }
            json.writeArrayFieldStart("records");
            for (SeenRecord record : seen) {
                json.writeStartObject();
                json.writeStringField("name", record.place());
                json.writeStringField("text", record.text());
                json.writeBooleanField("dmarc", !(record.parsed() instanceof Parsed.NotDmarc));
                strings(json, "mistakes", mistakes(record.parsed()));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void writeRecord(JsonGenerator json, Discovery.Found found) throws IOException {
        DmarcRecord record = found.record();
        json.writeStringField("policy_domain", found.domain().ascii());
        json.writeBooleanField("inherited", found.inherited());
        json.writeStringField("p", record.p().word());
        if (record.sp().isPresent()) {
            json.writeStringField("sp", record.sp().get().word());
        }
        if (record.np().isPresent()) {
            json.writeStringField("np", record.np().get().word());
        }
        json.writeNumberField("pct", record.pct());
        json.writeStringField("adkim", record.adkim().name().toLowerCase(Locale.ROOT));
        json.writeStringField("aspf", record.aspf().name().toLowerCase(Locale.ROOT));
        strings(json, "fo", record.fo());
        strings(json, "rua", texts(record.rua()));
        strings(json, "ruf", texts(record.ruf()));
    }

    private static String named(String text) {
        return Printable.named(text, MAX_SHOWN);
    }

    private static List<String> texts(List<DmarcUri> uris) {
        return uris.stream().map(DmarcUri::text).toList();
    }

    private static void strings(JsonGenerator json, String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
