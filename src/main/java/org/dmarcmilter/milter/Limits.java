package org.dmarcmilter.milter;

import java.time.Duration;

/**
 * What one server and one connection may use. Every wait has an end, and every memory a bound.
 *
 * @param maxConnections connections open at once; further ones are closed as they come
 * @param maxHeaderBytes octets of header fields (names and values) of one message that reach the session
 * @param maxHeaderCount header fields of one message that reach the session
 * @param maxHeaderMemory octets that the kept header fields of all open messages take together; where they are short, the
 *     largest message is answered with a temporary failure
 * @param beforeNegotiation wait for SMFIC_OPTNEG
 * @param halfFrame wait for the rest of a packet, or for the MTA to read our replies
 * @param idle silence of the MTA between two packets; the SMTP client's own idleness is part of it
 * @param progressInterval a pending decision at the end of a message is announced this often: Sendmail waits 10 s each time
 * @param decision the longest decision: Sendmail waits 5 minutes in all
 */
public record Limits(
        int maxConnections,
        int maxHeaderBytes,
        int maxHeaderCount,
        long maxHeaderMemory,
        Duration beforeNegotiation,
        Duration halfFrame,
        Duration idle,
        Duration progressInterval,
        Duration decision) {
    /** The idle limit is libmilter's own. */
    public static final Limits DEFAULTS = new Limits(
            4096,
            1 << 20,
            1000,
            32 << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(7210),
            Duration.ofSeconds(4),
            Duration.ofSeconds(270));

    /** Other bounds on number and memory; the times stay. */
    public Limits with(int connections, int headerBytes, int headerCount, long headerMemory) {
        return new Limits(
                connections,
                headerBytes,
                headerCount,
                headerMemory,
                beforeNegotiation,
                halfFrame,
                idle,
                progressInterval,
                decision);
    }
}
