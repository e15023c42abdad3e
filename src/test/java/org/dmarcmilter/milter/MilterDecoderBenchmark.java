package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import org.dmarcmilter.testing.ManualLoop;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Octets to commands: one message from its macros to its end, of whose fields is kept what the filter keeps. */
@State(Scope.Thread)
public class MilterDecoderBenchmark {
    private final ByteBuf octets = OrdinaryDialogue.message();
    private final MilterFilter.Session session =
            OrdinaryDialogue.filter(OrdinaryMail.rules()).open(1, new ManualLoop());
    private final MilterDecoder decoder = new MilterDecoder(new FieldNames(), session::keeps, oddity -> {
        throw new IllegalStateException(oddity);
    });

    @Benchmark
    public void decode(Blackhole readers) {
        octets.readerIndex(0);
        for (MilterCommand next = decoder.next(octets); next != null; next = decoder.next(octets)) {
            readers.consume(next);
        }
    }
}
