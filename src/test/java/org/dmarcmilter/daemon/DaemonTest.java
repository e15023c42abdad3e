package org.dmarcmilter.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.read.ListAppender;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.dns.FailingSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The daemon in this process. It takes over the log, which is given back after each test. */
class DaemonTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final LoggerContext LOGGING = (LoggerContext) LoggerFactory.getILoggerFactory();
    private static final int BEAT_MILLIS = 100;

    /** In the background and without Syslog nothing is written anywhere. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "DMARC_MILTER_BACKGROUND", "1",
            "NOTIFY_SOCKET", "/run/systemd/notify",
            "WATCHDOG_USEC", String.valueOf(3 * BEAT_MILLIS * 1_000));

    @TempDir
    private Path folder;

    @AfterEach
    void giveBackTheLog() throws Exception {
        LOGGING.reset();
        new ContextInitializer(LOGGING).autoConfig();
    }

    /**
     * Without the DNS all mail would pass as temperror, and nobody would know. An open message keeps the daemon from ending at
     * once, so that there is time to look.
     */
    @Test
    void aLostDnsIsSeenAndEndsTheDaemon() throws Exception {
        int milter = freePort();
        int metrics = freePort();
        Path pidFile = folder.resolve("pid");
        Configuration configuration = configuration("Socket inet:" + milter + "@127.0.0.1\nMetricsSocket inet:"
                + metrics + "@127.0.0.1\nNameservers 127.0.0.1:1\nPidFile " + pidFile + "\n");
        FailingSelector selector = new FailingSelector();
        FakeSystemdNotify notify = FakeSystemdNotify.in(folder, "systemd 252");
        Daemon daemon = new Daemon(
                ENVIRONMENT,
                configuration,
                new Assembly(selector::client),
                new ServiceManager(ENVIRONMENT, notify.program()));
        ListAppender<ILoggingEvent> log = captured();
        CountDownLatch listening = new CountDownLatch(1);
        CompletableFuture<Daemon.End> end = CompletableFuture.supplyAsync(() -> {
            try {
                return daemon.run(List.of(), address -> listening.countDown());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(listening.await(60, TimeUnit.SECONDS));
        assertEquals("200 {\"status\":\"ok\",\"problems\":[]}\n", health(metrics));
        assertTrue(
                get(metrics, "/ready")
                        .startsWith("503 {\"status\":\"failing\",\"problems\":[\"no DNS server has replied yet"),
                "where nobody answers mail is not judged as it should be");
        assertTrue(get(metrics, "/").contains("<strong class=\"ill\">not ready</strong>"));
        await().until(() -> notify.sent().contains("WATCHDOG=1"));

        String problem = "503 {\"status\":\"failing\",\"problems\":[\"no DNS question can be asked any more"
                + " (java.io.IOException: Bad file descriptor)\"]}\n";
        try (Socket openMessage = openMessage(milter)) {
            selector.fail(FailingSelector.Cause.IO);
            await().until(() -> notify.sent().contains("STOPPING=1"));
            assertEquals(problem, health(metrics));
            // A beat that had begun may still be on its way.
            AtomicReference<String> heard = new AtomicReference<>("");
            await("the watchdog is left to bite")
                    .during(Duration.ofMillis(5L * BEAT_MILLIS))
                    .until(() -> {
                        String now = notify.sent();
                        return now.equals(heard.getAndSet(now));
                    });
            assertEquals(problem, health(metrics));
            assertTrue(openMessage.isConnected() && !end.isDone(), "an open message has its time");
        }
        assertEquals(Daemon.End.DNS_LOST, end.get(60, TimeUnit.SECONDS));
        assertTrue(Files.notExists(pidFile));
        List<String> errors = log.list.stream()
                .filter(line -> line.getLevel().equals(Level.ERROR))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        assertEquals(List.of("No DNS question can be asked any more"), errors);
        assertTrue(
                log.list.get(log.list.size() - 1).getFormattedMessage().endsWith(" terminating, to be started again"),
                log.list::toString);
    }

    private Configuration configuration(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("test.conf"), text);
        return Configuration.load(Optional.of(file.toString()), InputStream.nullInputStream(), Overrides.NONE);
    }

    private static ListAppender<ILoggingEvent> captured() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.setContext(LOGGING);
        appender.start();
        LOGGING.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return appender;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static String health(int port) throws IOException, InterruptedException {
        return get(port, "/health");
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    /** A connection of an MTA that wants a reply to each command, in the middle of a message. */
    private static Socket openMessage(int port) throws IOException {
        Socket socket = new Socket(LOOPBACK, port);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        out.writeInt(13);
        out.write('O');
        out.writeInt(6);
        out.writeInt(0x1ff);
        out.writeInt(0);
        assertEquals('O', (char) reply(in)[0]);
        for (String command : List.of("Cclient.example\0" + "4\0\0192.0.2.10\0", "Mmail@sender.example\0")) {
            byte[] octets = command.getBytes(StandardCharsets.US_ASCII);
            out.writeInt(octets.length);
            out.write(octets);
            assertEquals('c', (char) reply(in)[0], command);
        }
        return socket;
    }

    private static byte[] reply(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
