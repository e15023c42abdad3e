package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.milter.MilterCommand.Malformed;
import org.dmarcmilter.testing.CapturedLog;

/**
 * Any octets: the decoder answers, reads no octet twice, and the connection behind it only ever replies or closes. Run it
 * for real with {@code JAZZER_FUZZ=1 mvn test -Dtest=MilterDecoderFuzzTest}.
 */
class MilterDecoderFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void decodesAnything(FuzzedDataProvider data) {
        int cut = data.consumeInt(0, 200);
        byte[] octets = data.consumeRemainingAsBytes();
        List<MilterCommand> whole = decode(Unpooled.wrappedBuffer(octets));
        ByteBuf growing = Unpooled.buffer();
        List<MilterCommand> inPieces = new ArrayList<>();
        for (int from = 0; from < octets.length && !isMalformed(inPieces); from += 1 + cut) {
            growing.writeBytes(octets, from, Math.min(1 + cut, octets.length - from));
            inPieces.addAll(decode(growing));
        }
        assertEquals(whole, inPieces);
        converse(octets);
    }

    private static List<MilterCommand> decode(ByteBuf in) {
        MilterDecoder decoder = new MilterDecoder(
                new FieldNames(),
                (name, value) -> MilterFilter.Part.WHOLE,
                oddity -> assertTrue(oddity.length() < 1000));
        List<MilterCommand> commands = new ArrayList<>();
        while (!isMalformed(commands)) {
            int before = in.readerIndex();
            Optional<MilterCommand> command = Optional.ofNullable(decoder.next(in));
            if (command.isEmpty()) {
                assertEquals(before, in.readerIndex());
                break;
            }
            commands.add(command.get());
        }
        return commands;
    }

    private static boolean isMalformed(List<MilterCommand> commands) {
        return !commands.isEmpty() && commands.get(commands.size() - 1) instanceof Malformed;
    }

    private static void converse(byte[] octets) {
        try (CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG);
                EmbeddedPeer peer = new EmbeddedPeer(new RecordingFilter())) {
            peer.send(Frames.offer(6, 0x1ff, 0x1fffff));
            peer.send(Arrays.copyOf(octets, octets.length));
            Frames.words(peer.octets());
            assertEquals(0, peer.counters.failures.sum(), log.lines().toString());
        }
    }
}
