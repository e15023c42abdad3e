package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.dmarcmilter.domain.ListenAddress;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions recorded with Postfix and Sendmail, octet by octet, however they are cut into segments and on each transport. */
class RecordedSessionTest {
    private static final MilterReply CONTINUE = new MilterReply.Continue();

    private static final List<MilterReply> INSERT = List.of(new MilterReply.InsertHeader(1, "X-Test", "ok"), CONTINUE);

    private static final List<MilterReply> REJECT =
            List.of(new MilterReply.ReplyCode(550, "5.7.1", "rejected by policy (100% sure)"));

    private static final int ALL_BUT_MAIL = 0x0fb080;

    enum Cut {
        AS_RECORDED,
        ONE_BYTE,
        WHOLE
    }

    static Stream<Arguments> sessions() {
        return Stream.of(
                        Arguments.of("postfix-insert-header.txt", INSERT, 0),
                        Arguments.of("sendmail-insert-header.txt", INSERT, 0),
                        Arguments.of("postfix-reject.txt", REJECT, 0),
                        Arguments.of("postfix-abort.txt", INSERT, 0),
                        Arguments.of("sendmail-abort.txt", INSERT, 0),
                        Arguments.of("postfix-no-reply.txt", INSERT, ALL_BUT_MAIL))
                .flatMap(session -> Arrays.stream(Cut.values())
                        .map(cut -> Arguments.of(session.get()[0], session.get()[1], session.get()[2], cut)));
    }

    private static RecordingFilter filter(List<MilterReply> answer, int noReply) {
        RecordingFilter filter = new RecordingFilter();
        filter.wishes = new MilterFilter.Wishes(0x11, 0, noReply);
        filter.watched = List.of("i", "mail_addr", "j");
        filter.onEnd = macros -> CompletableFuture.completedFuture(answer);
        return filter;
    }

    @ParameterizedTest(name = "{0} {3}")
    @MethodSource("sessions")
    void embedded(String name, List<MilterReply> answer, int noReply, Cut cut) {
        Transcript transcript = Transcript.read(name);
        RecordingFilter filter = filter(answer, noReply);
        ByteArrayOutputStream replies = new ByteArrayOutputStream();
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            for (byte[] segment : segments(transcript, cut)) {
                peer.send(segment);
                replies.writeBytes(peer.octets());
            }
            assertFalse(peer.isOpen(), "QUIT closes");
        }
        assertReplies(transcript, replies.toByteArray());
        assertEquals(expectedEvents(name), filter.take());
    }

    @ParameterizedTest(name = "{0} {3}")
    @MethodSource("sessions")
    void tcp(String name, List<MilterReply> answer, int noReply, Cut cut) throws IOException {
        overSocket("inet:0@127.0.0.1", name, answer, noReply, cut);
    }

    @ParameterizedTest(name = "{0} {3}")
    @MethodSource("sessions")
    void unixSocket(String name, List<MilterReply> answer, int noReply, Cut cut, @TempDir Path directory)
            throws IOException {
        overSocket("local:" + directory.resolve("m"), name, answer, noReply, cut);
    }

    private static void overSocket(String address, String name, List<MilterReply> answer, int noReply, Cut cut)
            throws IOException {
        Transcript transcript = Transcript.read(name);
        RecordingFilter filter = filter(answer, noReply);
        try (MilterServer server = new MilterServer(filter, Limits.DEFAULTS, new MilterReply.TemporaryFailure(), 1)) {
            SocketAddress bound = server.bind(ListenAddress.parse(address), OptionalInt.empty());
            SocketAddress target =
                    address.startsWith("local:") ? java.net.UnixDomainSocketAddress.of(address.substring(6)) : bound;
            try (SocketChannel client = SocketChannel.open(target)) {
                byte[] replies = cut == Cut.AS_RECORDED ? inTurns(client, transcript) : atOnce(client, transcript, cut);
                assertReplies(transcript, replies);
            }
        }
        assertEquals(expectedEvents(name), filter.take());
    }

    /** As an MTA does: waits for each reply. */
    private static byte[] inTurns(SocketChannel client, Transcript transcript) throws IOException {
        ByteArrayOutputStream replies = new ByteArrayOutputStream();
        for (Transcript.Packet packet : transcript.packets()) {
            if (packet.fromMta()) {
                client.write(ByteBuffer.wrap(packet.octets()));
            } else {
                ByteBuffer reply = ByteBuffer.allocate(packet.octets().length);
                while (reply.hasRemaining() && client.read(reply) >= 0) {
                    // until it is whole
                }
                replies.write(reply.array(), 0, reply.position());
            }
        }
        assertEquals(-1, client.read(ByteBuffer.allocate(1)), "QUIT closes");
        return replies.toByteArray();
    }

    private static byte[] atOnce(SocketChannel client, Transcript transcript, Cut cut) throws IOException {
        for (byte[] segment : segments(transcript, cut)) {
            client.write(ByteBuffer.wrap(segment));
        }
        ByteBuffer replies = ByteBuffer.allocate(64 * 1024);
        while (client.read(replies) >= 0) {
            // until QUIT closes
        }
        return Arrays.copyOf(replies.array(), replies.position());
    }

    private static List<byte[]> segments(Transcript transcript, Cut cut) {
        return switch (cut) {
            case WHOLE -> List.of(transcript.fromMta());
            case AS_RECORDED ->
                transcript.packets().stream()
                        .filter(Transcript.Packet::fromMta)
                        .map(Transcript.Packet::octets)
                        .toList();
            case ONE_BYTE -> {
                List<byte[]> segments = new ArrayList<>();
                for (byte octet : transcript.fromMta()) {
                    segments.add(new byte[] {octet});
                }
                yield segments;
            }
        };
    }

    private static void assertReplies(Transcript transcript, byte[] replies) {
        assertEquals(
                HexFormat.of().formatHex(transcript.fromFilter()),
                HexFormat.of().formatHex(replies));
        assertArrayEquals(transcript.fromFilter(), replies);
    }

    private static List<String> expectedEvents(String name) {
        boolean postfix = name.startsWith("postfix");
        String host = postfix ? "mx.example.test" : "sm.example.test";
        List<String> events =
                new ArrayList<>(List.of("open", "connect localhost 127.0.0.1 j=" + host, "helo c.example"));
        String queueId = postfix ? "" : " i=6AO4fdp9006528";
        events.add("mail <a@example.net>[SIZE=20]" + queueId + " mail_addr=a@example.net j=" + host);
        events.add("rcpt <bob@local.test>[]");
        String sender = "a";
        if (name.endsWith("abort.txt")) {
            events.add("abort");
            queueId = postfix ? "" : " i=6AO4ff2G006658";
            events.add("mail <b@example.net>[]" + queueId + " mail_addr=b@example.net j=" + host);
            events.add("rcpt <bob@local.test>[]");
            sender = "b";
        }
        events.add("header Subject:hi\n there");
        if (postfix) {
            events.add("header Message-Id:<20261124044135.AE08622E7F3@mx.example.test>");
            events.add("header Date:Tue, 24 Nov 2026 04:41:35 +0000 (UTC)");
            events.add("header From:a@example.net");
            queueId = name.equals("postfix-reject.txt") ? " i=0069722E7F4" : " i=AE08622E7F3";
        }
        events.add("end" + queueId + " mail_addr=" + sender + "@example.net j=" + host);
        events.add("close");
        return events;
    }
}
