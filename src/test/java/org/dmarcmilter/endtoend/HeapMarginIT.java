package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What lives in the heap that the launcher gives, at its worst moment: the cache is full, history that cannot be written
 * waits, header sections of a megabyte and DNS answers of 60 KB are held by messages that wait for silent name servers, and more
 * of both come in.
 */
@Timeout(300)
class HeapMarginIT {
    private static final String CONFIGURATION = """
            AuthservID mx.example.test
            TrustedAuthservIDs spf.example.test
            HistoryFile /dev/full
            DNSTimeout 60
            MaxEvaluationTime 240
            """;

    private static final String SMALL_ANSWERS = "*.small. TXT \"v=DMARC1; p=none\"\n";
    private static final String LARGE_ANSWERS = "*.large. TXT \"v=DMARC1; p=none\"\n"
            + IntStream.range(0, 225)
                    .mapToObj(i -> "*.large. TXT \"%03d%s\"\n".formatted(i, "x".repeat(247)))
                    .collect(Collectors.joining());

    private static final int FILLING_CLIENTS = 4;
    /** Of ten domains each: more than the cache keeps, and more than the history keeps waiting. */
    private static final int FILLING_MESSAGES = 700;

    private static final int LARGE_HEADERS = 30;
    private static final int LARGE_ANSWER_CLIENTS = 92;
    private static final int LOOKS = 6;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final AtomicInteger filled = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    @Test
    void aQuarterOfTheHeapIsLeft() {
        ExecutorService clients = Executors.newCachedThreadPool();
        try (NameServer all = NameServer.start(directory, SMALL_ANSWERS + LARGE_ANSWERS);
                PartlyDeadDns dns = PartlyDeadDns.start(all, "dead");
                DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), CONFIGURATION)) {
            for (int i = 0; i < FILLING_CLIENTS; i++) {
                int number = i;
                clients.execute(() -> fill(daemon, number));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> filled.get() == FILLING_CLIENTS * FILLING_MESSAGES);
            for (int i = 0; i < LARGE_HEADERS; i++) {
                String client = "192.0.2." + i;
                clients.execute(() -> sendLargeHeaders(daemon, client));
            }
            for (int i = 0; i < LARGE_ANSWER_CLIENTS; i++) {
                int number = i;
                clients.execute(() -> askForLargeAnswers(daemon, number));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting.get() >= LARGE_HEADERS + LARGE_ANSWER_CLIENTS);
            for (int i = 0; i < LOOKS; i++) {
                long live = liveOctets(daemon);
                assertTrue(live < maxHeap(daemon) / 4 * 3, () -> live + " octets of " + maxHeap(daemon));
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private void fill(DaemonUnderTest daemon, int number) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket()).gathering()) {
            mta.connection("client.example", "203.0.113.1");
            for (int i = 0; i < FILLING_MESSAGES; i++) {
                mta.mail("a@b.example", Map.of("i", "Q" + number + "x" + i));
                mta.header("From", from("c" + number + "m" + i, 10, ".small"));
                mta.endOfMessage();
                filled.incrementAndGet();
            }
        }
    }

    private void sendLargeHeaders(DaemonUnderTest daemon, String client) {
        repeat(daemon, client, (mta, round) -> {
            mta.header("From", "a@x.dead");
            for (int i = 0; i < 14; i++) {
                mta.header("Authentication-Results", "spf.example.test" + "; dkim=pass".repeat(5_500));
            }
        });
    }

    private void askForLargeAnswers(DaemonUnderTest daemon, int number) {
        repeat(
                daemon,
                "198.51.100." + number % 2,
                (mta, round) -> mta.header("From", from("c" + number + "m" + round, 9, ".large") + ", a@x.dead"));
    }

    /** Sends messages until the test is over; they wait for what is never answered, or are put off. */
    private void repeat(DaemonUnderTest daemon, String client, BiConsumer<MilterPeer, Integer> header) {
        try (MilterPeer mta = MilterPeer.connect(daemon.socket()).gathering()) {
            mta.connection("bot.example", client);
            for (int round = 0; !Thread.currentThread().isInterrupted(); round++) {
                mta.mail("a@b.example", Map.of("i", "BOT"));
                header.accept(mta, round);
                mta.sendEndOfMessage();
                waiting.incrementAndGet();
                mta.awaitVerdict();
            }
        } catch (UncheckedIOException over) {
            // The test is over.
        }
    }

    private static String from(String prefix, int count, String zone) {
        return IntStream.range(0, count)
                .mapToObj(i -> "a@" + prefix + "n" + i + zone)
                .collect(Collectors.joining(", "));
    }

    /** After a full collection, which this asks for. */
    private long liveOctets(DaemonUnderTest daemon) {
        return number(jcmd(daemon, "GC.class_histogram"), "(?m)^Total\\s+\\d+\\s+(\\d+)");
    }

    private long maxHeap(DaemonUnderTest daemon) {
        return number(jcmd(daemon, "VM.flags"), "-XX:MaxHeapSize=(\\d+)");
    }

    private static long number(String output, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(output);
        assertTrue(found.find(), output);
        return Long.parseLong(found.group(1));
    }

    private String jcmd(DaemonUnderTest daemon, String command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return PeerProcess.run(
                directory.resolve("jcmd.out"),
                List.of(jcmd.toString(), String.valueOf(daemon.process().pid()), command));
    }
}
