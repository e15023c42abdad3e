package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dmarcmilter.milter.MilterCommand.Body;
import org.dmarcmilter.milter.MilterCommand.Header;
import org.dmarcmilter.milter.MilterCommand.Malformed;
import org.dmarcmilter.milter.MilterFilter.Part;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MilterDecoderTest {
    private final List<String> oddities = new ArrayList<>();
    private final MilterDecoder decoder =
            new MilterDecoder(new FieldNames(), (name, value) -> Part.WHOLE, oddities::add);
    private final MilterDecoder elsewhere =
            new MilterDecoder(new FieldNames(), (name, value) -> Part.WHOLE, oddity -> {});

    @ParameterizedTest(name = "{2}")
    @CsvFileSource(resources = "/milter/single-packets.txt", delimiter = '|')
    void decodesRecordedPackets(String hex, String command, String why) {
        byte[] octets = Frames.hex(hex);
        assertEquals(command, decode(octets).map(MilterDecoderTest::shown).orElse("incomplete"), why);
        int whole = octets[4] == 'B' ? Integer.BYTES : octets.length;
        for (int cut = 0; cut < whole; cut++) {
            ByteBuf part = Unpooled.wrappedBuffer(octets, 0, cut);
            assertEquals(Optional.empty(), Optional.ofNullable(decoder.next(part)), "cut after " + cut);
            assertEquals(0, part.readerIndex(), "the buffer as it was");
        }
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # packet                | command                                                | oddity | why
            Cmx~4^c8^0c192.0.2.7~   | Connect[host=mx, address=Optional[192.0.2.7], port=OptionalInt[51212]]          |        | IPv4
            Cmx~4^c8^0c192.0.2.7    | Connect[host=mx, address=Optional[192.0.2.7], port=OptionalInt[51212]]          |        | without its NUL
            Cmx~6~~IPv6:2001:DB8::1~ | Connect[host=mx, address=Optional[2001:db8::1], port=OptionalInt.empty]       |        | Sendmail's prefix
            Cmx~6~~ipv6:::1~        | Connect[host=mx, address=Optional[::1], port=OptionalInt.empty]                |        | its case
            Cmx~6~~::ffff:192.0.2.1~ | Connect[host=mx, address=Optional[192.0.2.1], port=OptionalInt.empty]         |        | v4-mapped is IPv4
            Cmx~4~~mail.example.org~ | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]              | mail.example.org | a name is never resolved
            Cmx~4~~192.0.2~         | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | 192.0.2 | no classful address
            Cmx~6~~fe80::1%eth0~    | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | eth0   | scope names an interface of another host
            Cmx~6~~[::1]~           | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | [::1]  | brackets
            Cmx~4~                  | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | is none | port cut
            Cmx~4                   | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | is none | family only
            Cmx~U~                  | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               |        | U with a NUL
            Cmx~U~~~                | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               |        | U with port and empty address
            Cmx~X~~what~            | Connect[host=mx, address=Optional.empty, port=OptionalInt.empty]               | family 'X' | unknown family
            C~U                     | Connect[host=, address=Optional.empty, port=OptionalInt.empty]                 |        | empty host
            Cmx                     | Malformed                                              |        | no NUL
            Cmx~                    | Malformed                                              |        | no family
            C                       | Malformed                                              |        | nothing
            H                       | Helo[name=]                                            |        | empty HELO
            Hmx                     | Helo[name=mx]                                          |        | HELO without NUL
            Hmx~more~               | Helo[name=mx]                                          |        | HELO with more
            M~                      | Mail[sender=, arguments=]                            |        | null sender without brackets
            M<>~                    | Mail[sender=<>, arguments=]                          |        | null sender
            Ma@b~                   | Mail[sender=a@b, arguments=]                         |        | without brackets
            M<a@b>~SIZE=1~SMTPUTF8~ | "Mail[sender=<a@b>, arguments=SIZE=1~SMTPUTF8~]"       |        | arguments
            M<a@b>                  | Malformed                                              |        | no NUL
            M                       | Malformed                                              |        | empty
            R<a@b>~NOTIFY=NEVER~    | Recipient[recipient=<a@b>, arguments=NOTIFY=NEVER~]    |        | recipient
            R<a@b>~NOTIFY           | Malformed                                              |        | argument without NUL
            R                       | Malformed                                              |        | empty
            LSubject~hi^0a^20there~ | "Header[name=Subject, space= , value=hi\n there, kept=WHOLE, octets=16]"          |        | folded by LF
            LSubject~hi^0d^0a^09x~  | "Header[name=Subject, space= , value=hi\r\n\tx, kept=WHOLE, octets=13]"                |        | folded by CR LF
            LX~~                    | "Header[name=X, space= , value=, kept=WHOLE, octets=1]"                                 |        | empty value
            LX~^20two^20~           | "Header[name=X, space= , value= two , kept=WHOLE, octets=6]"                          |        | spaces stay
            LX~v~extra~             | "Header[name=X, space= , value=v, kept=WHOLE, octets=2]"                                |        | three strings
            LX~                     | Malformed                                              |        | one string
            LX                      | Malformed                                              |        | no NUL
            LX~v                    | Malformed                                              |        | value without NUL
            L~v~                    | Malformed                                              |        | empty name
            L                       | Malformed                                              |        | nothing
            Di~                     | "Macro[stage=i, pairs=]"                               |        | unknown stage
            DM{a}~1~b~2~            | "Macro[stage=M, pairs={a}~1~b~2~]"                     |        | braces are optional
            DM{a}~1~b~              | "Macro[stage=M, pairs={a}~1~]"                         |        | lone name
            DM{a}~1~b~2             | "Macro[stage=M, pairs={a}~1~]"                         |        | no last NUL
            DM{a}~~                 | "Macro[stage=M, pairs={a}~~]"                          |        | empty value
            DM{~1~                  | "Macro[stage=M, pairs={~1~]"                           |        | half a brace
            E                       | EndOfMessage[]                                         |        | end
            Erest^20of^20body       | EndOfMessage[rest of body]                             |        | end with a piece of body
            B12345                  | Body[12345]                                            |        | body
            T                       | Data[]                                                 |        | DATA
            N                       | EndOfHeaders[]                                         |        | end of headers
            UBOGUS~                 | Unknown[]                                              |        | unknown SMTP command
            Ax                      | Abort[]                                                |        | payload ignored
            Qx                      | Quit[]                                                 |        | payload ignored
            Kx                      | QuitNewConnection[]                                    |        | payload ignored
            Oshort                  | Malformed                                              |        | offer under 12 octets
            X                       | Malformed                                              |        | unknown letter
            ^00                     | Malformed                                              |        | NUL as letter
            """)
    void decodes(String packet, String expected, String oddity, String why) {
        String command = shown(decode(Frames.frame(packet)).orElseThrow());
        String unescaped = expected.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
        assertTrue(
                unescaped.equals("Malformed") ? command.startsWith("Malformed[") : unescaped.equals(command),
                command + " for " + why);
        assertEquals(oddity != null, !oddities.isEmpty(), oddities.toString());
        if (oddity != null) {
            assertTrue(oddities.get(0).contains(oddity), oddities.get(0));
        }
    }

    private static boolean isReadOnly(MilterCommand command) {
        return !(command instanceof Body body && !body.piece().isReadOnly())
                && !(command instanceof MilterCommand.EndOfMessage end
                        && !end.piece().isReadOnly());
    }

    private static String shown(MilterCommand command) {
        if (command instanceof Body body) {
            return "Body[" + StandardCharsets.ISO_8859_1.decode(body.piece()) + "]";
        }
        return command instanceof MilterCommand.EndOfMessage end
                ? "EndOfMessage[" + StandardCharsets.ISO_8859_1.decode(end.piece()) + "]"
                : command.toString().replace('\0', '~');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"00000000", "00010001", "7fffffff", "80000000", "ffffffff", "47455420", "16030102", "45484c4f"})
    void refusesALengthBeforeAnythingIsBuffered(String hex) {
        Malformed malformed =
                assertInstanceOf(Malformed.class, decode(Frames.hex(hex)).orElseThrow());
        String length = String.valueOf(Long.parseLong(hex, 16));
        assertTrue(malformed.reason().contains("packet length " + length), malformed.reason());
    }

    @Test
    void takesTheLargestPacketBothMtasSend() {
        byte[] octets = new byte[4 + 65_536];
        System.arraycopy(Frames.hex("00010000 42"), 0, octets, 0, 5);
        assertEquals(Optional.of(new Body(ByteBuffer.allocate(65_535), true)), decode(octets));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7, 11})
    @DisplayName("what has come of a piece of a body is not waited with, wherever reads end")
    void givesOutABodyAsItComes(int read) {
        byte[] octets = Frames.frames("Bfirst B Bsecond T");
        StringBuilder body = new StringBuilder();
        ByteBuf waiting = Unpooled.buffer();
        for (int at = 0; at < octets.length; at += read) {
            waiting.discardReadBytes().writeBytes(octets, at, Math.min(read, octets.length - at));
            for (MilterCommand command = decoder.next(waiting); command != null; command = decoder.next(waiting)) {
                if (command instanceof Body piece) {
                    body.append(StandardCharsets.ISO_8859_1.decode(piece.piece()))
                            .append(piece.last() ? "." : "");
                    assertEquals(!piece.last(), decoder.isInBody());
                } else {
                    body.append(shown(command));
                }
            }
            assertTrue(waiting.readableBytes() < 5, "no octet of a body waits");
        }
        assertEquals("first..second.Data[]", body.toString());
    }

    @Test
    void keepsEachOctetOfAHeaderAsOneChar() {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            value.append((char) (1 + i % 255));
        }
        byte[] content = ("LX-All~".replace('~', '\0') + value + '\0').getBytes(StandardCharsets.ISO_8859_1);
        ByteBuf in = Unpooled.buffer().writeInt(content.length).writeBytes(content);
        assertEquals(new Header("X-All", " ", value.toString(), Part.WHOLE, 60_005), decoder.next(in));
    }

    @ParameterizedTest
    @CsvSource({"WHOLE, Name, value", "NAME, Name, ''", "NOTHING, '', ''"})
    @DisplayName("of a field that nobody reads no text is made, and its size still counts")
    void makesNoTextOfWhatNobodyReads(Part part, String name, String value) {
        MilterDecoder partial = new MilterDecoder(new FieldNames(), (field, text) -> part, oddities::add);
        ByteBuf in = Unpooled.wrappedBuffer(Frames.frame("LName~value~"));
        assertEquals(new Header(name, " ", value, part, 9), partial.next(in));
        assertEquals(0, in.readableBytes());
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # packet             | the field                                                                  | why
            LX~^20v~             | "Header[name=X, space= , value=v, kept=WHOLE, octets=3]"                     | as nearly everybody writes it
            LX~v~                | "Header[name=X, space=, value=v, kept=WHOLE, octets=2]"                      | no space
            LX~^20^20v~          | "Header[name=X, space= , value= v, kept=WHOLE, octets=4]"                    | the second space is of the value, with and without the bit
            LX~^09v~             | "Header[name=X, space=, value=\tv, kept=WHOLE, octets=3]"                    | so is a tab
            LX~^0a^20v~          | "Header[name=X, space=, value=\n v, kept=WHOLE, octets=4]"                   | and a fold
            LX~^20^0d^0a^20v~    | "Header[name=X, space= , value=\r\n v, kept=WHOLE, octets=6]"                | a fold behind the space
            LX~^20v~extra~       | "Header[name=X, space= , value=v, kept=WHOLE, octets=3]"                     | three strings
            LX~^20~              | "Header[name=X, space= , value=, kept=WHOLE, octets=2]"                      | nothing but the space
            LX~~                 | "Header[name=X, space=, value=, kept=WHOLE, octets=1]"                       | nothing
            LX~                  | Malformed                                                                  | one string
            LX~^20               | Malformed                                                                  | value without NUL
            """)
    @DisplayName("with the leading space agreed, it is told apart from the value, whole and octet by octet")
    void tellsTheLeadingSpace(String packet, String expected, String why) {
        decoder.expectLeadingSpace();
        elsewhere.expectLeadingSpace();
        byte[] octets = Frames.frame(packet);
        for (int cut = 0; cut < octets.length; cut++) {
            ByteBuf part = Unpooled.wrappedBuffer(octets, 0, cut);
            assertEquals(Optional.empty(), Optional.ofNullable(decoder.next(part)), "cut after " + cut);
        }
        String command = shown(decode(octets).orElseThrow());
        assertTrue(
                expected.equals("Malformed")
                        ? command.startsWith("Malformed[")
                        : expected.translateEscapes().equals(command),
                command + " for " + why);
    }

    @Test
    void namesAreWhatTheyWereWhoeverCameBefore() {
        FieldNames names = new FieldNames();
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            // Two characters, so that many share a place and some come again.
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(70); length >= 0; length--) {
                name.append("ab\u00ff".charAt(random.nextInt(i % 2 + 2)));
            }
            byte[] octets = ("x" + name).getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(name.toString(), names.of(octets, 1, octets.length));
        }
    }

    @Test
    void seesAnAbortBeforeItIsDecoded() {
        assertTrue(MilterDecoder.isAbortNext(Unpooled.wrappedBuffer(Frames.frame("A"))));
        assertEquals(false, MilterDecoder.isAbortNext(Unpooled.wrappedBuffer(Frames.frame("Q"))));
        assertEquals(false, MilterDecoder.isAbortNext(Unpooled.wrappedBuffer(Frames.hex("00000001"))));
    }

    private Optional<MilterCommand> decode(byte[] octets) {
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        Optional<MilterCommand> command = Optional.ofNullable(decoder.next(in));
        ByteBuf withoutArray = Unpooled.directBuffer().writeBytes(octets);
        assertEquals(command, Optional.ofNullable(elsewhere.next(withoutArray)), "the same wherever it stands");
        assertTrue(command.map(MilterDecoderTest::isReadOnly).orElse(true), "nobody writes into what came");
        withoutArray.release();
        command.filter(decoded -> !(decoded instanceof Malformed))
                .ifPresent(decoded -> assertEquals(0, in.readableBytes(), "nothing is left"));
        return command;
    }
}
