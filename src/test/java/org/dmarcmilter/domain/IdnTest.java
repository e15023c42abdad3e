package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmarcmilter.message.Octets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels by RFC 5892. */
class IdnTest {
    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9A-F]{4})");

    /** The table is of another Unicode version than some Java: what it does not know may be anything. */
    @Test
    void knowsTheDerivedPropertyOfEachCodePoint() {
        Map<Integer, Character> expected = new HashMap<>();
        for (List<String> row : Octets.table("/domain/rfc5892.txt")) {
            String[] words = row.get(0).split(" ", -1);
            Arrays.stream(words).skip(1).forEach(range -> {
                String[] ends = range.split("-", -1);
                for (int c = Integer.parseInt(ends[0], 16); c <= Integer.parseInt(ends[ends.length - 1], 16); c++) {
                    expected.put(c, words[0].charAt(0));
                }
            });
        }
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            char property = expected.getOrDefault(c, 'D');
            if (property == 'U' || !Character.isDefined(c)) {
                continue;
            }
            compared++;
            boolean context = property == 'J' || property == 'O';
            if (Idn.isValid(c) != (property == 'P') || ContextRules.has(c) != context) {
                wrong.add(String.format("U+%04X %c", c, property));
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(compared > 280_000, "only " + compared + " code points are known to both");
    }

    /** By the table of Unicode, in which no character has moved since it was given a class. */
    @Test
    void knowsTheViramas() {
        List<String> viramas = new ArrayList<>();
        for (int c = 0; c < 0x1000; c++) {
            if (Character.isDefined(c) && ContextRules.isVirama(c)) {
                viramas.add(Integer.toHexString(c));
            }
        }
        assertEquals(
                "94d 9cd a4d acd b4d bcd c4d ccd d3b d3c d4d dca e3a eba f84",
                String.join(" ", viramas),
                "up to Tibetan");
        assertTrue(ContextRules.isVirama(0x1039) && ContextRules.isVirama(0x2D7F) && ContextRules.isVirama(0x11133));
    }

    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
        # label                        | valid | why
        'نامه\\u200Cای'                | true  | A.1 Persian: a letter that joins, one that joins
        'می\\u200Cخواهم'               | true  | A.1 Persian
        'ب\\u064E\\u200C\\u064Eب'        | true  | A.1 marks on both sides do not matter
        'داده\\u200Cها'                | true  | A.1 Persian
        'د\\u200Cب'                    | false | A.1 dal joins with nothing behind it
        'ب\\u200Cx'                    | false | A.1 nothing to join behind
        'ب\\u200C'                     | false | A.1 at the end
        '\\u200Cب'                     | false | A.1 at the beginning
        'ب\\u200C\\u200Cب'              | false | A.1 twice
        'ب\\u200Dب'                    | false | A.2 the joiner is not for Arabic
        'क\\u094D\\u200Cष'              | true  | A.1 after a virama
        'क\\u094D\\u200Dष'              | true  | A.2 after a virama
        'ශ්\\u200Dරී'                   | true  | A.2 Sinhala
        'ශ්\\u200Dරී\\u200Dල'           | false | A.2 the second is after a vowel sign
        'क\\u200Dष'                    | false | A.2 without virama
        'bank\\u200D'                  | false | A.2 Latin
        'bank\\u200C'                  | false | A.1 Latin
        'ba\\u200Cnk'                  | false | A.1 Latin
        'col\\u00B7lecció'             | true  | A.3 Catalan
        'l\\u00B7l'                    | true  | A.3 Catalan
        'a\\u00B7l'                    | false | A.3
        'l\\u00B7'                     | false | A.3 at the end
        '\\u00B7l'                     | false | A.3 at the beginning
        'α\\u0375β'                    | true  | A.4 before Greek
        'α\\u0375b'                    | false | A.4 not before Greek
        'α\\u0375'                     | false | A.4 at the end
        'א\\u05F3ב'                    | true  | A.5 after Hebrew
        'x\\u05F3'                     | false | A.5
        'א\\u05F4ב'                    | true  | A.6 after Hebrew
        '\\u05F4א'                     | false | A.6 at the beginning
        'ダ\\u30FBダ'                   | true  | A.7 Katakana
        'bank\\u30FB漢'                | true  | A.7 Han somewhere in the label
        'bank\\u30FB'                  | false | A.7 no Japanese
        'ب\\u0660\\u0661'               | true  | A.8
        'ب\\u0660\\u06F1'               | false | A.8, A.9 both kinds of digits
        'ب\\u06F0\\u06F1'               | true  | A.9
        """)
    void keepsTheRulesOfContext(String label, boolean valid, String why) {
        String text = unescaped(label);
        assertEquals(valid, DomainName.parse(text + ".example").isPresent(), why);
        // What is invalid as text is no better as A-label, as far as it is not seen.
        String aLabel = "xn--"
                + Punycode.encode(Normalizer.normalize(text, Normalizer.Form.NFC)
                        .codePoints()
                        .toArray());
        boolean joiner = text.contains("\u200C") || text.contains("\u200D");
        assertEquals(valid || !joiner, DomainName.parse(aLabel + ".example").isPresent(), why);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # text                       | name               | why
        bank.example                 | bank.example       | as it is
        'bank\\u200D.example'        | bank.example       | a joiner is not seen
        'ba\\u200Cnk.exa\\u00ADmple' | bank.example       | nor are a non-joiner and a soft hyphen
        xn--bank-876a.example         | bank.example       | nor is a joiner in an A-label
        ｂａｎｋ．ｅｘａｍｐｌｅ              | bank.example       | full-width letters
        BÄNK.example                 | xn--bnk-qla.example | a name of its own
        ☕.us                        | xn--53h.us         | a sign that IDNA2008 does not allow, and registries sell
        'bank\\u200D..example'       | -                  | nonsense
        """)
    void saysWhatIsSeen(String text, String name, String why) {
        assertEquals(
                name, DomainName.shownAs(unescaped(text)).map(DomainName::ascii).orElse("-"), why);
    }

    private static String unescaped(String text) {
        return ESCAPE.matcher(text).replaceAll(match -> Character.toString(Integer.parseInt(match.group(1), 16)));
    }

    @Test
    void emptyAndDamagedALabelsAreNames() {
        for (String name : List.of("xn--.example", "xn---.example", "xn--zzzzzzzzzz.example", "xn--a-.example")) {
            assertEquals(Optional.of(name), DomainName.parse(name).map(DomainName::ascii), name);
        }
    }
}
