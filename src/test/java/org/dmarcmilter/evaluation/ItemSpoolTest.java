package org.dmarcmilter.evaluation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ItemSpoolTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private final CapturedLog log = new CapturedLog(ItemSpoolTest.class);
    private volatile boolean broken;

    @AfterEach
    void stopListening() {
        log.close();
    }

    private ItemSpool<String> spool(int items, long octets, Duration interval) {
        List<ItemSpool<String>> self = new ArrayList<>(1);
        CountDownLatch made = new CountDownLatch(1);
        ItemSpool<String> spool = new ItemSpool<>(
                new Spool.Place("test", "file f", LoggerFactory.getLogger(ItemSpoolTest.class)),
                new Spool.Bounds(items, octets, interval),
                String::length,
                () -> {
                    awaitQuietly(made);
                    write(self.get(0));
                });
        self.add(spool);
        made.countDown();
        spool.start();
        return spool;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(ItemSpool<String> spool) throws IOException {
        if (broken) {
            throw new IOException("broken");
        }
        for (Optional<String> next = form(spool); next.isPresent(); next = form(spool)) {
            written.add(next.get());
            spool.written(1);
            if (next.get().equals("stop")) {
                throw new IOException("stop");
            }
        }
    }

    private static Optional<String> form(ItemSpool<String> spool) {
        return spool.take(
                item -> {
                    if (item.equals("impossible")) {
                        throw new IllegalStateException(item);
                    }
                    return item.equals("none") ? Optional.empty() : Optional.of(item);
                },
                item -> "id of " + item);
    }

    @Test
    void writesInOrderAndCounts() {
        ItemSpool<String> spool = spool(100, 1_000, Duration.ofMillis(1));
        spool.offer("a");
        spool.offer("impossible");
        spool.offer("none");
        spool.offer("b");
        assertTrue(spool.flushAndClose(LONG));
        assertEquals(List.of("a", "b"), written);
        assertEquals(2, spool.written());
        assertEquals(1, spool.dropped());
        assertEquals(0, spool.waiting());
        assertEquals(
                List.of("ERROR id of impossible: no record of this message could be made for file f"), log.lines());
    }

    @ParameterizedTest(name = "{0} items, {1} octets: {2}")
    @CsvSource({"3, 1000, aa bb cc", "100, 5, aa bb"})
    void dropsTheNewestAtEachBound(int items, long octets, String kept) {
        broken = true;
        ItemSpool<String> spool = spool(items, octets, NEVER);
        await().atMost(LONG).until(spool::isFailing);
        for (String item : List.of("aa", "bb", "cc", "dd")) {
            spool.offer(item);
        }
        assertEquals(kept.split(" ").length, spool.waiting());
        assertEquals(4 - spool.waiting(), spool.dropped());
        broken = false;
        assertTrue(spool.flushAndClose(LONG));
        assertEquals(List.of(kept.split(" ")), written, "one gap, whose beginning is known");
    }

    @Test
    void doesNotWaitForTheIntervalWhenMuchWaits() {
        ItemSpool<String> spool = spool(10_000, 1 << 20, NEVER);
        for (int i = 0; i < 256; i++) {
            spool.offer("x");
        }
        await().atMost(LONG).until(() -> spool.written() > 0);
        spool.flushAndClose(LONG);
    }

    @Test
    void triesAgainEachIntervalWhileItCannotWrite() {
        broken = true;
        ItemSpool<String> spool = spool(100, 1_000, Duration.ofMillis(5));
        spool.offer("a");
        await().atMost(LONG).until(spool::isFailing);
        broken = false;
        await().atMost(LONG).until(() -> spool.written() == 1);
        assertTrue(spool.flushAndClose(LONG));
    }

    /** As a segment of the journal that cannot grow, when the next one can. */
    @Test
    void triesAgainAtTheEndAsLongAsItGetsOn() {
        broken = true;
        ItemSpool<String> spool = spool(100, 1_000, NEVER);
        await().atMost(LONG).until(spool::isFailing);
        spool.offer("a");
        spool.offer("stop");
        spool.offer("b");
        spool.offer("stop");
        spool.offer("c");
        broken = false;
        assertTrue(spool.flushAndClose(LONG));
        assertEquals(List.of("a", "stop", "b", "stop", "c"), written);
    }

    @Test
    void tellsWhatIsLeftAtTheEnd() {
        broken = true;
        ItemSpool<String> spool = spool(100, 1_000, NEVER);
        await().atMost(LONG).until(spool::isFailing);
        spool.offer("a");
        spool.offer("b");
        assertFalse(spool.flushAndClose(LONG));
        assertEquals(2, spool.waiting());
        spool.offer("c");
        assertEquals(1, spool.dropped(), "closed");
        assertTrue(spool.isFailing());
        assertEquals(
                List.of(
                        "ERROR file f cannot be written: broken; 0 records wait, the mail goes on",
                        "ERROR file f: 2 records could not be written and are lost"),
                log.lines());
    }

    @Test
    void boundsArePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(0, 1, NEVER));
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(1, 0, NEVER));
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(1, 1, Duration.ZERO));
    }
}
