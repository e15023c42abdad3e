package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayNameTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            DMARC reports of Example | "DMARC reports of Example"     | plain
            Example, Inc.            | "Example, Inc."                | what separates addresses
            a "b" \\c                | "a \\"b\\" \\\\c"              | what ends a quoted-string
            =?UTF-8?Q?x?=            | "=?UTF-8?Q?x?="                | looks like an encoded-word
            a\u0007b                 | "a?b"                          | a control character
            Société                  | =?UTF-8?B?U29jacOpdMOp?=       | another language
            ``                       | ""                             | nothing
            """)
    void encodes(String name, String field, String why) {
        assertEquals(field, DisplayName.encoded(name), why);
    }

    @Test
    void longNamesAreFoldedBetweenCharacters() {
        String name =
                "DMARC-Berichte für die Straße der Prüfgeräte \uD83D\uDE00\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00, Größenordnung";
        String encoded = DisplayName.encoded(name);
        assertTrue(encoded.lines().allMatch(line -> line.strip().length() <= 75), encoded);
        assertTrue(encoded.lines().count() > 1);
        String decoded = encoded.lines()
                .map(line -> line.strip().replaceAll("^=\\?UTF-8\\?B\\?|\\?=$", ""))
                .map(word -> new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
        assertEquals(name, decoded);
    }

    @Test
    void isBounded() {
        assertTrue(DisplayName.encoded("\\".repeat(10_000)).length() < 300);
        assertTrue(DisplayName.encoded("\uD83D\uDE00".repeat(10_000)).length() < 1_000);
    }
}
