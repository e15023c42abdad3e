package org.dmarcmilter.evaluation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.text.OctetText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@Timeout(180)
class OctetSpoolTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private final CapturedLog log = new CapturedLog(OctetSpoolTest.class);
    private volatile boolean broken;
    private int longest;

    @AfterEach
    void stopListening() {
        log.close();
    }

    /** An item becomes itself and a line feed. */
    private static final class Line implements OctetSpool.Form<String> {
        @Override
        public boolean append(String item, OctetText to) {
            to.append(item);
            if (item.equals("impossible")) {
                throw new IllegalStateException(item);
            }
            to.append('\n');
            return !item.equals("none");
        }

        @Override
        public String id(String item) {
            return "id of " + item;
        }
    }

    private OctetSpool<String> spool(int items, long octets, Duration interval) {
        List<OctetSpool<String>> self = new ArrayList<>(1);
        CountDownLatch made = new CountDownLatch(1);
        OctetSpool<String> spool = new OctetSpool<>(
                new Spool.Place("test", "file f", LoggerFactory.getLogger(OctetSpoolTest.class)),
                new Spool.Bounds(items, octets, interval),
                new Line(),
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
            assertTrue(latch.await(LONG.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(OctetSpool<String> spool) throws IOException {
        if (broken) {
            throw new IOException("broken");
        }
        for (Optional<OctetSpool.Batch> next = spool.take(true); next.isPresent(); next = spool.take(true)) {
            OctetSpool.Batch batch = next.get();
            longest = Math.max(longest, batch.octets().length());
            List<String> lines = batch.octets().toString().lines().toList();
            assertEquals(lines.size(), batch.records());
            written.addAll(lines);
            spool.written(batch.records());
            spool.done(batch);
        }
    }

    @Test
    void writesInOrderAndCounts() {
        OctetSpool<String> spool = spool(100, 1_000, Duration.ofMillis(1));
        spool.offer("a");
        spool.offer("impossible");
        spool.offer("none");
        spool.offer("b");
        assertTrue(spool.flushAndClose(LONG));
        assertEquals(List.of("a", "b"), written, "what was begun of the others is gone");
        assertEquals(2, spool.written());
        assertEquals(1, spool.dropped());
        assertEquals(0, spool.waiting());
        assertEquals(
                List.of("ERROR id of impossible: no record of this message could be made for file f"), log.lines());
    }

    @ParameterizedTest(name = "{0} items, {1} octets: {2}")
    @CsvSource({"3, 1000, aa bb cc", "100, 8, aa bb"})
    void dropsTheNewestAtEachBound(int items, long octets, String kept) {
        broken = true;
        OctetSpool<String> spool = spool(items, octets, NEVER);
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

    @ParameterizedTest(name = "{0} items of {1} octets")
    @CsvSource({"1024, 1", "190, 1100", "1, 200000"})
    void doesNotWaitForTheIntervalWhenMuchWaits(int items, int octets) {
        OctetSpool<String> spool = spool(10_000, 1 << 20, NEVER);
        for (int i = 0; i < items; i++) {
            spool.offer("x".repeat(octets));
        }
        await().atMost(LONG).until(() -> spool.written() > 0);
        assertTrue(spool.flushAndClose(LONG));
    }

    @Test
    void aBatchThatIsNotFullComesWhereAllAreAskedForAndAtTheEnd() {
        OctetSpool<String> spool = new OctetSpool<>(
                new Spool.Place("test", "file f", LoggerFactory.getLogger(OctetSpoolTest.class)),
                new Spool.Bounds(10_000, 1 << 20, NEVER),
                new Line(),
                () -> {});
        for (int i = 0; i < 1_025; i++) {
            spool.offer("x");
        }
        assertEquals(1_024, spool.take(false).orElseThrow().records());
        assertEquals(Optional.empty(), spool.take(false));
        assertEquals(1, spool.take(true).orElseThrow().records());
        assertEquals(Optional.empty(), spool.take(true));
        spool.offer("last");
        assertFalse(spool.flushAndClose(LONG), "its thread has never begun");
        assertEquals("last\n", spool.take(false).orElseThrow().octets().toString());
    }

    /** What was written makes room, also where a batch is used again. */
    @Test
    void manyHandOverAtOnce() throws InterruptedException {
        OctetSpool<String> spool = spool(1_000_000, 1 << 30, Duration.ofMillis(1));
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            String begin = thread + " ";
            threads.add(new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    spool.offer(begin + i);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(LONG.toMillis());
        }
        assertTrue(spool.flushAndClose(LONG));
        assertEquals(80_000, written.size());
        for (int thread = 0; thread < 4; thread++) {
            String begin = thread + " ";
            List<String> own =
                    written.stream().filter(line -> line.startsWith(begin)).toList();
            for (int i = 0; i < 20_000; i++) {
                assertEquals(begin + i, own.get(i));
            }
        }
        assertTrue(longest < 200_000, () -> longest + " octets at once");
    }

    @Test
    void tellsWhatIsLeftAtTheEnd() {
        broken = true;
        OctetSpool<String> spool = spool(100, 1_000, NEVER);
        await().atMost(LONG).until(spool::isFailing);
        spool.offer("a");
        spool.offer("b");
        assertFalse(spool.flushAndClose(LONG));
        assertEquals(2, spool.waiting());
        spool.offer("c");
        assertEquals(1, spool.dropped(), "closed");
        assertEquals(
                List.of(
                        "ERROR file f cannot be written: broken; 0 records wait, the mail goes on",
                        "ERROR file f: 2 records could not be written and are lost"),
                log.lines());
    }
}
