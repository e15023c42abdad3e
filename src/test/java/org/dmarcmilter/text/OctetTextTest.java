package org.dmarcmilter.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetTextTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 1_764_288_065, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void writesNumbersInDecimal(long number) {
        assertEquals(
                "n" + number + ".",
                new OctetText(1).append('n').append(number).append('.').toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x0123_4567, 0x89AB_CDEF, -1})
    void writesNumbersInHexadecimal(int number) {
        assertEquals(
                String.format("n%08x.", number),
                new OctetText(1).append('n').appendHex(number).append('.').toString());
    }

    @Test
    void growsAndIsCut() {
        OctetText text = new OctetText(0);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            text.append("part ").append(i).append(new byte[] {'-', 'x'});
            expected.append("part ").append(i).append("-x");
        }
        assertEquals(expected.toString(), text.toString());
        assertEquals(expected.length(), text.length());
        byte[] all = expected.toString().getBytes(StandardCharsets.US_ASCII);
        assertArrayEquals(all, text.toOctets());
        text.cut(7);
        text.cut(100);
        assertEquals("part 0-", text.toString());
        byte[] rest = new byte[2];
        text.from(5).get(rest);
        assertArrayEquals(new byte[] {'0', '-'}, rest);
        assertEquals(0, text.from(7).remaining());
    }
}
