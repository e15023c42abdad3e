package org.dmarcmilter.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
        plain text ~    | plain text ~
        "a\tb"          | a?b
        "a\r\nb: c"     | a??b: c
        a\u007Fb        | a?b
        b\u00FCro       | b?ro
        \u202Egnp.exe   | ?gnp.exe
        """)
    void replacesWhatIsNotPrintable(String text, String shown) {
        assertEquals(shown, Printable.of(text));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
        "a\u00A0b"          | a<U+00A0 no-break space>b               | a character, or the octet of Latin-1
        "a\u00C2\u00A0b"    | a<U+00A0 no-break space>b               | the octets of UTF-8
        "\u00EF\u00BB\u00BFv" | <U+FEFF zero width no-break space>v | a byte order mark
        "\u20AC\u00A0"      | <U+20AC euro sign><U+00A0 no-break space> | text that is no octets
        "\uD83D\uDE00"      | <U+1F600 grinning face>                 | one character, two Java chars
        "\uD83D"            | <U+D83D high surrogates d83d>           | half of one
        "a\u0007b"          | a<U+0007 bel>b                          | a control
        "a\tb\r\nc"         | a\\tb\\r\\nc                              | what everybody knows
        "\u0378"            | <U+0378>                                | a character without name
        "\u00FC\u00FC\u00FC\u00FC" | <U+00FC latin small letter u with diaeresis><U+00FC latin small letter u with diaeresis><U+00FC latin small letter u with diaeresis>? | no more than three
        """)
    void namesWhatIsNotPrintable(String text, String shown, String why) {
        assertEquals(shown, Printable.named(text, 100), why);
    }

    @Test
    void boundsWhatIsNamed() {
        assertEquals("ab...", Printable.named("abc", 2));
        assertEquals("ab", Printable.named("ab", 2));
        assertTrue(Printable.named("\u00a0".repeat(1_000_000), 200).length() < 400);
        // Two, three and four octets a character, cut wherever it falls.
        for (String character : List.of("\u00a0", "\u2028", "\ud83d\ude00")) {
            String octets = new String(character.repeat(5_000).getBytes(UTF_8), ISO_8859_1);
            for (int before = 0; before < 4; before++) {
                String named = Printable.named("a".repeat(before) + octets, 100);
                assertTrue(
                        named.startsWith("a".repeat(before) + "<U+"
                                + Integer.toHexString(character.codePointAt(0))
                                        .toUpperCase(Locale.ROOT)
                                        .replaceFirst("^A0$", "00A0")),
                        named);
                assertTrue(named.endsWith("?..."), named);
            }
        }
    }

    @Test
    void replacesWhatWouldMeanSomething() {
        assertEquals("a?b?c", Printable.of("a b<c", 9, " <"));
        assertEquals("a?", Printable.of("a b<c", 2, " <"));
    }

    @Test
    void boundsTheText() {
        assertEquals("abc", Printable.of("abcdef", 3));
        assertEquals("abc...", Printable.named("abcdef", 3));
        assertEquals("abc", Printable.named("abc", 3));
        assertEquals("a".repeat(200) + "...", Printable.shortened("a".repeat(201)));
        assertEquals("'" + "a".repeat(100) + "...'", Printable.quoted("a".repeat(101)));
    }

    @Test
    void copiesNothingThatIsCleanAlready() {
        String text = "as it is";
        assertSame(text, Printable.of(text));
        assertSame(text, Printable.shortened(text));
    }

    @Test
    void tellsEachOctetWhereThatHelps() {
        assertEquals("a\\x00\\x5cn\\xff\\u20ac", Printable.escaped("a\0\\n\u00ff\u20ac", 80));
        assertEquals("\\x0a...", Printable.escaped("\nb", 1));
    }
}
