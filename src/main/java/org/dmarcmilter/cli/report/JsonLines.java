package org.dmarcmilter.cli.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;

/** JSON for programs: one object a line, in US-ASCII. */
public final class JsonLines {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonLines() {}

    /** Writes what stands in the object. */
    public interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** One line. */
    public static String object(Fields fields) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }
}
