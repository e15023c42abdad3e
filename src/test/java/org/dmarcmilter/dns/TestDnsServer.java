package org.dmarcmilter.dns;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A real DNS server for tests, on a random port of 127.0.0.1, by UDP and TCP. It answers like a recursive server that
 * knows the whole world, and the world is the zone text of the test:
 *
 * <pre>{@code
 * try (TestDnsServer dns = TestDnsServer.start("""
 *         _dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject"
 *         www.example.com.    300 IN CNAME example.com.
 *         """);
 *      DnsjavaClient client = new DnsjavaClient(List.of(dns.address()), Duration.ofSeconds(2))) {
 *     dns.behave("slow.example.com", TestDnsServer.after(Duration.ofMillis(300), TestDnsServer.PROPER));
 *     dns.behave("dead.example.com", TestDnsServer.SILENT);
 *     ...
 *     assertEquals(1, dns.count("_dmarc.example.com"));
 * }
 * }</pre>
 *
 * <p>A name that is not in the zone and has nothing below it is NXDOMAIN; a name without records of the type, NODATA; both
 * with an SOA record of {@link #negativeTtl}. Aliases are followed as far as the zone goes, {@code *} labels are not
 * expanded. An answer that does not fit into the client's UDP payload is truncated. {@link #behave} makes a name, or all
 * names ({@value #ALL}), misbehave.
 */
public final class TestDnsServer implements AutoCloseable {
    /** Instead of a name in {@link #behave}: all names without a behaviour of their own. */
    public static final String ALL = "*";

    /** What to send for a query: nothing, or messages in this order. */
    @FunctionalInterface
    public interface Behaviour {
        /**
         * @param query what came in
         * @param proper the proper reply; may be changed
         * @param tcp whether it came by TCP
         */
        List<byte[]> replies(Message query, Message proper, boolean tcp);

        /** How long to wait before the first reply. */
        default Duration delay() {
            return Duration.ZERO;
        }

        /** What to wait for before the first reply. */
        default CompletionStage<?> signal() {
            return CompletableFuture.completedStage(null);
        }
    }

    /** One query that has arrived. The payload is that of EDNS, 0 without. */
    public record Seen(String name, String type, boolean tcp, int port, int id, int ednsPayload) {}

    /** The right answer at once. */
    public static final Behaviour PROPER = (query, proper, tcp) -> List.of(wire(proper));
    /** No answer, ever. */
    public static final Behaviour SILENT = (query, proper, tcp) -> List.of();

    public static final Behaviour SERVFAIL = rcode(Rcode.SERVFAIL);
    public static final Behaviour REFUSED = rcode(Rcode.REFUSED);
    /** Too old for EDNS: a format error without a question for queries with an OPT record. */
    public static final Behaviour NO_EDNS = (query, proper, tcp) -> {
        if (query.getOPT() == null) {
            return List.of(wire(proper));
        }
        Message error = new Message(query.getHeader().getID());
        error.getHeader().setFlag(Flags.QR);
        error.getHeader().setRcode(Rcode.FORMERR);
        return List.of(wire(error));
    };
    /** By UDP always truncated and empty. */
    public static final Behaviour TRUNCATED = (query, proper, tcp) -> List.of(wire(tcp ? proper : truncated(proper)));
    /** Truncated even by TCP. */
    public static final Behaviour TRUNCATED_ALWAYS = (query, proper, tcp) -> List.of(wire(truncated(proper)));
    /** A forged answer with a wrong id before the right one. */
    public static final Behaviour WRONG_ID_FIRST = (query, proper, tcp) -> List.of(wrongId(proper), wire(proper));
    /** A forged answer to another question before the right one. */
    public static final Behaviour WRONG_QUESTION_FIRST =
            (query, proper, tcp) -> List.of(wrongQuestion(proper), wire(proper));
    /** Twenty datagrams of seeded noise before the right answer. */
    public static final Behaviour GARBAGE_FIRST = (query, proper, tcp) -> {
        Random random = new Random(query.getHeader().getID());
        List<byte[]> replies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            replies.add(noise);
        }
        replies.add(wire(proper));
        return replies;
    };
    /** Only answers with a wrong id. */
    public static final Behaviour WRONG_ID = (query, proper, tcp) -> List.of(wrongId(proper));
    /** Only answers to another question. */
    public static final Behaviour WRONG_QUESTION = (query, proper, tcp) -> List.of(wrongQuestion(proper));
    /** The right id and question, and an answer section that ends in the middle. */
    public static final Behaviour BROKEN = (query, proper, tcp) -> {
        byte[] whole = wire(proper);
        byte[] cut = new byte[whole.length - 3];
        System.arraycopy(whole, 0, cut, 0, cut.length);
        return List.of(cut);
    };

    /** An answer with this code and nothing else. */
    public static Behaviour rcode(int rcode) {
        return (query, proper, tcp) -> {
            Message reply = emptyReply(query);
            reply.getHeader().setRcode(rcode);
            return List.of(wire(reply));
        };
    }

    /** The same, later. */
    public static Behaviour after(Duration delay, Behaviour behaviour) {
        return new Behaviour() {
            @Override
            public List<byte[]> replies(Message query, Message proper, boolean tcp) {
                return behaviour.replies(query, proper, tcp);
            }

            @Override
            public Duration delay() {
                return delay;
            }
        };
    }

    /** The same, when the test says so. */
    public static Behaviour upon(CompletionStage<?> signal, Behaviour behaviour) {
        return new Behaviour() {
            @Override
            public List<byte[]> replies(Message query, Message proper, boolean tcp) {
                return behaviour.replies(query, proper, tcp);
            }

            @Override
            public CompletionStage<?> signal() {
                return signal;
            }
        };
    }

    private static final int NO_EDNS_PAYLOAD = 512;
    private static final int MAX_ALIASES_IN_ANSWER = 40;

    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final ExecutorService connections = Executors.newCachedThreadPool(TestDnsServer::daemon);
    private final ScheduledExecutorService delays = Executors.newSingleThreadScheduledExecutor(TestDnsServer::daemon);
    private final Map<Name, List<Record>> zone = new ConcurrentHashMap<>();
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile long negativeTtl = 60;
    private volatile boolean soa = true;

    /** Starts a server for a zone text in the usual form (RFC 1035, section 5), absolute names, TTL per line. */
    public static TestDnsServer start(String zone) {
        return start(zone, InetAddress.getLoopbackAddress(), 0);
    }

    /** The same at this loopback address and port: programs with the system's resolver know no port but 53. */
    public static TestDnsServer start(String zone, InetAddress address, int port) {
        TestDnsServer server = new TestDnsServer(address, port);
        server.add(zone);
        server.connections.execute(server::serveUdp);
        server.connections.execute(server::serveTcp);
        return server;
    }

    private TestDnsServer(InetAddress address, int port) {
        try {
            ServerSocket stream = null;
            DatagramSocket datagram = null;
            while (datagram == null) {
                stream = new ServerSocket(port, 50, address);
                datagram = sameUdpPort(stream);
            }
            tcp = stream;
            udp = datagram;
            udp.setReceiveBufferSize(4 << 20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
    }

    /** Adds records, in zone form. */
    public TestDnsServer add(String zoneText) {
        try (Master master =
                new Master(new ByteArrayInputStream(zoneText.getBytes(StandardCharsets.ISO_8859_1)), Name.root, 300)) {
            for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
                zone.computeIfAbsent(record.getName(), name -> new CopyOnWriteArrayList<>())
                        .add(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Removes all records of a name. */
    public TestDnsServer remove(String name) {
        zone.remove(name(name));
        return this;
    }

    /** How to answer questions for this name, or for {@value #ALL} names. */
    public TestDnsServer behave(String name, Behaviour behaviour) {
        behaviours.put(name.toLowerCase(Locale.ROOT), behaviour);
        return this;
    }

    /** TTL and MINIMUM of the SOA record in negative answers, in seconds. */
    public TestDnsServer negativeTtl(long seconds) {
        negativeTtl = seconds;
        return this;
    }

    /** Negative answers without an SOA record. */
    public TestDnsServer withoutSoa() {
        soa = false;
        return this;
    }

    /** Queries that came for this name, of any type, by UDP and TCP. */
    public int count(String name) {
        return (int) seen.stream().filter(query -> query.name().equals(name)).count();
    }

    /** All queries that came. */
    public int count() {
        return seen.size();
    }

    /** Queries that have got a reply. */
    public int answered() {
        return answered.get();
    }

    /** All queries that came, first one first. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** Stops listening: from now on the kernel refuses. */
    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.shutdownNow();
        delays.shutdownNow();
    }

    private static DatagramSocket sameUdpPort(ServerSocket stream) throws IOException {
        try {
            return new DatagramSocket(stream.getLocalPort(), stream.getInetAddress());
        } catch (SocketException taken) {
            stream.close();
            return null;
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "test-dns-server");
        thread.setDaemon(true);
        return thread;
    }

    private void serveUdp() {
        byte[] buffer = new byte[65_535];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] data = new byte[packet.getLength()];
                System.arraycopy(buffer, 0, data, 0, data.length);
                answer(
                        new Message(data),
                        false,
                        packet.getPort(),
                        reply -> udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress())));
            } catch (IOException e) {
                // Closed, or not a query.
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                connections.execute(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                byte[] data = new byte[in.readUnsignedShort()];
                in.readFully(data);
                answer(new Message(data), true, socket.getPort(), reply -> {
                    // In pieces, as TCP may: even the length.
                    out.write(reply.length >> 8);
                    out.flush();
                    out.write(reply.length & 0xFF);
                    out.flush();
                    out.write(reply, 0, reply.length / 2);
                    out.flush();
                    out.write(reply, reply.length / 2, reply.length - reply.length / 2);
                    out.flush();
                });
            }
        } catch (IOException e) {
            // The client has closed.
        }
    }

    private interface Sender {
        void send(byte[] reply) throws IOException;
    }

    private void answer(Message query, boolean overTcp, int port, Sender sender) {
        Record question = query.getQuestion();
        OPTRecord opt = query.getOPT();
        String name = question.getName().toString(true).toLowerCase(Locale.ROOT);
        int payload = opt == null ? 0 : opt.getPayloadSize();
        seen.add(new Seen(
                name,
                Type.string(question.getType()),
                overTcp,
                port,
                query.getHeader().getID(),
                payload));
        Behaviour behaviour = behaviours.getOrDefault(name, behaviours.getOrDefault(ALL, PROPER));
        Message proper = proper(query);
        if (!overTcp && proper.toWire().length > Math.max(NO_EDNS_PAYLOAD, payload)) {
            proper = truncated(proper);
        }
        List<byte[]> replies = behaviour.replies(query, proper, overTcp);
        Runnable send = () -> {
            try {
                for (byte[] reply : replies) {
                    sender.send(reply);
                }
                answered.addAndGet(replies.isEmpty() ? 0 : 1);
            } catch (IOException e) {
                // The client has gone, or the test is over.
            }
        };
        if (behaviour.delay().isZero()) {
            var unused = behaviour.signal().thenRun(send);
        } else if (!delays.isShutdown()) {
            delays.schedule(send, behaviour.delay().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Message proper(Message query) {
        Message reply = emptyReply(query);
        Name at = query.getQuestion().getName();
        int type = query.getQuestion().getType();
        for (int aliases = 0; aliases < MAX_ALIASES_IN_ANSWER; aliases++) {
            List<Record> records = zone.getOrDefault(at, List.of());
            List<Record> wanted =
                    records.stream().filter(record -> record.getType() == type).toList();
            wanted.forEach(record -> reply.addRecord(record, Section.ANSWER));
            Record alias = records.stream()
                    .filter(CNAMERecord.class::isInstance)
                    .findFirst()
                    .orElse(null);
            if (!wanted.isEmpty()) {
                return reply;
            }
            if (alias == null) {
                return missing(reply, at);
            }
            if (!reply.findRecord(alias, Section.ANSWER)) {
                reply.addRecord(alias, Section.ANSWER);
            }
            at = ((CNAMERecord) alias).getTarget();
        }
        return reply;
    }

    private Message missing(Message reply, Name at) {
        Name name = at;
        if (zone.keySet().stream().noneMatch(known -> known.subdomain(name))) {
            reply.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        if (soa) {
            Name apex = at.labels() > 1 ? new Name(at, at.labels() - 2) : Name.root;
            reply.addRecord(
                    new SOARecord(apex, DClass.IN, negativeTtl, apex, apex, 1, 3600, 600, 86_400, negativeTtl),
                    Section.AUTHORITY);
        }
        return reply;
    }

    private static Message emptyReply(Message query) {
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RD);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        return reply;
    }

    private static Message truncated(Message proper) {
        Message reply = emptyReply(proper);
        reply.getHeader().setFlag(Flags.TC);
        return reply;
    }

    private static byte[] wrongId(Message proper) {
        byte[] reply = wire(proper);
        reply[1] ^= 1;
        return reply;
    }

    private static byte[] wrongQuestion(Message proper) {
        Message forged = new Message(proper.getHeader().getID());
        forged.getHeader().setFlag(Flags.QR);
        Record asked = proper.getQuestion();
        forged.addRecord(
                Record.newRecord(name("forged." + asked.getName().toString(true)), asked.getType(), DClass.IN),
                Section.QUESTION);
        return wire(forged);
    }

    private static byte[] wire(Message message) {
        return message.toWire();
    }

    private static Name name(String text) {
        return Name.fromConstantString(text.endsWith(".") ? text : text + ".");
    }
}
