package org.dmarcmilter.evaluation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpoolTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean broken;

    private Spool<String> spool(int items, long octets, Duration interval) {
        List<Spool<String>> self = new ArrayList<>(1);
        CountDownLatch made = new CountDownLatch(1);
        Spool<String> spool = new Spool<>("test", new Spool.Bounds(items, octets, interval), String::length, () -> {
            awaitQuietly(made);
            return write(self.get(0));
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

    private boolean write(Spool<String> spool) {
        if (broken) {
            return false;
        }
        for (Optional<String> next = spool.take(); next.isPresent(); next = spool.take()) {
            if (next.get().equals("impossible")) {
                spool.lose();
            } else {
                written.add(next.get());
                spool.written(1);
            }
        }
        return true;
    }

    @Test
    void writesInOrderAndCounts() {
        Spool<String> spool = spool(100, 1_000, Duration.ofMillis(1));
        spool.offer("a");
        spool.offer("impossible");
        spool.offer("b");
        assertEquals(0, spool.flushAndClose(LONG));
        assertEquals(List.of("a", "b"), written);
        assertEquals(2, spool.written());
        assertEquals(1, spool.dropped());
        assertEquals(0, spool.waiting());
    }

    @ParameterizedTest(name = "{0} items, {1} octets: {2}")
    @CsvSource({"3, 1000, aa bb cc", "100, 5, aa bb"})
    void dropsTheNewestAtEachBound(int items, long octets, String kept) {
        broken = true;
        Spool<String> spool = spool(items, octets, NEVER);
        await().atMost(LONG).until(spool::isFailing);
        for (String item : List.of("aa", "bb", "cc", "dd")) {
            spool.offer(item);
        }
        assertEquals(kept.split(" ").length, spool.waiting());
        assertEquals(4 - spool.waiting(), spool.dropped());
        broken = false;
        assertEquals(0, spool.flushAndClose(LONG));
        assertEquals(List.of(kept.split(" ")), written, "one gap, whose beginning is known");
    }

    @Test
    void doesNotWaitForTheIntervalWhenMuchWaits() {
        Spool<String> spool = spool(10_000, 1 << 20, NEVER);
        for (int i = 0; i < 256; i++) {
            spool.offer("x");
        }
        await().atMost(LONG).until(() -> spool.written() > 0);
        spool.flushAndClose(LONG);
    }

    @Test
    void triesAgainEachIntervalWhileItCannotWrite() {
        broken = true;
        Spool<String> spool = spool(100, 1_000, Duration.ofMillis(5));
        spool.offer("a");
        await().atMost(LONG).until(spool::isFailing);
        broken = false;
        await().atMost(LONG).until(() -> spool.written() == 1);
        assertEquals(0, spool.flushAndClose(LONG));
    }

    @Test
    void tellsWhatIsLeftAtTheEnd() {
        broken = true;
        Spool<String> spool = spool(100, 1_000, NEVER);
        spool.offer("a");
        spool.offer("b");
        assertEquals(2, spool.flushAndClose(LONG));
        spool.offer("c");
        assertEquals(1, spool.dropped(), "closed");
        assertTrue(spool.isFailing());
    }

    @Test
    void boundsArePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(0, 1, NEVER));
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(1, 0, NEVER));
        assertThrows(IllegalArgumentException.class, () -> new Spool.Bounds(1, 1, Duration.ZERO));
    }
}
