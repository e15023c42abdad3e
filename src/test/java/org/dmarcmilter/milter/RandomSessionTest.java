package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.milter.MilterReply.Accept;
import org.dmarcmilter.milter.MilterReply.Continue;
import org.dmarcmilter.milter.MilterReply.InsertHeader;
import org.dmarcmilter.milter.MilterReply.Reject;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packets in any order, in segments of any size, to a filter that answers now, later or never: what comes back is a reply to
 * each command that wants one, or the end. The seed is the test's name.
 */
class RandomSessionTest {
    private static final String[] PACKETS = {
        "DCj~mx~",
        "Cmx~4~~192.0.2.1~",
        "Cmx~U",
        "DH",
        "Hmx~",
        "DMi~Q~",
        "M<a>~",
        "M~",
        "DR",
        "R<b>~",
        "T",
        "DL",
        "LFrom~x~",
        "LX~~",
        "N",
        "Bbody",
        "DEi~Q~",
        "E",
        "E",
        "Elast",
        "A",
        "U~",
        "K",
        "^00",
        "Q",
        "LX",
        "OFFER",
        "0x00000000"
    };

    /** Broken packets and QUIT are at the end of the list and drawn seldom, or no session would be long. */
    private static final int SANE = 23;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void onlyRepliesOrCloses(long seed) {
        Random random = new Random(seed);
        try (CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG)) {
            for (int session = 0; session < 200; session++) {
                run(random, "seed " + seed + " session " + session);
            }
            assertTrue(log.lines().stream().noneMatch(line -> line.contains("internal error")), "no internal error");
        }
    }

    private static void run(Random random, String name) {
        RecordingFilter filter = new RecordingFilter();
        filter.wishes = new MilterFilter.Wishes(1, 0, random.nextBoolean() ? 0xff080 : 0);
        filter.onMail = random.nextInt(4) == 0 ? new Reject() : new Continue();
        filter.onConnect = random.nextInt(4) == 0 ? new Accept() : new Continue();
        List<CompletableFuture<List<MilterReply>>> pending = new ArrayList<>();
        List<MilterReply> answer = List.of(new InsertHeader(0, "X", "y"), new Accept());
        filter.onEnd = macros -> {
            if (random.nextBoolean()) {
                return CompletableFuture.completedFuture(answer);
            }
            pending.add(new CompletableFuture<>());
            return pending.get(pending.size() - 1);
        };
        try (EmbeddedPeer peer = new EmbeddedPeer(filter)) {
            List<String> replies = new ArrayList<>(peer.send("OFFER"));
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = random.nextInt(60); i > 0; i--) {
                stream.writeBytes(Frames.frames(
                        PACKETS[random.nextInt(20) == 0 ? random.nextInt(PACKETS.length) : random.nextInt(SANE)]));
            }
            byte[] octets = stream.toByteArray();
            for (int from = 0; from < octets.length; ) {
                int size = Math.min(1 + random.nextInt(40), octets.length - from);
                peer.send(java.util.Arrays.copyOfRange(octets, from, from + size));
                from += size;
                if (random.nextInt(3) == 0 && !pending.isEmpty()) {
                    pending.remove(0).complete(answer);
                }
                if (random.nextInt(10) == 0) {
                    peer.advance(Duration.ofSeconds(random.nextInt(300)));
                }
                replies.addAll(peer.replies());
            }
            pending.forEach(decision -> decision.complete(answer));
            replies.addAll(peer.replies());
            peer.channel.close();
            check(filter.take(), name);
            assertTrue(replies.stream().allMatch(reply -> reply.matches("O|[carpt]|i~~~~X~y~")), name + replies);
            assertEquals("O", replies.get(0), name);
        }
    }

    /** The promises of {@link MilterFilter.Session}. */
    private static void check(List<String> events, String name) {
        boolean open = false;
        boolean message = false;
        boolean ended = false;
        for (String event : events) {
            switch (event.split(" ")[0]) {
                case "open" -> {
                    assertTrue(!open, name + events);
                    open = true;
                }
                case "mail" -> {
                    assertTrue(open && !message, name + events);
                    message = true;
                    ended = false;
                }
                case "header", "rcpt" -> assertTrue(message, name + events);
                case "end" -> {
                    assertTrue(message, name + events);
                    message = false;
                    ended = true;
                }
                case "abort" -> {
                    assertTrue(message || ended, name + events);
                    message = false;
                    ended = false;
                }
                case "close" -> {
                    assertTrue(open && !message, name + events);
                    open = false;
                }
                default -> assertTrue(open, name + events);
            }
        }
        assertTrue(!open, name + events);
    }
}
