package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The sample file, the manual page and the documentation say of each option what {@link Option} says. To write them anew:
 * {@code mvn -q test -Dtest=OptionDocumentsTest -Doptions.write=true}.
 */
class OptionDocumentsTest {
    private static final String REMEDY = "Change what Option says, not the document; then write it anew:"
            + " mvn -q test -Dtest=OptionDocumentsTest -Doptions.write=true";

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("options.write")) {
            for (Map.Entry<Path, String> document : OptionDocuments.documents().entrySet()) {
                Files.writeString(document.getKey(), document.getValue());
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> sayWhatTheTableSays() throws IOException {
        return OptionDocuments.documents().entrySet().stream()
                .map(document -> dynamicTest(
                        document.getKey().toString(),
                        () -> assertEquals(document.getValue(), Files.readString(document.getKey()), REMEDY)));
    }
}
