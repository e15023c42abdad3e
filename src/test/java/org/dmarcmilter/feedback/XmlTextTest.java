package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class XmlTextTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            example.com        | example.com        | a name
            _x.ex-ample.com    | _x.ex-ample.com    | underscores and hyphens
            [192.0.2.1]        | [192.0.2.1]        | an address literal
            [IPv6:2001:db8::1] | [IPv6:2001:db8::1] | another one
            'a<b>&"c''d'       | a?b???c?d          | markup
            a b,c;d/e          | a?b?c?d?e          | separators
            bücher.example     | b?cher.example     | Unicode that was not made an A-label
            ''                 | invalid            | no domain at all
            """)
    void domain(String text, String written, String why) {
        assertEquals(written, XmlText.domain(text), why);
    }

    @Test
    void nameIsBounded() {
        assertEquals(253, XmlText.name("a".repeat(10_000)).length());
        assertEquals(253, XmlText.name("\u0000".repeat(10_000)).length());
        assertEquals("", XmlText.name(""), "the null sender, an unknown selector");
    }

    /** Every UTF-16 unit, alone, in each of the forms. */
    @Test
    void nothingOutsideXml() {
        for (int c = 0; c <= 0xFFFF; c++) {
            String text = String.valueOf((char) c);
            assertTrue(isXml(XmlText.name(text)), Integer.toHexString(c));
            assertTrue(isXml(XmlText.comment(text, 10)), Integer.toHexString(c));
            assertTrue(isXml(XmlText.own(text, 10)), Integer.toHexString(c));
        }
    }

    static List<Arguments> ownTexts() {
        return List.of(
                arguments("Société \uD83D\uDE00", "Société \uD83D\uDE00", "letters and pairs stay"),
                arguments("a\uD83Db", "a?b", "half of a pair"),
                arguments("a\u0007b\u0085c", "a?b?c", "controls of both sets"),
                arguments("abcdefghijklmnopqrst", "abcdefghijklmnop", "cut"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("ownTexts")
    void own(String text, String written, String why) {
        assertEquals(written, XmlText.own(text, 16), why);
    }

    /** The production Char (XML 1.0, section 2.2). */
    static boolean isXml(String text) {
        return text.codePoints()
                .allMatch(c -> c == 0x9
                        || c == 0xA
                        || c == 0xD
                        || (c >= 0x20 && c <= 0xD7FF)
                        || (c >= 0xE000 && c <= 0xFFFD)
                        || c >= 0x10000);
    }
}
