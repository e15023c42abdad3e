package org.dmarcmilter.milter;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.milter.MilterReply.Accept;
import org.dmarcmilter.milter.MilterReply.TemporaryFailure;
import org.dmarcmilter.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MilterServerTest {
    private static final OptionalInt NO_UMASK = OptionalInt.empty();
    private static final ListenAddress LOOPBACK = ListenAddress.parse("inet:0@127.0.0.1");

    private final CapturedLog log = new CapturedLog("org.dmarcmilter.milter", Level.DEBUG);
    private final RecordingFilter filter = new RecordingFilter();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable open : toClose) {
            open.close();
        }
        log.close();
    }

    private MilterServer server() {
        return server(Limits.DEFAULTS);
    }

    private MilterServer server(Limits limits) {
        MilterServer server = new MilterServer(filter, limits, new TemporaryFailure(), 2);
        toClose.add(server);
        return server;
    }

    private SocketChannel connect(SocketAddress address) throws IOException {
        SocketChannel client = SocketChannel.open(address);
        toClose.add(client);
        return client;
    }

    private static void send(SocketChannel client, String words) throws IOException {
        client.write(ByteBuffer.wrap(Frames.frames(words)));
    }

    /** The next packet, or "EOF". */
    private static String receive(SocketChannel client) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        while (length.hasRemaining()) {
            if (client.read(length) < 0) {
                return "EOF";
            }
        }
        ByteBuffer packet = ByteBuffer.allocate(4 + length.flip().getInt()).put(length.rewind());
        while (packet.hasRemaining() && client.read(packet) >= 0) {
            // until it is whole
        }
        return Frames.words(packet.array()).get(0);
    }

    private Path socket() {
        return directory.resolve("milter.sock");
    }

    private ListenAddress local() {
        return new ListenAddress.Local(socket().toString());
    }

    @Test
    @DisplayName("an MTA that opens 2,000 connections at once on a unix socket is refused none, before one is accepted")
    void manyConnectionsMayWaitToBeAccepted() throws IOException {
        ListeningSocket listening = ListeningSocket.bind(local(), NO_UMASK);
        toClose.add(listening.channel());
        int kernelsLimit = Integer.parseInt(
                Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).get(0));
        assertTrue(kernelsLimit >= 128, "a file that has to be read in one go");
        for (int i = 0; i < Math.min(2_000, kernelsLimit); i++) {
            SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
            toClose.add(client);
            client.configureBlocking(false);
            assertTrue(client.connect(UnixDomainSocketAddress.of(socket())));
        }
    }

    // TCP.

    @Test
    void servesSeveralSocketsAtOnce() throws IOException {
        MilterServer server = server();
        SocketAddress tcp = server.bind(LOOPBACK, NO_UMASK);
        server.bind(local(), NO_UMASK);
        for (SocketAddress address : List.of(tcp, UnixDomainSocketAddress.of(socket()))) {
            SocketChannel client = connect(address);
            send(client, "OFFER Cmx~4~~192.0.2.1~ M<a>~ E Q");
            for (String reply : List.of("O", "c", "c", "c", "EOF")) {
                assertEquals(reply, receive(client));
            }
        }
        assertEquals(2, server.connections());
        assertEquals(2, server.messages());
        assertEquals(8, server.roundTrips(), "negotiation, CONNECT, MAIL and the end of a message, each twice");
        assertEquals(2, server.verdicts().counted().number());
        assertTrue(server.isListening());
        assertEquals(0, server.malformed());
        await().until(() -> server.openConnections() == 0);
        assertEquals(List.of(), log.above(Level.DEBUG));
    }

    @Test
    void inetIsIpv4Only() throws IOException {
        SocketAddress bound = server().bind(ListenAddress.parse("inet:0"), NO_UMASK);
        assertEquals(4, ((InetSocketAddress) bound).getAddress().getAddress().length);
        int port = ((InetSocketAddress) bound).getPort();
        send(connect(new InetSocketAddress("127.0.0.1", port)), "Q");
        // Where there is no IPv6 at all, Java refuses by itself, with another exception.
        assertThrows(Exception.class, () -> connect(new InetSocketAddress("::1", port)));
    }

    @Test
    void namesAreResolvedInTheirFamily() throws IOException {
        InetSocketAddress bound = (InetSocketAddress) server().bind(ListenAddress.parse("inet:0@localhost"), NO_UMASK);
        assertArrayEquals(new byte[] {127, 0, 0, 1}, bound.getAddress().getAddress());
    }

    @Test
    void portInUseIsAClearError() throws IOException {
        int port = ((InetSocketAddress) server().bind(LOOPBACK, NO_UMASK)).getPort();
        ListenAddress same = ListenAddress.parse("inet:" + port + "@127.0.0.1");
        String message = assertThrows(IOException.class, () -> server().bind(same, NO_UMASK))
                .getMessage();
        assertEquals("cannot listen on " + same + ": Address already in use", message);
    }

    @Test
    void hostWithoutSuchAnAddressIsAClearError() {
        ListenAddress mixed = ListenAddress.parse("inet6:0@127.0.0.1");
        String message = assertThrows(IOException.class, () -> server().bind(mixed, NO_UMASK))
                .getMessage();
        assertEquals("cannot listen on inet6:0@127.0.0.1: the host has no address of this kind", message);
    }

    @Test
    void malformedInputIsLoggedWithThePeersAddress() throws IOException {
        MilterServer server = server();
        SocketChannel client = connect(server.bind(LOOPBACK, NO_UMASK));
        client.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertEquals("EOF", receiveOrReset(client));
        String peer = "127.0.0.1:" + ((InetSocketAddress) client.getLocalAddress()).getPort();
        await().until(() -> server.malformed() == 1);
        await().until(() -> !log.above(Level.DEBUG).isEmpty());
        assertTrue(
                log.above(Level.DEBUG).get(0).startsWith("WARN milter connection 1 from " + peer + ": not the milter"));
    }

    private static String receiveOrReset(SocketChannel client) {
        try {
            return receive(client);
        } catch (IOException reset) {
            return "EOF";
        }
    }

    @Test
    void anMtaThatNeverReadsDoesNotFillTheMemory() throws IOException {
        SocketChannel client = connect(server().bind(LOOPBACK, NO_UMASK));
        client.configureBlocking(false);
        byte[] unknown = Frames.frames("U~ ".repeat(10_000));
        client.write(ByteBuffer.wrap(Frames.frames("OFFER")));
        // Its replies are not read, so the server stops to read: sooner or later nothing more can be written.
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            for (int i = 0; i < 100; i++) {
                if (client.write(ByteBuffer.wrap(unknown)) == 0) {
                    return true;
                }
            }
            return false;
        });
    }

    // Unix sockets.

    @ParameterizedTest(name = "umask {0}")
    @CsvSource({"000, rwxrwxrwx", "002, rwxrwxr-x", "007, rwxrwx---", "077, rwx------", "117, rw-rw----"})
    void socketFileHasTheModeOfTheUmask(String umask, String mode) throws IOException {
        server().bind(local(), OptionalInt.of(Integer.parseInt(umask, 8)));
        assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
        connect(UnixDomainSocketAddress.of(socket()));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(socket()), files.toList(), "nothing else is left in the directory");
        }
    }

    @Test
    void socketFileIsRemovedAtTheEnd() throws IOException {
        MilterServer server = server();
        server.bind(local(), NO_UMASK);
        assertTrue(Files.exists(socket()));
        server.close();
        assertFalse(Files.exists(socket(), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void anothersFileIsNotRemovedAtTheEnd() throws IOException {
        MilterServer server = server();
        server.bind(local(), NO_UMASK);
        Files.delete(socket());
        Files.writeString(socket(), "somebody else's");
        server.close();
        assertEquals("somebody else's", Files.readString(socket()));
    }

    @Test
    void staleSocketIsReplaced() throws IOException {
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(socket()));
        killed.close();
        assertTrue(Files.exists(socket()), "as after kill -9");
        server().bind(local(), NO_UMASK);
        SocketChannel client = connect(UnixDomainSocketAddress.of(socket()));
        send(client, "OFFER");
        assertEquals("O", receive(client));
    }

    @Test
    void socketInUseIsAClearError() throws IOException {
        server().bind(local(), NO_UMASK);
        String message = assertThrows(IOException.class, () -> server().bind(local(), NO_UMASK))
                .getMessage();
        assertTrue(message.endsWith(": another process listens there. Stop it, or choose another path"), message);
        send(connect(UnixDomainSocketAddress.of(socket())), "OFFER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "directory", "link"})
    void whatIsNoSocketIsLeftAlone(String kind) throws IOException {
        switch (kind) {
            case "file" -> Files.writeString(socket(), "precious");
            case "directory" -> Files.createDirectory(socket());
            default -> Files.createSymbolicLink(socket(), directory.resolve("elsewhere"));
        }
        String message = assertThrows(IOException.class, () -> server().bind(local(), NO_UMASK))
                .getMessage();
        assertTrue(message.contains("there is a file of that name, and it is no socket"), message);
        assertTrue(Files.exists(socket(), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void missingDirectoryIsAClearError() {
        ListenAddress address =
                new ListenAddress.Local(directory.resolve("none").resolve("s").toString());
        String message = assertThrows(IOException.class, () -> server().bind(address, NO_UMASK))
                .getMessage();
        assertEquals(
                "cannot listen on " + address + ": the directory " + directory.resolve("none")
                        + " does not exist. Create it, or choose another path",
                message);
    }

    @Test
    void tooLongPathIsAClearErrorAndLeavesNothing() throws IOException {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(100)));
        ListenAddress address = new ListenAddress.Local(deep.resolve("s").toString());
        String message = assertThrows(IOException.class, () -> server().bind(address, NO_UMASK))
                .getMessage();
        assertTrue(message.toLowerCase(java.util.Locale.ROOT).contains("too long"), message);
        try (var files = Files.list(deep)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void inheritedSocketsAreServedAndTheirFileStays() throws IOException {
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        unix.bind(UnixDomainSocketAddress.of(socket()));
        ServerSocketChannel tcp = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        MilterServer server = server();
        for (ServerSocketChannel inherited : List.of(unix, tcp)) {
            SocketChannel client = connect(server.adopt(inherited));
            send(client, "OFFER");
            assertEquals("O", receive(client));
        }
        server.close();
        assertFalse(unix.isOpen());
        assertTrue(Files.exists(socket()), "it is the service manager's");
    }

    // Limits and the end.

    @Test
    void connectionsOverTheLimitAreClosedAndLoggedOnce() throws IOException {
        MilterServer server = server(Limits.DEFAULTS.with(2, 1_000, 10, 10_000));
        SocketAddress address = server.bind(LOOPBACK, NO_UMASK);
        SocketChannel first = connect(address);
        send(first, "OFFER");
        assertEquals("O", receive(first));
        SocketChannel second = connect(address);
        send(second, "OFFER");
        assertEquals("O", receive(second));
        for (int i = 0; i < 5; i++) {
            assertEquals("EOF", receiveOrReset(connect(address)));
        }
        await().until(() -> server.openConnections() == 2);
        assertEquals(5, server.refusedConnections());
        assertEquals(2, server.connections());
        String full =
                "WARN 2 milter connections are open, no more are allowed (MaxConnections, or what the limit of open files"
                        + " leaves); closing new ones until some have ended";
        assertEquals(List.of(full), log.above(Level.DEBUG));
        send(first, "Q");
        await().until(() -> log.above(Level.DEBUG).size() == 2);
        assertEquals(
                "WARN 1 milter connections are open; accepting new ones again",
                log.above(Level.DEBUG).get(1));
        SocketChannel again = connect(address);
        send(again, "OFFER");
        assertEquals("O", receive(again));
    }

    @Test
    void drainClosesIdleConnectionsAndFinishesOpenMessages() throws Exception {
        CompletableFuture<List<MilterReply>> decision = new CompletableFuture<>();
        filter.onEnd = macros -> decision;
        MilterServer server = server();
        SocketAddress address = server.bind(LOOPBACK, NO_UMASK);
        SocketChannel idle = connect(address);
        send(idle, "OFFER");
        assertEquals("O", receive(idle));
        SocketChannel busy = connect(address);
        send(busy, "OFFER M<a>~ E");
        assertEquals("O", receive(busy));
        assertEquals("c", receive(busy));
        await().until(() -> filter.events.contains("end"));

        CompletableFuture<Void> drained = server.drain(Duration.ofSeconds(30)).toCompletableFuture();
        assertEquals("EOF", receive(idle));
        assertThrows(IOException.class, () -> connect(address));
        assertFalse(drained.isDone(), "waits for the open message");
        assertFalse(server.isListening());
        decision.complete(List.of(new Accept()));
        assertEquals("a", receive(busy));
        assertEquals("EOF", receive(busy));
        drained.get(30, TimeUnit.SECONDS);
        assertEquals(0, server.openConnections());
        assertEquals(List.of(), log.above(Level.DEBUG));
    }

    @Test
    void drainEndsByForceAfterItsGrace() throws Exception {
        filter.onEnd = macros -> new CompletableFuture<>();
        MilterServer server = server();
        SocketChannel busy = connect(server.bind(LOOPBACK, NO_UMASK));
        send(busy, "OFFER M<a>~ E");
        await().until(() -> filter.events.contains("end"));
        server.drain(Duration.ofMillis(200)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(List.of("open", "mail <a>[]", "end", "abort", "close"), filter.take());
        assertEquals(0, server.openConnections());
        assertTrue(
                log.above(Level.DEBUG).get(0).startsWith("WARN closing 1 milter connections"),
                log.lines().toString());
    }

    @Test
    void drainOfAnIdleServerIsQuickAndMayBeRepeated() throws Exception {
        MilterServer server = server();
        server.bind(LOOPBACK, NO_UMASK);
        server.drain(Duration.ofMinutes(5)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        server.drain(Duration.ZERO).toCompletableFuture().get(30, TimeUnit.SECONDS);
        server.close();
        assertEquals(List.of(), log.above(Level.DEBUG));
    }

    @Test
    void manyConnectionsAtOnceEachGetTheirOwnAnswers() throws IOException {
        MilterServer server = server();
        SocketAddress address = server.bind(LOOPBACK, NO_UMASK);
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(connect(address));
        }
        for (int message = 0; message < 3; message++) {
            for (SocketChannel client : clients) {
                send(client, (message == 0 ? "OFFER " : "") + "M<a>~ LX~v~ E A");
            }
            for (SocketChannel client : clients) {
                for (String reply : message == 0 ? new String[] {"O", "c", "c", "c"} : new String[] {"c", "c", "c"}) {
                    assertEquals(reply, receive(client), Arrays.toString(new int[] {message}));
                }
            }
        }
        assertEquals(600, server.messages());
        assertEquals(200, server.openConnections());
    }
}
