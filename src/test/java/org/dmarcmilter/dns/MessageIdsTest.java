package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
    private static final int ALL = 1 << 16;

    @Test
    void eachIdIsPossible() {
        MessageIds ids = new MessageIds(new Random(5452));
        BitSet seen = new BitSet();
        for (int i = 0; i < 20 * ALL; i++) {
            seen.set(ids.next());
        }
        assertEquals(ALL, seen.cardinality());
        assertEquals(ALL, seen.length());
    }

    @Test
    void noDrawIsUsedTwice() {
        MessageIds ids = new MessageIds(new Random(5452) {
            private int draws;

            @Override
            public void nextBytes(byte[] bytes) {
                draws++;
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (i % 2 == 0 ? draws : i / 2);
                }
            }
        });
        BitSet seen = new BitSet();
        for (int i = 0; i < 1_000; i++) {
            int id = ids.next();
            assertTrue(!seen.get(id), "twice: " + id);
            seen.set(id);
        }
    }
}
