package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no well-behaved MTA sends: what is answered, whether the socket stays, and the one line that is logged. */
class MalformedInputTest {
    private final CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG);
    private final RecordingFilter filter = new RecordingFilter();

    @AfterEach
    void stopCapturing() {
        log.close();
    }

    @ParameterizedTest(name = "{4}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # packets                          | replies   | then   | log                           | what it is
            OFFER 0x00000000                   | O         | closed | packet length 0               | length 0
            OFFER 0x0001000142                 | O         | closed | packet length 65537           | length over 65536
            0x474554202f20485454502f312e31     |           | closed | not the milter protocol: packet length 1195725856 (octets "GET ") | HTTP
            0x1603010200010001fc               |           | closed | not the milter protocol       | TLS
            0x45484c4f20782e0d0a               |           | closed | EHLO                          | SMTP
            Hmx~                               |           | closed | HELO before option negotiation | first packet is no offer
            DC                                 |           | closed | macros before option negotiation | macros first
            A                                  |           | closed | ABORT before                  | ABORT first
            K                                  |           | closed | QUIT_NC before                | QUIT_NC first
            U~                                 |           | closed | UNKNOWN before                | UNKNOWN first
            E                                  |           | closed | end of message before         | end of message first
            Q                                  |           | closed |                               | QUIT first
            O123456789                         |           | closed | option negotiation of 9 octets | short offer
            O~~~^06~~^01^ff~^1f^ff^ffmore      | O         | open   |                               | long offer
            O~~~~~~^01^ff~^1f^ff^ff            |           | closed | protocol version 0 is not supported | version 0
            O~~~^01~~^01^ff~^1f^ff^ff          |           | closed | protocol version 1 is not supported | version 1
            O~~~^07~~^01^ff~^1f^ff^ff          | O         | open   |                               | version 7
            OFFER OFFER                        | O         | closed | second option negotiation     | second offer
            OFFER X                            | O         | closed | unknown command 'X'           | unknown letter
            OFFER ^ff                          | O         | closed | unknown command '\\xff'       | unknown octet
            OFFER D                            | O         | open   |                               | macros without stage
            OFFER DXa~b~                       | O         | open   |                               | macros for an unknown stage
            OFFER DCa                          | O         | open   |                               | macros without NUL
            OFFER Cmx                          | O         | closed | CONNECT without host name     | CONNECT without NUL
            OFFER Cmx~                         | O         | closed | or address family             | CONNECT without family
            OFFER Cmx~X                        | O c       | open   | unknown address family 'X'    | unknown family
            OFFER Cmx~4~~nonsense~             | O c       | open   | the address "nonsense"    | address that is none
            OFFER Cmx~U                        | O c       | open   |                               | no address
            OFFER Cmx~U Cmx~U                  | O c       | closed | second CONNECT                | second CONNECT
            OFFER Hmx                          | O c       | open   |                               | HELO without NUL
            OFFER M                            | O         | closed | MAIL without terminated       | MAIL without payload
            OFFER Ma                           | O         | closed | MAIL without terminated       | MAIL without NUL
            OFFER M~                           | O c       | open   |                               | null sender
            OFFER M~ Rb                        | O c       | closed | RCPT without terminated       | RCPT without NUL
            OFFER R<b>~                        | O         | closed | RCPT without MAIL             | RCPT without MAIL
            OFFER M<a>~ M<b>~                  | O c c     | open   |                               | MAIL in a message
            OFFER M<a>~ LX~                    | O c       | closed | HEADER without name           | HEADER with one string
            OFFER M<a>~ L~x~                   | O c       | closed | HEADER without name           | HEADER without name
            OFFER M<a>~ LX~v~w~                | O c c     | open   |                               | HEADER with three strings
            OFFER T                            | O         | closed | DATA without MAIL             | DATA without MAIL
            OFFER LX~v~                        | O         | closed | HEADER without MAIL           | HEADER without MAIL
            OFFER N                            | O         | closed | end of headers without MAIL   | end of headers without MAIL
            OFFER Bx                           | O         | closed | BODY without MAIL             | BODY without MAIL
            OFFER E                            | O         | closed | end of message without MAIL   | end of message without MAIL
            OFFER M<a>~ E E                    | O c c     | closed | end of message without MAIL   | end of message twice
            OFFER M<a>~ A R<b>~                | O c       | closed | RCPT without MAIL             | RCPT after ABORT
            OFFER M<a>~ LX~v~ N Bx E           | O c c c c c | open |                               | no RCPT seen
            OFFER M<a>~ T T                    | O c c c   | open   |                               | DATA twice
            OFFER M<a>~ N E                    | O c c c   | open   |                               | no header
            OFFER M<a>~ E                      | O c c     | open   |                               | nothing but MAIL
            OFFER M<a>~ Epiece                 | O c c     | open   |                               | body with the end
            OFFER U~ M<a>~ LX~v~ U~ LY~v~ E    | O c c c c c c | open |                             | unknown command in mid-message
            OFFER Ax Ax M<a>~ Ax A             | O c       | open   |                               | ABORT anywhere, with payload
            OFFER Q OFFER                      | O         | closed |                               | QUIT, then more
            OFFER Kx Cmx~U                     | O c       | open   |                               | QUIT_NC, then CONNECT
            OFFER Cmx~U M<a>~ K Cmx~U Hmx~     | O c c c c | open   |                               | QUIT_NC in mid-message
            """)
    void isAnsweredOrClosed(String packets, String replies, String then, String logged, String why) {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(replies == null ? "" : replies, String.join(" ", peer.send(packets)), why);
            assertEquals(then.equals("open"), peer.isOpen(), why);
            List<String> lines = log.above(Level.DEBUG);
            assertEquals(logged == null ? 0 : 1, lines.size(), lines.toString());
            if (logged != null) {
                String line = lines.get(0);
                assertTrue(line.startsWith("WARN milter connection 7 from unix socket: "), line);
                assertTrue(line.contains(logged), line);
                assertEquals(then.equals("closed"), line.endsWith("; closing"), line);
            }
            assertEquals(then.equals("closed") && logged != null ? 1 : 0, peer.counters.malformed.sum());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"Cmx~U, connect", "Cmx~U Hmx~ M<a>~ LX~v~, message"})
    void connectionVerdictEndsTheQuestions(String packets, String what) {
        filter.onConnect = new MilterReply.Accept();
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "a"), peer.send("OFFER Cmx~U"));
            assertEquals(
                    List.of("c", "c", "c", "c", "c", "c", "c", "c"),
                    peer.send("Hmx~ M<a>~ R<b>~ T LX~v~ N Bx E A"),
                    "a reply where one is due");
            assertTrue(peer.isOpen());
            assertEquals(List.of("open", "connect mx -"), filter.take(), what);
        }
    }

    @Test
    void stepsThatWereNotWantedAreAnsweredAllTheSame() {
        filter.wishes = new MilterFilter.Wishes(0, 0x37b, 0);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(
                    List.of("O", "c", "c", "c", "c", "c", "c", "c", "c", "c", "c"),
                    peer.send("OFFER Cmx~U Hmx~ M<a>~ R<b>~ U~ T LX~v~ N Bx E"));
            assertEquals(List.of("open", "mail <a>[]", "end"), filter.take());
        }
    }

    @Test
    void missingActionIsSaidInOpenDmarcsWords() {
        filter.wishes = new MilterFilter.Wishes(0x21, 0, 0);
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send(Frames.offer(6, 0x1, 0x1fffff));
            assertFalse(peer.isOpen());
            assertEquals(List.of(), peer.replies());
            assertEquals(
                    List.of("ERROR mlfi_negotiate(): required milter action(s) not available (got 0x1, need 0x21)"),
                    log.lines());
        }
    }

    @Test
    void repliesThatWereDueAreSentBeforeClosing() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(List.of("O", "c", "c"), peer.send("OFFER M<a>~ E 0x00000000"));
            assertEquals(1, peer.writes(), "in one write");
            assertFalse(peer.isOpen());
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                       | - | connect and close: a health probe
            0x0000                  | - | half a length
            OFFER 0x000000054d3c    | O | half a packet
            OFFER M<a>~ LX~v~       | O c c | in mid-message
            """)
    void endOfStreamIsNoNews(String packets, String replies, String why) {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            assertEquals(replies == null ? "" : replies, String.join(" ", peer.send(packets == null ? "" : packets)));
            peer.channel.close();
            assertEquals(List.of(), log.above(Level.DEBUG), why);
            assertEquals(0, peer.counters.malformed.sum());
        }
    }

    @Test
    void connectAndWaitIsAHealthProbe() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("0x000000");
            peer.advance(Duration.ofSeconds(29));
            assertTrue(peer.isOpen());
            peer.advance(Duration.ofSeconds(1));
            assertFalse(peer.isOpen());
            assertEquals(List.of(), log.above(Level.DEBUG));
        }
    }

    @Test
    void halfAPacketIsWaitedForAMinuteFromItsBeginning() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER 0x00000005");
            for (String octet : new String[] {"0x4d", "0x3c", "0x61", "0x3e"}) {
                peer.advance(Duration.ofSeconds(14));
                peer.send(octet);
            }
            assertTrue(peer.isOpen());
            peer.advance(Duration.ofSeconds(4));
            assertFalse(peer.isOpen(), "an octet now and then is no progress");
            assertEquals(
                    List.of("WARN milter connection 7 from unix socket: stuck in the middle of a packet; closing"),
                    log.above(Level.DEBUG));
        }
    }

    /** The largest half packet goes, and no other: who sends whole ones, or the rest in time, notices nothing. */
    @Test
    void halfPacketsOfAllConnectionsShareMemory() {
        SharedMemory rests = new SharedMemory(SharedMemory.Use.HALF_PACKETS, 10, 200);
        try (EmbeddedPeer small = sharing(rests);
                EmbeddedPeer large = sharing(rests);
                EmbeddedPeer late = sharing(rests)) {
            byte[] field = Frames.frame("LX~" + "v".repeat(100) + "~");
            small.send("OFFER M<a>~");
            small.send(Arrays.copyOf(field, 60));
            large.send("OFFER M<a>~");
            large.send(Arrays.copyOf(field, 90));
            assertEquals(150, rests.taken());
            late.send("OFFER M<a>~");
            late.send(Arrays.copyOf(field, 80));
            assertFalse(large.isOpen(), "it held most");
            assertTrue(
                    log.above(Level.DEBUG)
                            .contains(
                                    "WARN milter connection 7 from unix socket: no memory for half a packet; closing"),
                    log.toString());
            assertEquals(140, rests.taken());
            small.replies();
            small.send(Arrays.copyOfRange(field, 60, 70));
            small.send(Arrays.copyOfRange(field, 70, field.length));
            late.replies();
            late.send(Arrays.copyOfRange(field, 80, field.length));
            assertEquals(List.of("c"), small.replies());
            assertEquals(List.of("c"), late.replies());
            assertEquals(0, rests.taken(), "whole ones hold nothing");
            late.send(Arrays.copyOf(field, 90));
            late.channel.close();
            assertEquals(0, rests.taken(), "nor does who has gone");
        }
    }

    private EmbeddedPeer sharing(SharedMemory rests) {
        return new EmbeddedPeer(filter, Limits.DEFAULTS, SharedMemory.forHeaderFields(Limits.DEFAULTS), rests);
    }

    @Test
    void aBodyOctetByOctetIsNoProgress() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER M<a>~ 0x0000000a42");
            for (int i = 0; i < 4; i++) {
                peer.advance(Duration.ofSeconds(14));
                peer.send("0x62");
            }
            assertTrue(peer.isOpen());
            peer.advance(Duration.ofSeconds(4));
            assertFalse(peer.isOpen());
        }
    }

    @Test
    void packetsCutAtEachReadAreNoStall() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER M<a>~");
            byte[] header = Frames.frame("LX~v~");
            peer.send(Arrays.copyOf(header, 3));
            byte[] restAndNextBeginning = Frames.frames("LX~v~ LX~v~");
            for (int i = 0; i < 10; i++) {
                peer.advance(Duration.ofSeconds(50));
                peer.send(Arrays.copyOfRange(restAndNextBeginning, 3, 3 + header.length));
            }
            assertTrue(peer.isOpen());
            assertEquals(10, peer.replies().size());
        }
    }

    @Test
    void idleConnectionsAreClosedAfterTwoHours() {
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            peer.send("OFFER Cmx~U");
            wait(peer, 60);
            peer.send("Hmx~");
            wait(peer, 119);
            assertTrue(peer.isOpen());
            wait(peer, 20);
            assertFalse(peer.isOpen());
            assertEquals(List.of("open", "connect mx -", "helo mx", "close"), filter.take());
        }
    }

    private static void wait(EmbeddedPeer peer, int minutes) {
        for (int i = 0; i < minutes; i++) {
            peer.advance(Duration.ofMinutes(1));
        }
    }
}
