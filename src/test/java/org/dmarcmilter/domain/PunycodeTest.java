package org.dmarcmilter.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.IDN;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PunycodeTest {
    /** RFC 3492, section 7.1, and a few labels that are in use. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "ليهمابتكلموشعربي؟, egbpdaj6bu4bxfgehfvwxn",
        "他们为什么不说中文, ihqwcrb4cv8a8dqg056pqjye",
        "Pročprostěnemluvíčesky, Proprostnemluvesky-uyb24dma41a",
        "यहलोगहिन्दीक्योंनहींबोलसकतेहैं, i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd",
        "なぜみんな日本語を話してくれないのか, n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
        "3年B組金八先生, 3B-ww4c5e180e575a65lsy2b",
        "ひとつ屋根の下2, 2-u9tlzr9756bt3uc0v",
        "パフィーdeルンバ, de-jg4avhby1noc0d",
        "そのスピードで, d9juau41awczczp",
        "'-> $1.00 <-', '-> $1.00 <--'",
        "bücher, bcher-kva",
        "faß, fa-hia",
        "ü, tda",
        "\uD83D\uDE00, e28h",
    })
    void encodes(String label, String expected) {
        assertEquals(expected, Punycode.encode(label.codePoints().toArray()));
        assertEquals(Optional.of(label), Punycode.decode(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"z", "99999999", "a-\u00e9", "99999999999999999999", "tda_"})
    void refusesWhatNothingIsEncodedAs(String encoded) {
        assertEquals(Optional.empty(), Punycode.decode(encoded));
    }

    /** The decoder of java.net.IDN is a decoder of Punycode, for labels of one direction. */
    @Test
    void theJdkDecodesIt() {
        int[] alphabet =
                "abcxyz0189-äöüéñčłøåçαβγωбвгждя日本語公司中国한국어हनद".codePoints().toArray();
        Random random = new Random(3492);
        for (int i = 0; i < 20_000; i++) {
            int[] label = new int[1 + random.nextInt(12)];
            for (int k = 0; k < label.length; k++) {
                label[k] = alphabet[random.nextInt(alphabet.length)];
            }
            label[0] = 'é';
            String text = new String(label, 0, label.length);
            assertEquals(text, IDN.toUnicode("xn--" + Punycode.encode(label)), text);
            assertEquals(Optional.of(text), Punycode.decode(Punycode.encode(label)), text);
        }
    }
}
