package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dmarcmilter.milter.MilterReply.AddRecipient;
import org.dmarcmilter.milter.MilterReply.DeleteHeader;
import org.dmarcmilter.milter.MilterReply.InsertHeader;
import org.dmarcmilter.milter.MilterReply.Quarantine;
import org.dmarcmilter.milter.MilterReply.ReplyCode;
import org.dmarcmilter.text.Printable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MilterReplyTest {
    static Stream<Arguments> replies() {
        return Stream.of(
                Arguments.of(new MilterReply.Continue(), "00000001 63"),
                Arguments.of(new MilterReply.Accept(), "00000001 61"),
                Arguments.of(new MilterReply.Reject(), "00000001 72"),
                Arguments.of(new MilterReply.TemporaryFailure(), "00000001 74"),
                Arguments.of(new MilterReply.Progress(), "00000001 70"),
                Arguments.of(
                        new ReplyCode(451, "4.7.0", "try later"),
                        "00000015 79 34 35 31 20 34 2e 37 2e 30 20 74 72 79 20 6c 61 74 65 72 00"),
                Arguments.of(new InsertHeader(1, "X-Test", "ok"), "0000000f 69 00000001 58 2d 54 65 73 74 00 6f 6b 00"),
                Arguments.of(
                        new InsertHeader(
                                0,
                                "Authentication-Results",
                                "mx.example.org;\n\tdmarc=pass" + " header.from=example.net"),
                        """
                        00 00 00 50 69 00 00 00 00 41 75 74 68 65 6e 74 69 63 61 74 69 6f 6e 2d 52 65 73 75
                        6c 74 73 00 6d 78 2e 65 78 61 6d 70 6c 65 2e 6f 72 67 3b 0a 09 64 6d 61 72 63 3d 70
                        61 73 73 20 68 65 61 64 65 72 2e 66 72 6f 6d 3d 65 78 61 6d 70 6c 65 2e 6e 65 74 00"""),
                Arguments.of(new Quarantine("DMARC policy quarantine"), """
                        00 00 00 19 71 44 4d 41 52 43 20 70 6f 6c 69 63 79 20 71 75 61 72 61 6e 74 69 6e 65
                        00"""),
                Arguments.of(
                        new AddRecipient("<z@example.org>"),
                        "00000011 2b 3c 7a 40 65 78 61 6d 70 6c 65 2e 6f 72 67 3e 00"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void hasTheseOctets(MilterReply reply, String hex) {
        assertArrayEquals(Frames.hex(hex), octets(reply));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # text             | on the wire               | why
            100% sure          | 100%% sure                | Sendmail takes it for a format
            %s%n%%             | %%s%%n%%%%                | each of them
            one\\r\\n550 two   | one  550 two              | no second line
            a\\0b\\t\\u007fc   | a b  c                    | control characters
            caf\\u00e9 \\u20ac | caf? ?                    | SMTP replies are ASCII
            """)
    void replyTextStaysOneLine(String text, String expected, String why) {
        ReplyCode reply = new ReplyCode(550, "5.7.1", unescape(text));
        assertEquals("y550 5.7.1 " + expected + "\0", payload(reply), why);
    }

    @Test
    void replyLineIsAtMost512OctetsWithItsLineEnd() {
        String payload = payload(new ReplyCode(550, "5.7.1", "%".repeat(9999)));
        assertEquals("y550 5.7.1 ".length() - 1 + 500 + 2, payload.length(), "510, without half a pair, y and NUL");
        assertTrue(payload.endsWith("%%\0"));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # value                   | on the wire             | why
            a\\n\\tb\\n c             | a\\n\\tb\\n c           | folds stay
            a\\nX-Evil: b             | a X-Evil: b             | no second header
            a\\r\\n\\tb               | a \\n\\tb               | both MTAs would keep the CR
            a\\n                      | a' '                    | no LF at the end
            a\\0b                     | a b                     | a NUL would end it
            a\\u0001b\\u007fc         | a b c                   | other controls
            caf\\u00e9                | caf\\u00e9              | 8-bit octets are none of our business
            """)
    void headerValueStaysOneField(String value, String expected, String why) {
        InsertHeader reply = new InsertHeader(0, "X", unescape(value));
        assertEquals("i\0\0\0\0X\0" + unescape(expected.replace("'", "")) + "\0", payload(reply), why);
    }

    @Test
    void bringsItsOwnSpaceWhereThatWasAgreed() {
        ByteBuf out = Unpooled.buffer();
        MilterEncoder.write(new InsertHeader(1, "X-Test", "ok"), true, out);
        MilterEncoder.write(new DeleteHeader(2, "X"), true, out);
        assertArrayEquals(
                Frames.hex("00000010 69 00000001 58 2d 54 65 73 74 00 20 6f 6b 00 00000008 6d 00000002 58 00 00"),
                ByteBufUtil.getBytes(out),
                "an empty value still deletes");
    }

    @Test
    void deletesByAnEmptyValue() {
        assertEquals("m\0\0\0\2Authentication-Results\0\0", payload(new DeleteHeader(2, "Authentication-Results")));
        assertThrows(IllegalArgumentException.class, () -> new DeleteHeader(0, "X"));
        assertThrows(IllegalArgumentException.class, () -> new DeleteHeader(1, "X:"));
    }

    @Test
    void whatIsNoOctetBecomesAQuestionMark() {
        assertEquals("i\0\0\0\0X\0?\0", payload(new InsertHeader(0, "X", "\u20ac")));
        assertEquals("qa b\0", payload(new Quarantine("a\nb")));
    }

    @Test
    void refusesWhatWouldBreakTheProtocol() {
        assertThrows(IllegalArgumentException.class, () -> new ReplyCode(250, "2.0.0", "ok"));
        assertThrows(IllegalArgumentException.class, () -> new ReplyCode(600, "6.0.0", "?"));
        assertThrows(IllegalArgumentException.class, () -> new ReplyCode(550, "4.7.1", "class differs"));
        assertThrows(IllegalArgumentException.class, () -> new ReplyCode(550, "5.7.1\r\n550 5", "?"));
        assertThrows(IllegalArgumentException.class, () -> new ReplyCode(550, "", "?"));
        assertThrows(IllegalArgumentException.class, () -> new InsertHeader(-1, "X", ""));
        for (String name : new String[] {"", "X:", "X Y", "X\n", "X\0", "\u00e9"}) {
            assertThrows(IllegalArgumentException.class, () -> new InsertHeader(0, name, ""));
        }
        assertThrows(IllegalArgumentException.class, () -> new Quarantine(""));
        assertThrows(IllegalArgumentException.class, () -> new AddRecipient(""));
        assertThrows(IllegalArgumentException.class, () -> new AddRecipient("a@b\0c"));
    }

    @Test
    void largestHeaderFillsTheFrame() {
        String value = "v".repeat(65_536 - 9);
        ByteBuf out = Unpooled.buffer();
        MilterEncoder.write(new InsertHeader(0, "X", value), true, out);
        byte[] octets = ByteBufUtil.getBytes(out);
        assertArrayEquals(Frames.hex("00010000"), java.util.Arrays.copyOf(octets, 4));
        assertEquals(4 + 65_536, octets.length);
        assertThrows(IllegalArgumentException.class, () -> new InsertHeader(0, "X", value + "v"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            plain text | plain text
            a\\nb\\u001b[31m | a\\x0ab\\x1b[31m
            caf\\u00e9 \\u20ac | caf\\xe9 \\u20ac
            """)
    void logShowsForeignTextEscaped(String text, String expected) {
        assertEquals(expected, Printable.escaped(unescape(text), WireText.MAX_LOGGED));
    }

    @Test
    void logShowsForeignTextShortened() {
        assertEquals("x".repeat(80) + "...", Printable.escaped("x".repeat(100_000), WireText.MAX_LOGGED));
    }

    private static byte[] octets(MilterReply reply) {
        ByteBuf out = Unpooled.buffer();
        MilterEncoder.write(reply, false, out);
        return ByteBufUtil.getBytes(out);
    }

    private static String payload(MilterReply reply) {
        return new String(octets(reply), StandardCharsets.ISO_8859_1).substring(4);
    }

    private static String unescape(String text) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))))
                .translateEscapes();
    }
}
