package org.dmarcmilter.packaging;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.config.Option;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** dmarc-milter.conf(5) knows every option, with its type and its default. */
class ManualPageTest {
    private static final Map<Option.Type, String> TYPES = Map.of(
            Option.Type.STRING, "text",
            Option.Type.BOOLEAN, "true or false",
            Option.Type.INTEGER, "number",
            Option.Type.LIST, "list, separated by commas");

    private static String page;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(Path.of("src/packaging/man/dmarc-milter.conf.5"));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void namesTheOption(Option option) {
        String entry = entry(option);
        if (option.effect() == Option.Effect.IGNORED) {
            String advice = option.advice();
            assertTrue(entry.contains(advice.substring(0, 1).toUpperCase(Locale.ROOT) + advice.substring(1)), entry);
        } else {
            assertTrue(entry.contains("Pq " + TYPES.get(option.type()) + "\n"), entry);
            assertTrue(entry.contains("\nDefault: " + option.defaultText() + ".\n"), entry);
        }
    }

    /** From the option's own line to the next option's. */
    private static String entry(Option option) {
        int start = (page + "\n").indexOf("\n.It Cm " + option.label() + (isTyped(option) ? " Pq " : "\n"));
        assertTrue(start >= 0, () -> option.label() + " is missing in dmarc-milter.conf(5)");
        int next = page.indexOf("\n.It Cm ", start + 1);
        return next < 0 ? page.substring(start) : page.substring(start, next + 1);
    }

    private static boolean isTyped(Option option) {
        return option.effect() != Option.Effect.IGNORED;
    }
}
