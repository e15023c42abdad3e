package org.dmarcmilter.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.Writer;

/** JSON for terminals and programs: US-ASCII, so that nothing a record holds can control a terminal. */
final class JsonOutput {
    private static final JsonFactory ASCII =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonOutput() {}

    static JsonGenerator to(Writer text) throws IOException {
        return ASCII.createGenerator(text);
    }
}
