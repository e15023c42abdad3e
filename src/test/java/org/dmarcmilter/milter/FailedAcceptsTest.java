package org.dmarcmilter.milter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.Test;

class FailedAcceptsTest {
    @Test
    void isSaidOnceAndTriedAgainAfterAPause() {
        EmbeddedChannel listener = new EmbeddedChannel(new FailedAccepts(() -> 7));
        listener.freezeTime();
        try (CapturedLog log = new CapturedLog(FailedAccepts.class)) {
            for (int i = 0; i < 3; i++) {
                listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
                assertFalse(listener.config().isAutoRead());
                listener.advanceTimeBy(1, TimeUnit.SECONDS);
                listener.runScheduledPendingTasks();
                assertTrue(listener.config().isAutoRead());
            }
            assertEquals(
                    List.of(
                            "WARN no milter connection can be accepted while 7 are open: Too many open files; new ones wait."
                                    + " Is the limit of open files reached?"),
                    log.lines());
        }
    }
}
