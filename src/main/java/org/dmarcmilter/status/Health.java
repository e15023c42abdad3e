package org.dmarcmilter.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Whether all is well, and what is wrong.
 *
 * @param problems each one line; empty while all is well
 */
public record Health(List<String> problems) {
    private static final JsonFactory JSON = new JsonFactory();

    public Health {
        problems = List.copyOf(problems);
    }

    /** Whether nothing is wrong. */
    public boolean isWell() {
        return problems.isEmpty();
    }

    /** One line for programs: {@code {"status":"ok","problems":[]}}. */
    public String json() {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("status", isWell() ? "ok" : "failing");
            json.writeArrayFieldStart("problems");
            for (String problem : problems) {
                json.writeString(problem);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out + "\n";
    }
}
