package org.dmarcmilter.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The numbers of kinds of rows that were seen, by policy and hash of the text: a table of fixed size, in which a newer one takes the place
 * of an older one where both belong. What is not found here is in the store, or new. A map of as many objects takes three times the memory,
 * of which the worker has little.
 */
final class KnownFacts {
    private static final int PLACES = 1 << 16;

    /** Policy, two halves of the hash, number; a number of 0 is none, as the store begins with 1. */
    private static final int FIELDS = 4;

    private final long[] table = new long[PLACES * FIELDS];

    OptionalLong find(long policy, byte[] hash) {
        ByteBuffer halves = ByteBuffer.wrap(hash);
        long high = halves.getLong();
        long low = halves.getLong();
        int place = place(policy, high);
        boolean here =
                table[place + 3] != 0 && table[place] == policy && table[place + 1] == high && table[place + 2] == low;
        return here ? OptionalLong.of(table[place + 3]) : OptionalLong.empty();
    }

    void put(long policy, byte[] hash, long id) {
        ByteBuffer halves = ByteBuffer.wrap(hash);
        long high = halves.getLong();
        int place = place(policy, high);
        table[place] = policy;
        table[place + 1] = high;
        table[place + 2] = halves.getLong();
        table[place + 3] = id;
    }

    void clear() {
        Arrays.fill(table, 0);
    }

    /** One text may belong to many policies, so that both decide. */
    private static int place(long policy, long high) {
        long mixed = (high ^ policy * 0x9E37_79B9_7F4A_7C15L) >>> 48;
        return (int) mixed * FIELDS;
    }
}
