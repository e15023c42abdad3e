package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.IDN;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {
    /** {@code -} where no such name can exist. E046 (display names) is the From parser's. */
    @ParameterizedTest(name = "{0}: {1} ({3})")
    @CsvSource(delimiter = '|', textBlock = """
        # row | text                     | name                         | why
        ascii | example.com              | example.com                  | as it is
        ascii | MAIL.Example.COM         | mail.example.com             | lower case
        ascii | _dmarc.example.com       | _dmarc.example.com           | underscores
        ascii | a--b.example             | a--b.example                 | hyphens
        ascii | com                      | com                          | one label
        E044 | bank.example.              | bank.example                 | the root dot
        E044 | bank.example..             | -                            | one root dot only
        E020 | .                          | -                            | nothing
        E020 | ''                         | -                            | nothing
        E020 | .example.com               | -                            | an empty label
        E020 | .bücher.example            | -                            | an empty label before a U-label
        E020 | mac...com                  | -                            | empty labels
        E005 | [192.0.2.1]                | -                            | an address literal
        E005 | 192.0.2.1                  | -                            | an address
        E005 | 192.0.2.1.                 | -                            | an address
        E005 | a.0x7f                     | a.0x7f                       | not digits only
        E086 | legitimate.com(a.attack.com | -                           | CVE-2020-12272
        E087 | legitimate.com'@any.attack.com | -                        | CVE-2020-12272
        ws  | 'a b.com'                  | -                            | a space
        E040 | bänk.example               | xn--bnk-qla.example          | to A-labels
        E040 | BÄNK.EXAMPLE               | xn--bnk-qla.example          | lower case
        E040 | 'ba\u0308nk.example'       | xn--bnk-qla.example          | NFC
        E040 | xn--bnk-qla.example        | xn--bnk-qla.example          | an A-label
        E040 | XN--BNK-QLA.example        | xn--bnk-qla.example          | an A-label in upper case
        E040 | дом.рф                     | xn--d1aqf.xn--p1ai           | each label
        E040 | 'bücher.example.'          | xn--bcher-kva.example        | the root dot
        E041 | Bloß.de                    | xn--blo-7ka.de               | not bloss.de
        E041 | xn--blo-7ka.de             | xn--blo-7ka.de               | the same domain
        E041 | 'BLO\u1E9E.de'             | xn--blo-7ka.de               | the capital sharp s
        E041 | βόλος.com                  | xn--nxasmm1c.com             | final sigma stays
        E041 | ΒΌΛΟΣ.com                  | xn--nxasmq6b.com             | Σ becomes σ, wherever it stands
        E041 | 'İ.com'                    | xn--i-9bb.com                | the dot of a Turkish İ stays
        E041 | '\u212Aelvin.com'          | kelvin.com                   | canonically the same letter
        E041 | 'ශ්\u200Dරී.com'              | xn--10cl1a0b660p.com         | a zero-width joiner stays
        E042 | 日本語。ＪＰ                  | -                            | full-width letters are not mapped
        E042 | 日本語。jp                   | -                            | U+3002 separates nothing
        E042 | 日本語．jp                   | -                            | U+FF0E separates nothing
        E042 | 日本語｡jp                    | -                            | U+FF61 separates nothing
        E042 | 日本語.jp                    | xn--wgv71a119e.jp            | U+002E does
        E042 | 'example。com'             | -                            | nor between ASCII
        E043 | ☕.us                      | -                            | a symbol is not allowed by IDNA2008
        E043 | xn--53h.us                 | xn--53h.us                   | given as A-label it is looked up
        E045 | ﬁle.com                    | -                            | a ligature is not mapped
        E045 | 'ſ.com'                    | -                            | a long s is not mapped
        E011 | 'bank\u00A0.example'       | -                            | no-break space
        E011 | 'bank.example\u3000'       | -                            | ideographic space, not trimmed
        E046 | 'bank\u202E.example'       | -                            | right-to-left override
        E046 | 'bank\u2066.example'       | -                            | isolate
        E046 | 'bank\u200B.example'       | -                            | zero-width space
        E046 | 'bank\uFEFF.example'       | -                            | byte order mark
        E046 | 'bank\u00AD.example'       | -                            | soft hyphen
        E046 | 'bank\uFE0F.example'       | -                            | variation selector
        E046 | 'bank\u034F.example'       | -                            | combining grapheme joiner
        E046 | 'bank\uD800.example'       | -                            | half a character
        E046 | 'bank\uE000.example'       | -                            | private use
        E047 | 'b\u0430nk.example'        | xn--bnk-6cd.example          | a Cyrillic a: its own domain
        5891 | '\u0301bank.example'      | -                            | a label does not begin with a mark
        5891 | xn--bänk.example          | -                            | neither A-label nor U-label
        5891 | ab--ü.example             | -                            | hyphens in third and fourth place
        5891 | 'bä nk.example'           | -                            | ASCII rules hold in U-labels too
        5891 | 'bä(nk.example'           | -                            | ASCII rules hold in U-labels too
        latin1 | 'bÃ¤nk.example'        | -                            | undecoded octets: the sign is no letter
        """)
    void parses(String row, String text, String expected, String why) {
        assertEquals(expected, DomainName.parse(text).map(DomainName::ascii).orElse("-"), why);
    }

    /** E011, E046 and E091, and what a text block cannot hold. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bank\u2028.example",
                "bank\u0085.example",
                "bank\r.example",
                "bank.example\n",
                "\tbank.example",
                "bank.example\0"
            })
    void controlCharactersAreNotTrimmed(String text) {
        assertEquals(Optional.empty(), DomainName.parse(text));
    }

    /** E045. */
    @Test
    void lengths() {
        String label63 = "a".repeat(63);
        assertTrue(DomainName.parse(label63 + ".com").isPresent());
        assertFalse(DomainName.parse(label63 + "a.com").isPresent());
        String name253 = (label63 + ".").repeat(3) + "b".repeat(61);
        assertEquals(253, name253.length());
        assertTrue(DomainName.parse(name253).isPresent());
        assertTrue(DomainName.parse(name253 + ".").isPresent());
        assertFalse(DomainName.parse(name253 + "b").isPresent());
        assertTrue(DomainName.parse("ü".repeat(54)).isPresent(), "counted as A-label");
        assertFalse(DomainName.parse("ü".repeat(64)).isPresent());
    }

    @Test
    void canonicalFormOnly() {
        for (String text : List.of("Example.com", "example.com.", "bücher.de", "", "1.2.3.4")) {
            assertThrows(IllegalArgumentException.class, () -> new DomainName(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> DomainName.of("a..b"));
    }

    @Test
    void family() {
        DomainName name = DomainName.of("a.b.example.com");
        assertEquals(Optional.of(DomainName.of("b.example.com")), name.parent());
        assertEquals(Optional.empty(), DomainName.of("com").parent());
        assertEquals(4, name.labelCount());
        assertEquals(1, DomainName.of("com").labelCount());
        assertTrue(name.isBelow(DomainName.of("example.com")));
        assertFalse(name.isBelow(name));
        assertFalse(DomainName.of("notexample.com").isBelow(DomainName.of("example.com")));
        assertFalse(DomainName.of("example.com").isBelow(name));
        assertTrue(name.isAtOrBelow(name));
        assertTrue(name.isAtOrBelow(DomainName.of("com")));
        assertEquals(Optional.of(DomainName.of("_dmarc.a.b.example.com")), name.prefixed("_dmarc"));
        assertEquals(Optional.empty(), DomainName.of("a.".repeat(125) + "b").prefixed("_dmarc"));
        assertTrue(DomainName.of("a.com").compareTo(DomainName.of("b.com")) < 0);
        assertEquals("a.b.example.com", name.toString());
    }

    @Test
    void hostileTextTakesLinearTime() {
        for (String unit : List.of("a", ".", "ü", "ü.", "u\u0308", "\u0300", "\uD800", "\uFDFA")) {
            String text = unit.repeat(5_000_000 / unit.length());
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> DomainName.parse(text), unit);
        }
    }

    /** Any text: no exception, and what comes out is canonical and stays what it is. */
    @Test
    void anyTextIsReadOnce() {
        Random random = new Random(5891);
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                switch (random.nextInt(5)) {
                    case 0 -> text.append('.');
                    case 1 -> text.append((char) ('a' + random.nextInt(26)));
                    case 2 -> text.append((char) random.nextInt(0x10000));
                    case 3 -> text.appendCodePoint(random.nextInt(0x110000));
                    default -> text.append((char) (0xC0 + random.nextInt(0x500)));
                }
            }
            checkInvariants(text.toString());
        }
    }

    static void checkInvariants(String text) {
        DomainName.parse(text).ifPresent(name -> {
            assertEquals(Optional.of(name), DomainName.parse(name.ascii()), text);
            assertEquals(Optional.of(name), DomainName.parse(Normalizer.normalize(text, Normalizer.Form.NFC)), text);
            assertEquals(Optional.of(name), DomainName.parse(Normalizer.normalize(text, Normalizer.Form.NFD)), text);
        });
    }

    /** Where IDNA2003 has nothing to map, both agree. */
    @Test
    void agreesWithTheJdkWhereNothingIsMapped() {
        int[] alphabet = "abcxyz0189äöüéñčłøåçαβγωбвгждя日本語公司中国".codePoints().toArray();
        Random random = new Random(2003);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder("x");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            assertEquals(
                    IDN.toASCII(text + ".example"),
                    DomainName.of(text + ".example").ascii());
        }
    }
}
