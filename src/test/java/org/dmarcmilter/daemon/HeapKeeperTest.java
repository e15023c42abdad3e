package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapKeeperTest {
    /** In MiB. */
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            0  | 86  | 24 | nothing is known yet
            12 | 86  | 24 | less than is allowed anyway
            21 | 86  | 28 | full caches
            48 | 86  | 64 | many large headers are open: not again at once
            80 | 86  | 86 | more than there is cannot come
            48 | 30  | 30 | nor in a small heap
            21 | -1  | 28 | a heap without a bound
            """)
    void leavesRoomForWhatIsInUse(long inUse, long most, long threshold, String why) {
        assertEquals(threshold << 20, HeapKeeper.threshold(inUse << 20, most < 0 ? most : most << 20), why);
    }
}
