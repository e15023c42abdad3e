package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class QueryMessageTest {
    private static final byte[] QUERY =
            QueryMessage.encode(0x1234, Name.fromConstantString("_dmarc.Example.com."), Type.TXT, true);

    @Test
    void asksOneQuestionWithRecursion() throws IOException {
        Message query = new Message(QUERY);
        assertEquals(0x1234, query.getHeader().getID());
        assertTrue(query.getHeader().getFlag(Flags.RD));
        assertFalse(query.getHeader().getFlag(Flags.QR));
        assertEquals(1, query.getHeader().getCount(Section.QUESTION));
        assertEquals(1232, query.getOPT().getPayloadSize());
    }

    static Stream<Arguments> replies() {
        return Stream.of(
                reply("the query with QR is a reply", true, reply -> {}),
                reply("first octet of the id differs", false, reply -> reply[0]++),
                reply("second octet of the id differs", false, reply -> reply[1]++),
                reply("no reply but a query", false, reply -> reply[2] = 1),
                reply("another opcode", false, reply -> reply[2] = (byte) (0x80 | 4 << 3)),
                reply("a letter in the other case", true, reply -> reply[13] ^= 0),
                reply("the name in the other case", true, reply -> reply[14] ^= 0x20),
                reply("another letter", false, reply -> reply[14]++),
                reply("another type", false, reply -> reply[reply.length - 14]++),
                reply("another class", false, reply -> reply[reply.length - 12]++),
                reply("two questions", false, reply -> reply[5] = 2),
                reply("257 questions", false, reply -> reply[4] = 1),
                reply("no question and no error", false, reply -> reply[5] = 0),
                reply("no question and NXDOMAIN", false, reply -> {
                    reply[5] = 0;
                    reply[3] = 3;
                }),
                reply("no question and FORMERR", true, reply -> {
                    reply[5] = 0;
                    reply[3] = 1;
                }));
    }

    private static Arguments reply(String what, boolean belongs, Consumer<byte[]> change) {
        byte[] reply = QUERY.clone();
        reply[2] |= (byte) 0x80;
        change.accept(reply);
        return Arguments.of(what, belongs, reply);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replies")
    void knowsItsReply(String what, boolean belongs, byte[] reply) {
        assertEquals(belongs, QueryMessage.isReplyTo(QUERY, reply), what);
    }

    @Test
    void aReplyHasToBeWholeUpToTheQuestion() {
        byte[] reply = QUERY.clone();
        reply[2] |= (byte) 0x80;
        int endOfQuestion = QUERY.length - 11;
        for (int length = 0; length < reply.length; length++) {
            byte[] cut = new byte[length];
            System.arraycopy(reply, 0, cut, 0, length);
            assertEquals(length >= endOfQuestion, QueryMessage.isReplyTo(QUERY, cut), "cut at " + length);
        }
    }

    /** Any octets are a name; text and wire form say the same (seeded). */
    @Test
    void namesHoldAnyOctets() throws IOException {
        Random random = new Random(1035);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int label = random.nextInt(6); label >= 0; label--) {
                for (int octet = random.nextInt(70); octet >= 0; octet--) {
                    text.append((char) random.nextInt(256));
                }
                text.append(label > 0 ? "." : "");
            }
            String name = text.toString();
            String[] labels = name.split("\\.", -1);
            boolean possible = name.length() <= 253
                    && Stream.of(labels).allMatch(label -> !label.isEmpty() && label.length() <= 63);
            Optional<Name> built = QueryMessage.name(name);
            assertEquals(possible, built.isPresent());
            if (possible) {
                assertEquals(labels.length + 1, built.get().labels());
                for (int label = 0; label < labels.length; label++) {
                    byte[] withLength = built.get().getLabel(label);
                    assertEquals(
                            labels[label],
                            new String(withLength, 1, withLength.length - 1, StandardCharsets.ISO_8859_1));
                }
                Message sent = new Message(QueryMessage.encode(i, built.get(), Type.TXT, true));
                assertArrayEquals(
                        built.get().toWire(), sent.getQuestion().getName().toWire());
            }
        }
    }
}
