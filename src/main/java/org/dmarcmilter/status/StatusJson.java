package org.dmarcmilter.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** The status for programs: one object, US-ASCII, times in seconds since 1970. */
public final class StatusJson {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private StatusJson() {}

    /** Writes it. */
    public static String of(Status status) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("now", status.now().getEpochSecond());
            json.writeStringField("program", status.program());
            json.writeStringField("java", status.java());
            json.writeNumberField("started", status.started().getEpochSecond());
            json.writeBooleanField("ready", status.ready().isWell());
            strings(json, "problems", status.ready().problems());
            configuration(json, status.configuration());
            json.writeObjectFieldStart("verdicts");
            amounts(json, "last_minute", status.lastMinute());
            amounts(json, "last_hour", status.hour());
            amounts(json, "last_day", status.day());
            json.writeEndObject();
            failing(json, status);
            dns(json, status.dns());
            json.writeArrayFieldStart("queues");
            for (Status.Queue queue : status.queues()) {
                json.writeStartObject();
                json.writeStringField("name", queue.name());
                json.writeNumberField("length", queue.length());
                json.writeNumberField("bound", queue.bound());
                json.writeEndObject();
            }
            json.writeEndArray();
            reports(json, status.reports());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out + "\n";
    }

    private static void strings(JsonGenerator json, String name, List<String> strings) throws IOException {
        json.writeArrayFieldStart(name);
        for (String string : strings) {
            json.writeString(string);
        }
        json.writeEndArray();
    }

    private static void configuration(JsonGenerator json, Status.Configuration configuration) throws IOException {
        json.writeObjectFieldStart("configuration");
        json.writeStringField("name", configuration.name());
        json.writeNumberField("loaded", configuration.loaded().getEpochSecond());
        json.writeNumberField("reloads", configuration.reloads());
        strings(json, "warnings", configuration.warnings());
        strings(json, "mistakes", configuration.mistakes());
        json.writeEndObject();
    }

    private static void amounts(JsonGenerator json, String name, Amounts amounts) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("messages", amounts.messages());
        for (Measure measure : Measure.values()) {
            json.writeNumberField(measure.name().toLowerCase(Locale.ROOT), amounts.of(measure));
        }
        json.writeEndObject();
    }

    private static void failing(JsonGenerator json, Status status) throws IOException {
        json.writeNumberField("failing_since", status.failingSince().getEpochSecond());
        json.writeArrayFieldStart("failing");
        for (FailingDomains.Domain domain : status.failing()) {
            json.writeStartObject();
            json.writeStringField("domain", domain.name());
            json.writeStringField("policy", domain.policy().word());
            json.writeNumberField("messages", domain.messages());
            json.writeNumberField("error", domain.error());
            json.writeArrayFieldStart("sources");
            for (FailingDomains.Address source : domain.sources()) {
                json.writeStartObject();
                json.writeStringField("ip", source.ip().toString());
                json.writeNumberField("messages", source.messages());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void dns(JsonGenerator json, Status.Dns dns) throws IOException {
        json.writeObjectFieldStart("dns");
        json.writeStringField("problem", dns.problem().orElse(""));
        json.writeArrayFieldStart("servers");
        for (Status.Server server : dns.servers()) {
            json.writeStartObject();
            json.writeStringField("address", server.address());
            json.writeBooleanField("resting", server.resting());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("hits", dns.hits());
        json.writeNumberField("misses", dns.misses());
        json.writeNumberField("coalesced", dns.coalesced());
        json.writeNumberField("median_seconds", dns.median());
        json.writeNumberField("p95_seconds", dns.high());
        json.writeObjectFieldStart("failures");
        for (Status.Counted failure : dns.failures()) {
            json.writeNumberField(failure.what(), failure.number());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void reports(JsonGenerator json, Status.Reports reports) throws IOException {
        json.writeObjectFieldStart("reports");
        json.writeBooleanField("recording", reports.recording());
        json.writeNumberField("recorded", reports.recorded());
        json.writeNumberField("lost", reports.lost());
        json.writeNumberField("failure_reports", reports.failureReports());
        if (reports.lastRun().isPresent()) {
            ReportRun run = reports.lastRun().get();
            json.writeObjectFieldStart("last_run");
            json.writeNumberField("end", run.end().getEpochSecond());
            json.writeNumberField("seconds", run.seconds());
            json.writeStringField("error", run.error());
            json.writeNumberField("waiting", run.waiting());
            json.writeNumberField("suppressed", run.suppressed());
            json.writeNumberField("store_bytes", run.storeOctets());
            json.writeObjectFieldStart("reports");
            for (var state : run.reports().entrySet()) {
                json.writeNumberField(state.getKey(), state.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
