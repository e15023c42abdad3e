package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.milter.MilterCommand.OptionNegotiation;
import org.dmarcmilter.milter.MilterFilter.Wishes;
import org.dmarcmilter.milter.Negotiation.Agreed;
import org.dmarcmilter.milter.Negotiation.Refused;
import org.dmarcmilter.milter.Negotiation.Result;
import org.dmarcmilter.milter.Negotiation.TooOld;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NegotiationTest {
    private static final int NEVER = 0x000004 | 0x000800 | 0xf0000000;

    record Offer(int version, int actions, int protocol) {}

    static List<Offer> matrix() {
        List<Offer> offers = new ArrayList<>();
        for (int version : new int[] {0, 1, 2, 3, 4, 5, 6, 7, -1}) {
            for (int actions : new int[] {0, 0xf, 0x3f, 0x1ff, -1}) {
                for (int protocol : new int[] {0, 0x3f, 0x7f, 0x37f, 0x1fffff, -1}) {
                    offers.add(new Offer(version, actions, protocol));
                }
            }
        }
        return offers;
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void neverAgreesToMoreThanIsOffered(Offer offer) {
        Wishes everything = new Wishes(Negotiation.ADD_HEADERS | Negotiation.QUARANTINE, -1, -1, true);
        int actions = offer.actions() == 0 ? 0x0f : offer.actions();
        int protocol = offer.protocol() == 0 ? 0x3f : offer.protocol();
        Result result = negotiate(offer, everything);
        if (Integer.compareUnsigned(offer.version(), 2) < 0) {
            assertInstanceOf(TooOld.class, result);
        } else if ((actions & 0x20) == 0) {
            assertEquals(
                    new Refused("mlfi_negotiate(): required milter action(s) not available (got 0xf, need 0x21)"),
                    result);
        } else {
            Agreed agreed = assertInstanceOf(Agreed.class, result);
            assertTrue(Integer.compareUnsigned(agreed.version(), offer.version()) <= 0, "version at most the offered");
            assertTrue(agreed.version() >= 2 && agreed.version() <= 6, "a version we speak");
            assertEquals(0x21, agreed.actions(), "what the filter needs and no more");
            assertEquals(0, agreed.protocol() & ~protocol, "no bit that was not offered");
            assertEquals(0, agreed.protocol() & NEVER, "NOMAIL, RCPT_REJ and data sizes");
            if (agreed.version() < 6) {
                assertEquals(0, agreed.protocol() & 0x1ff000, "all but NR_HDR came with version 6");
            }
        }
    }

    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
            # offer: version, actions, protocol | wishes: actions, skip, no reply | agreed, or why not | why
            6 1ff 1fffff | 1   | 318    | 0     | 6 1 318       | Postfix and Sendmail of today
            6 1ff 1fffff | 31  | 318    | f0080 | 6 31 f0398    | steps skipped and steps not answered
            2 1ff 7f     | 11  | 0      | 0     | 2 11 0        | Postfix with milter_protocol=2 offers 1ff
            2 3f 7f      | 3f  | 0      | 0     | 2 3f 0        | an old Sendmail
            2 0 0        | f   | 318    | 80    | 2 f 18        | words of zero are 0f and 3f
            7 3ff 3fffff | 1   | 18     | ff080 | 6 1 ff098     | a future version
            4 1ff 37f    | 1   | 318    | 3080  | 4 1 318       | version 4 has DATA and UNKNOWN, no NR_*
            2 1ff 7f     | 1   | 318    | 80    | 2 1 18        | version 2 has neither DATA nor UNKNOWN
            6 21 0       | 21  | 318    | f0080 | 6 21 18       | maddy offers no step to skip: version 1's apply
            6 1 1fffff   | 21  | 0      | 0     | got 0x1, need 0x21 | quarantine is missing
            1 f 3f       | 1   | 0      | 0     | too old       | version 1
            0 f 3f       | 1   | 0      | 0     | too old       | version 0
            """)
    void agrees(String offer, String actions, String skip, String noReply, String expected, String why) {
        String[] words = offer.split(" ");
        Result result = negotiate(
                new Offer(Integer.parseInt(words[0]), hex(words[1]), hex(words[2])),
                new Wishes(hex(actions), hex(skip), hex(noReply)));
        String actual = result instanceof Agreed agreed
                ? String.format("%d %x %x", agreed.version(), agreed.actions(), agreed.protocol())
                : result instanceof Refused refused
                        ? refused.reason().replaceAll(".*\\(got (.*)\\)", "got $1")
                        : "too old";
        assertEquals(expected, actual, why);
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            # offer: version, actions, protocol | wished | agreed | why
            6 1ff 1fffff | true  | 100318 | Postfix and Sendmail of today
            6 1ff 1fffff | false | 318    | nobody wants it
            6 1ff 0fffff | true  | 318    | not offered: Sendmail would drop the filter
            7 3ff 3fffff | true  | 100318 | a future version
            5 1ff 1fffff | true  | 318    | the bit came with version 6
            2 1ff 7f     | true  | 18     | Postfix with milter_protocol=2
            6 1ff 0      | true  | 18     | an offer of zero is that of version 1
            """)
    void agreesOnTheLeadingSpace(String offer, boolean wished, String expected, String why) {
        String[] words = offer.split(" ");
        Result result = negotiate(
                new Offer(Integer.parseInt(words[0]), hex(words[1]), hex(words[2])), new Wishes(1, 0x318, 0, wished));
        assertEquals(hex(expected), assertInstanceOf(Agreed.class, result).protocol(), why);
    }

    @Test
    void replyIsThirteenOctets() {
        ByteBuf out = Unpooled.buffer();
        MilterEncoder.write(new Agreed(6, 0x31, 0x318), out);
        assertArrayEquals(Frames.hex("00 00 00 0d 4f 00 00 00 06 00 00 00 31 00 00 03 18"), ByteBufUtil.getBytes(out));
    }

    private static Result negotiate(Offer offer, Wishes wishes) {
        return Negotiation.negotiate(new OptionNegotiation(offer.version(), offer.actions(), offer.protocol()), wishes);
    }

    private static int hex(String digits) {
        return Integer.parseUnsignedInt(digits, 16);
    }
}
