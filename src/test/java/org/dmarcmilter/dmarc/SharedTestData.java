package org.dmarcmilter.dmarc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The optional folder of OpenDMARC's tests as tables; a test that needs it is skipped without it. */
final class SharedTestData {
    private SharedTestData() {}

    static JsonNode openDmarc(String file) throws IOException {
        Path path = Path.of(System.getProperty("testdata", "testdata"), "opendmarc", file);
        Assumptions.assumeTrue(Files.exists(path), () -> "no shared test data: " + path);
        return new ObjectMapper().readTree(path.toFile());
    }
}
