package org.dmarcmilter.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.junit.jupiter.api.Test;

class LargeRepliesTest {
    private final LargeReplies large = new LargeReplies();

    @Test
    void theOthersWaitInTheirOrderForOneThatEnds() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < LargeReplies.MOST; i++) {
                assertTrue(large.begin(key(selector)));
            }
            SelectionKey gone = key(selector);
            SelectionKey second = key(selector);
            SelectionKey third = key(selector);
            assertFalse(large.begin(gone));
            assertFalse(large.begin(second));
            assertFalse(large.begin(third));
            gone.channel().close();
            large.end();
            assertEquals(SelectionKey.OP_READ, second.interestOps());
            assertEquals(0, third.interestOps());
            assertTrue(large.begin(second));
            assertFalse(large.begin(third));
        }
    }

    /** Closed with the test. */
    private static SelectionKey key(Selector selector) throws IOException {
        Pipe.SourceChannel source = Pipe.open().source();
        source.configureBlocking(false);
        return source.register(selector, SelectionKey.OP_READ);
    }
}
