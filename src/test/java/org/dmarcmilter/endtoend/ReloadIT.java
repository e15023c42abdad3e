package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dmarcmilter.testing.MilterPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Reload as an operator needs it: under load, with mistakes in the file, a hundred times. */
@Timeout(120)
class ReloadIT {
    private static final int RELOADS = 100;
    private static final int CONNECTIONS = 16;
    private static final int MESSAGES_PER_CONNECTION = 5;

    /** Less than one suffix list: a single configuration that is kept for each ten reloads would be seen. */
    private static final long MOST_GROWTH = 1 << 20;

    /** What the JVM itself may start or open meanwhile. */
    private static final long FEW = 10;

    /** Two configurations, each of which shows in three places of a judgement at once, and which ask the DNS differently. */
    private static final String RED =
            "AuthservID red.example\nSoftwareHeader true\nCopyFailuresTo red@copies.example\nDNSTimeout 4\n";

    private static final String BLUE =
            "AuthservID blue.example\nSoftwareHeader false\nCopyFailuresTo blue@copies.example\nDNSTimeout 6\n";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private NameServer dns;

    @BeforeEach
    void startDns() {
        dns = NameServer.start(directory, "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n");
    }

    @AfterEach
    void stopDns() {
        dns.close();
    }

    @Test
    void aHundredReloadsUnderLoadDropAndMixNothing() throws IOException, InterruptedException, ExecutionException {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), RED)) {
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong messages = new AtomicLong();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                running.add(clients.submit(() -> {
                    while (!stop.get()) {
                        seen.add(oneConnection(daemon, messages));
                    }
                }));
            }
            long early = 0;
            for (int reload = 1; reload <= RELOADS; reload++) {
                configure(daemon, reload % 2 == 0 ? RED : BLUE);
                reloadAndAwait(daemon, "configuration reloaded from", reload);
                if (reload == RELOADS / 5) {
                    early = liveHeapOctets(daemon);
                }
            }
            long late = liveHeapOctets(daemon);
            stop.set(true);
            for (Future<?> client : running) {
                client.get();
            }
            clients.shutdown();
            assertEquals(Set.of("red", "blue"), seen, "both configurations were in force");
            assertTrue(messages.get() > RELOADS, () -> messages + " messages were judged meanwhile");
            long grown = late - early;
            assertTrue(grown < MOST_GROWTH, () -> "live objects grew by " + grown + " octets over 80 reloads");
        }
    }

    @Test
    void aHundredChangesOfTheDnsLeaveNoThreadAndNoDescriptorBehind() throws IOException {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), RED);
                MilterPeer old = MilterPeer.connect(daemon.socket())) {
            old.connection("client.example", "192.0.2.1");
            long threads = 0;
            long descriptors = 0;
            for (int reload = 1; reload <= RELOADS; reload++) {
                configure(daemon, reload % 2 == 0 ? RED : BLUE);
                reloadAndAwait(daemon, "configuration reloaded from", reload);
                assertEquals(reload % 2 == 0 ? "red" : "blue", oneConnection(daemon, new AtomicLong()));
                if (reload == RELOADS / 10) {
                    threads = entries(daemon, "task");
                    descriptors = entries(daemon, "fd");
                }
            }
            long late = entries(daemon, "task") - threads;
            assertTrue(late < FEW, () -> late + " threads more after 90 reloads");
            long open = entries(daemon, "fd") - descriptors;
            assertTrue(open < FEW, () -> open + " descriptors more after 90 reloads");
            old.mail("a@example.com", Map.of("i", "OLD"));
            old.rcpt("b@example.org");
            old.header("From", "a@example.com");
            old.endOfHeaders();
            String field = old.endOfMessage().added("Authentication-Results").get(0);
            assertTrue(field.startsWith("red.example; dmarc=fail"), field);
        }
    }

    private static long entries(DaemonUnderTest daemon, String kind) throws IOException {
        try (Stream<Path> entries =
                Files.list(Path.of("/proc", String.valueOf(daemon.process().pid()), kind))) {
            return entries.count();
        }
    }

    /** All messages of one connection see one configuration, and see all of it. */
    private static String oneConnection(DaemonUnderTest daemon, AtomicLong messages) {
        Set<String> colours = ConcurrentHashMap.newKeySet();
        try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
            mta.connection("client.example", "192.0.2.1");
            mta.helo("client.example");
            for (int i = 0; i < MESSAGES_PER_CONNECTION; i++) {
                mta.mail("a@example.com", Map.of("i", "Q" + i));
                mta.rcpt("b@example.org");
                mta.header("From", "a@example.com");
                mta.endOfHeaders();
                MilterPeer.EndOfMessage answer = mta.endOfMessage();
                String field = String.join("", answer.added("Authentication-Results"));
                String copy = answer.edits().stream()
                        .filter(edit -> edit.code() == '+')
                        .map(MilterPeer.Reply::payload)
                        .findFirst()
                        .orElse("");
                boolean software = !answer.added("DMARC-Filter").isEmpty();
                boolean red = field.startsWith("red.example;") && software && copy.startsWith("red@");
                boolean blue = field.startsWith("blue.example;") && !software && copy.startsWith("blue@");
                assertTrue(red ^ blue, () -> "a mixed configuration: " + field + " " + software + " " + copy);
                colours.add(red ? "red" : "blue");
                messages.incrementAndGet();
            }
        }
        assertEquals(1, colours.size(), "a connection keeps its configuration");
        return colours.iterator().next();
    }

    @Test
    void aMistakeLeavesTheOldConfigurationInForce() throws IOException {
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), RED)) {
            configure(daemon, BLUE + "RejectFailure true\n");
            daemon.process().signal("USR1");
            await().until(() -> daemon.log().contains("the old configuration stays"));
            assertTrue(daemon.log().contains(":7: "), daemon::log);
            assertEquals("red", oneConnection(daemon, new AtomicLong()));
            configure(daemon, BLUE);
            reloadAndAwait(daemon, "configuration reloaded from", 1);
            assertEquals("blue", oneConnection(daemon, new AtomicLong()));
        }
    }

    @Test
    void listsAreReadAgain() throws IOException {
        Path hosts = Files.writeString(directory.resolve("ignore.hosts"), "198.51.100.1\n");
        String configuration = RED + "IgnoreHosts " + hosts + "\n";
        try (DaemonUnderTest daemon = DaemonUnderTest.start(directory, dns.address(), configuration)) {
            assertEquals("red", oneConnection(daemon, new AtomicLong()));
            Files.writeString(hosts, "192.0.2.0/24\n");
            reloadAndAwait(daemon, "configuration reloaded from", 1);
            try (MilterPeer mta = MilterPeer.connect(daemon.socket())) {
                // Its answer is not asked for before the end of a message.
                mta.connection("client.example", "192.0.2.1");
                daemon.awaitLog("ignoring connection from client.example");
            }
        }
    }

    private void configure(DaemonUnderTest daemon, String lines) throws IOException {
        Path file = directory.resolve("dmarc-milter.conf");
        Path next = directory.resolve("dmarc-milter.conf.new");
        Files.writeString(next, "Socket " + daemon.socket() + "\nNameservers " + dns.address() + "\n" + lines);
        Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static void reloadAndAwait(DaemonUnderTest daemon, String line, int times) {
        daemon.process().signal("HUP");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> daemon.log().split(line, -1).length - 1 >= times);
    }

    /**
     * What is reachable after a full collection. Resident memory would tell how far the heap has been used so far, not
     * what is kept.
     */
    private long liveHeapOctets(DaemonUnderTest daemon) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String histogram = PeerProcess.run(
                directory.resolve("jcmd.out"),
                List.of(jcmd.toString(), String.valueOf(daemon.process().pid()), "GC.class_histogram"));
        Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$").matcher(histogram);
        assertTrue(total.find(), histogram);
        return Long.parseLong(total.group(1));
    }
}
