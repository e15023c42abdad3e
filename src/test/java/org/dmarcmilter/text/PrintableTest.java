package org.dmarcmilter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

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

    @Test
    void replacesWhatWouldMeanSomething() {
        assertEquals("a?b?c", Printable.of("a b<c", 9, " <"));
        assertEquals("a?", Printable.of("a b<c", 2, " <"));
    }

    @Test
    void boundsTheText() {
        assertEquals("abc", Printable.of("abcdef", 3));
        assertEquals("abc...", Printable.shortened("abcdef", 3));
        assertEquals("abc", Printable.shortened("abc", 3));
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
