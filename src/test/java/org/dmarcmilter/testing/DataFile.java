package org.dmarcmilter.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The tables that others wrote, under {@code src/test/resources}. A file that is missing fails the test. */
public final class DataFile {
    private DataFile() {}

    /** A JSON file by its path in the resources, such as {@code /opendmarc/walk.json}. */
    public static JsonNode json(String resource) {
        try (InputStream in = open(resource)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The documents of a YAML file. */
    public static List<JsonNode> yaml(String resource) {
        try (InputStream in = open(resource);
                var documents = new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(in)) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = DataFile.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException("no resource " + resource);
        }
        return in;
    }
}
