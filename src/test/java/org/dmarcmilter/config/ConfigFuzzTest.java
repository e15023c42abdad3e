package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** To search for new inputs: {@code JAZZER_FUZZ=1 mvn test -Dtest=ConfigFuzzTest}. */
class ConfigFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void endsInSettingsOrOneMessage(byte[] data) {
        check(new String(data, StandardCharsets.ISO_8859_1));
    }

    /** The same with a generator that knows the names, for the ordinary build. */
    @Test
    void endsInSettingsOrOneMessageForAnyOptionAndValue() {
        Random random = new Random(1);
        String[] values = {
            "yes",
            "on",
            "0",
            "-1",
            "077",
            "99999999999",
            ",",
            "a,b",
            "%s%s",
            "%",
            "\0",
            "\u00e9",
            "#",
            "",
            " ",
            "\r",
            "0x",
            "+",
            "-",
            ".",
            "@",
            ":",
            "inet:x",
            "\t",
            "x".repeat(2_000),
            "rfc9989",
            "tempfail",
            ",,a"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int line = random.nextInt(4); line >= 0; line--) {
                Option option = Option.values()[random.nextInt(Option.values().length)];
                text.append(random.nextInt(10) == 0 ? "x" : "")
                        .append(option.label())
                        .append(random.nextBoolean() ? " " : "\t")
                        .append(values[random.nextInt(values.length)])
                        .append(random.nextBoolean() ? "\n" : "\r\n");
            }
            check(text.toString());
        }
    }

    private static void check(String text) {
        try {
            Settings settings = Settings.from(ConfigFile.parse(text));
            assertTrue(settings.handling().maxEvaluationTime().toSeconds() >= 1);
            assertTrue(settings.dns().timeout().toSeconds() >= 1);
            assertTrue(settings.service().maxConnections() >= 1);
            assertTrue(settings.identity().authservId().filter(String::isEmpty).isEmpty());
        } catch (ConfigException e) {
            e.mistakes().forEach(mistake -> {
                assertTrue(mistake.matches("-:[0-9]+: [A-Za-z\"].*: .+"), mistake);
                assertTrue(mistake.chars().allMatch(c -> c >= ' ' && c <= '~'), mistake);
            });
        }
    }
}
