package org.dmarcmilter.dns;

import java.util.Random;

/**
 * Ids for queries that nobody can foretell (RFC 5452, section 9.2). Drawn many at a time, as the source of a
 * {@link java.security.SecureRandom} costs the same for one and for many. Safe for many threads.
 */
final class MessageIds {
    private static final int DRAWN_AT_A_TIME = 256;

    private final Random random;
    private final byte[] drawn = new byte[DRAWN_AT_A_TIME * Short.BYTES];
    private int used = drawn.length;

    /** @param random unpredictable */
    MessageIds(Random random) {
        this.random = random;
    }

    /** The next one, 0 to 65535. */
    synchronized int next() {
        if (used == drawn.length) {
            random.nextBytes(drawn);
            used = 0;
        }
        int high = Byte.toUnsignedInt(drawn[used++]);
        return high << Byte.SIZE | Byte.toUnsignedInt(drawn[used++]);
    }
}
