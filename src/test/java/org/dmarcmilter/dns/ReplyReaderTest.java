package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.dmarcmilter.dns.ReplyReader.Reading;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

class ReplyReaderTest {
    private static final Name X = Name.fromConstantString("x.example.");

    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # rcode  | answer section                          | authority section           | means    | life | why
        NOERROR  | x 300 IN TXT "a"                        |                             | a        | 300  | TTL of the record
        NOERROR  | x 300 IN TXT "a" ; x 60 IN TXT "b"      |                             | a,b      | 60   | the smallest of the records
        NOERROR  | x 300 IN TXT "a" ; x 300 IN TXT "a"     |                             | a        | 300  | the same record twice is one (RFC 2181, section 5)
        NOERROR  | x 300 IN TXT "a" ; X 60 IN TXT "b" ; x 60 IN TXT "a" ; x 9 IN TXT "A" | | a,b,A    | 9    | the other TTL makes none of them another, letter case of the text does
        NOERROR  | x 300 IN TXT "a" "b" ; x 300 IN TXT "ab" |                            | ab,ab    | 300  | what is cut in another place is another record
        NOERROR  | x 30 IN CNAME y ; y 300 IN TXT "a"      |                             | a        | 30   | an alias may be shorter-lived
        NOERROR  | x 300 IN CNAME y ; y 30 IN TXT "a"      |                             | a        | 30   | or its target
        NOERROR  | y 300 IN TXT "a" ; x 30 IN CNAME y      |                             | a        | 30   | records have no order
        NOERROR  | X 0 IN TXT "a"                          |                             | a        | 0    | TTL 0, and names of any case
        NOERROR  | other 300 IN TXT "b" ; x 300 IN TXT "a" |                             | a        | 300  | records of other names do not count
        NOERROR  | x 300 CH TXT "b" ; x 300 IN TXT "a"     |                             | a        | 300  | records of other classes do not count
        NOERROR  |                                         | @ 900 IN SOA . . 1 2 3 4 60 | NODATA   | 60   | MINIMUM of the SOA record (RFC 2308, 5)
        NOERROR  |                                         | @ 60 IN SOA . . 1 2 3 4 900 | NODATA   | 60   | TTL of the SOA record, if smaller
        NOERROR  | x 30 IN CNAME y                         | @ 60 IN SOA . . 1 2 3 4 900 | NODATA   | 30   | an alias to a name without TXT
        NOERROR  |                                         |                             | NODATA   | 0    | no SOA record, not to be kept (RFC 2308, 5)
        NXDOMAIN |                                         | @ 60 IN SOA . . 1 2 3 4 900 | NXDOMAIN | 60   | no such name
        NXDOMAIN |                                         |                             | NXDOMAIN | 0    | without SOA record not to be kept
        NXDOMAIN | x 30 IN CNAME y                         | @ 60 IN SOA . . 1 2 3 4 900 | NODATA   | 30   | E168: an alias that leads nowhere exists
        NOERROR  | @ 30 IN DNAME b ; x 30 IN CNAME x.b ; x.b 300 IN TXT "a" |            | a        | 30   | E172: DNAME, and the alias that the server makes of it
        """)
    void reads(String rcode, String answers, String authority, String expected, long life, String why)
            throws IOException {
        byte[] reply = reply(Rcode.value(rcode), answers, authority);
        assertEquals(
                new Reading.Answered(new TimedAnswer(DnsTests.answer(expected), Duration.ofSeconds(life))),
                read(reply),
                why);
    }

    @Test
    void asksForTheTargetOfAnOpenChain() throws IOException {
        byte[] reply = reply(Rcode.NOERROR, "x 30 IN CNAME y ; y 20 IN CNAME z.elsewhere", null);
        assertEquals(new Reading.GoOn(Name.fromConstantString("z.elsewhere.example."), 20, 2), read(reply));
        assertEquals(
                new Reading.GoOn(Name.fromConstantString("z.elsewhere.example."), 7, 2),
                ReplyReader.read(reply, X, Type.TXT, 2, 7),
                "the chain so far may live shorter");
        assertInstanceOf(
                DnsAnswer.Unavailable.class,
                assertInstanceOf(Reading.Answered.class, ReplyReader.read(reply, X, Type.TXT, 1, 7))
                        .answer()
                        .answer());
    }

    @Test
    @DisplayName("E168: of an alias whose target another reply denies it is known that it exists")
    void theEndOfAChainIsDenied() throws IOException {
        byte[] reply = reply(Rcode.NXDOMAIN, null, "@ 60 IN SOA . . 1 2 3 4 900");
        assertEquals(
                new Reading.Answered(new TimedAnswer(new DnsAnswer.NoData(), Duration.ofSeconds(7))),
                ReplyReader.read(reply, X, Type.TXT, ReplyReader.MAX_ALIASES - 1, 7));
    }

    @Test
    void aReferralIsNoAnswer() throws IOException {
        byte[] reply = reply(Rcode.NOERROR, null, "@ 300 IN NS ns");
        assertInstanceOf(Reading.ServerError.class, read(reply));
        reply[2] |= 0x04;
        assertInstanceOf(Reading.Answered.class, read(reply), "the authority itself says NODATA");
    }

    @Test
    void aTtlOfMoreThan31BitsIsNone() throws IOException {
        Message message = message(Rcode.NOERROR);
        message.addRecord(new TXTRecord(X, DClass.IN, 300, "a"), Section.ANSWER);
        byte[] reply = message.toWire();
        // The TTL stands 8 octets before the end: TTL, length, length of the string, string.
        reply[reply.length - 8] = (byte) 0x80;
        assertEquals(new Reading.Answered(new TimedAnswer(DnsTests.answer("a"), Duration.ZERO)), read(reply));
    }

    @ParameterizedTest(name = "E150, E173 (SERVFAIL is what a bogus DNSSEC zone gets): {0}")
    @CsvSource({"FORMERR", "SERVFAIL", "NOTIMP", "REFUSED", "NOTAUTH"})
    void errorsOfTheServer(String rcode) throws IOException {
        assertEquals(
                new Reading.ServerError(Rcode.value(rcode), rcode),
                read(reply(Rcode.value(rcode), "x 300 IN TXT \"not to be read\"", null)));
    }

    @Test
    void everyCutIsBrokenOrSomething() throws IOException {
        byte[] whole = reply(Rcode.NOERROR, "x 30 IN CNAME y ; y 30 IN TXT \"a\" \"b\"", "@ 60 IN SOA . . 1 2 3 4 900");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = new byte[length];
            System.arraycopy(whole, 0, cut, 0, length);
            assertInstanceOf(Reading.Broken.class, read(cut), "cut at " + length);
        }
    }

    @Test
    void noDamageThrows() throws IOException {
        Random random = new Random(20261124);
        byte[] whole = reply(
                Rcode.NOERROR,
                "x 30 IN CNAME y ; y 30 IN TXT \"a\" \"b\" ; y 30 IN MX 1 mx.y ; y 30 IN AAAA 2001:db8::1",
                "@ 60 IN SOA . . 1 2 3 4 900");
        DnsQuestion.Type[] types = DnsQuestion.Type.values();
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            for (int hits = random.nextInt(6); hits >= 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            int type = QueryMessage.wireType(types[random.nextInt(types.length)]);
            ReplyReader.read(damaged, X, type, random.nextInt(ReplyReader.MAX_ALIASES + 1), 300);
        }
    }

    private static Reading read(byte[] reply) {
        return ReplyReader.read(reply, X, Type.TXT, ReplyReader.MAX_ALIASES, Long.MAX_VALUE);
    }

    private static Message message(int rcode) {
        Message message = new Message(1);
        message.getHeader().setFlag(Flags.QR);
        message.getHeader().setRcode(rcode);
        message.addRecord(Record.newRecord(X, Type.TXT, DClass.IN), Section.QUESTION);
        return message;
    }

    private static byte[] reply(int rcode, String answers, String authority) throws IOException {
        Message message = message(rcode);
        addAll(message, answers, Section.ANSWER);
        addAll(message, authority, Section.AUTHORITY);
        return message.toWire();
    }

    private static void addAll(Message message, String records, int section) throws IOException {
        for (String line : records == null ? List.<String>of() : List.of(records.split(" ; "))) {
            Master master = new Master(
                    new ByteArrayInputStream(line.getBytes(StandardCharsets.ISO_8859_1)),
                    Name.fromConstantString("example."));
            message.addRecord(master.nextRecord(), section);
        }
    }
}
