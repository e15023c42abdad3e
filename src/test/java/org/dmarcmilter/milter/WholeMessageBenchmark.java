package org.dmarcmilter.milter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.buffer.ByteBuf;
import org.dmarcmilter.testing.OrdinaryMail;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.slf4j.LoggerFactory;

/**
 * The octets of one message in, the octets of its verdict out: all that the daemon does on the way of a message but the socket, the
 * look into the DNS cache and the writing of the log line.
 */
@State(Scope.Thread)
public class WholeMessageBenchmark {
    private final ByteBuf message = OrdinaryDialogue.message();
    private final EmbeddedPeer mta = new EmbeddedPeer(OrdinaryDialogue.filter(OrdinaryMail.rules()));

    public WholeMessageBenchmark() {
        Logger log = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        log.detachAndStopAllAppenders();
        log.setLevel(Level.INFO);
        mta.send(OrdinaryDialogue.beginning());
        mta.replies();
    }

    @Benchmark
    public int judge() {
        mta.channel.writeInbound(message.retainedDuplicate());
        ByteBuf verdict = mta.channel.readOutbound();
        int length = verdict.readableBytes();
        verdict.release();
        return length;
    }
}
