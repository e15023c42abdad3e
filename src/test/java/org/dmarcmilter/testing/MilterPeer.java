package org.dmarcmilter.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The MTA's side of the milter protocol, version 6, over a socket: offers everything, sends what the filter wants to see, and
 * waits for a reply only where the filter has promised one.
 *
 * <p>Uses the JDK only, so that it also runs inside the systems under test. Single octets on the wire, and a clock that stands
 * still, are another matter: the tests of package {@code milter} have a peer without a socket for that.
 */
public final class MilterPeer implements AutoCloseable {
    private static final int VERSION = 6;
    private static final int ALL_ACTIONS = 0x1ff;
    private static final int ALL_PROTOCOL_BITS = 0x1fffff;
    private static final int SMFIP_HDR_LEADSPC = 0x100000;
    private static final Pattern INET = Pattern.compile("inet:(\\d+)@(.*)");

    /** The bit by which a filter declines a command (SMFIP_NO*). */
    private static final Map<Character, Integer> UNWANTED =
            Map.of('C', 0x1, 'H', 0x2, 'M', 0x4, 'R', 0x8, 'B', 0x10, 'L', 0x20, 'N', 0x40, 'T', 0x200);

    /** The bit by which a filter says that it will not reply to a command (SMFIP_NR_*). */
    private static final Map<Character, Integer> UNANSWERED = Map.of(
            'C', 0x1000, 'H', 0x2000, 'M', 0x4000, 'R', 0x8000, 'B', 0x80000, 'L', 0x80, 'N', 0x40000, 'T', 0x10000);

    private final SocketChannel channel;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final int actions;
    private final int protocol;
    private boolean gathers;

    /**
     * One packet of the filter.
     *
     * @param code the command byte, for example {@code c} for SMFIR_CONTINUE
     * @param payload what follows, one char for each octet
     */
    public record Reply(char code, String payload) {
        public static final Reply CONTINUE = new Reply('c', "");

        /** SMFIR_CONTINUE and SMFIR_ACCEPT are the same to the MTA at the end of a message. */
        public boolean lets() {
            return code == 'c' || code == 'a';
        }

        /** The payload up to its first NUL. */
        public String text() {
            return payload.replaceFirst("(?s)\0.*", "");
        }
    }

    /**
     * The answer to the end of a message.
     *
     * @param edits what the filter changed, in its order
     * @param verdict the final reply
     */
    public record EndOfMessage(List<Reply> edits, Reply verdict) {
        /** The values of the header fields with that name which the filter inserted or added. */
        public List<String> added(String name) {
            return edits.stream()
                    .filter(edit -> edit.code == 'i' || edit.code == 'h')
                    .map(edit -> edit.code == 'i' ? edit.payload.substring(4) : edit.payload)
                    .map(edit -> edit.split("\0", -1))
                    .filter(field -> field[0].equalsIgnoreCase(name))
                    .map(field -> field[1].strip())
                    .toList();
        }
    }

    private MilterPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        ByteBuffer offer = ByteBuffer.allocate(12);
        offer.putInt(VERSION).putInt(ALL_ACTIONS).putInt(ALL_PROTOCOL_BITS);
        write('O', offer.array());
        Reply answer = read();
        if (answer.code != 'O') {
            throw new IOException("not an answer to SMFIC_OPTNEG: " + answer);
        }
        ByteBuffer agreed = ByteBuffer.wrap(octets(answer.payload));
        this.actions = agreed.getInt(4);
        this.protocol = agreed.getInt(8);
    }

    /** Connects to a socket named in libmilter's words, and negotiates. */
    public static MilterPeer connect(String socket) {
        try {
            return new MilterPeer(SocketChannel.open(address(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SocketAddress address(String socket) {
        Matcher inet = INET.matcher(socket);
        return inet.matches()
                ? new InetSocketAddress(inet.group(2), Integer.parseInt(inet.group(1)))
                : UnixDomainSocketAddress.of(socket.replaceFirst("^(unix|local):", ""));
    }

    /** From here on as Postfix does: what gets no reply is sent in one piece with the next command that does. */
    public MilterPeer gathering() {
        gathers = true;
        return this;
    }

    /** The rights that the filter asked for (SMFIF_*). */
    public int actions() {
        return actions;
    }

    /** Whether the filter wants to see this command. */
    public boolean wants(char command) {
        return (protocol & UNWANTED.get(command)) == 0;
    }

    /** SMFIC_CONNECT with the macros of a usual MTA. */
    public Reply connection(String host, String address) {
        macros('C', Map.of("j", "mx.example.test", "{daemon_name}", "mx.example.test"));
        return client(host, address);
    }

    /** SMFIC_CONNECT from port 40000; {@code unspec} or nothing stands for a client without an address. */
    public Reply client(String host, String address) {
        if (address.isEmpty() || address.equals("unspec")) {
            return command('C', host + "\0U");
        }
        return command('C', host + "\0" + (address.contains(":") ? '6' : '4') + "\u009c\u0040" + address + "\0");
    }

    public Reply helo(String name) {
        return command('H', name + "\0");
    }

    public Reply mail(String sender, Map<String, String> macros) {
        macros('M', macros);
        return command('M', "<" + sender + ">\0");
    }

    public Reply rcpt(String recipient) {
        return command('R', "<" + recipient + ">\0");
    }

    public Reply data() {
        return command('T', "");
    }

    /** SMFIC_HEADER with the space behind the colon that a filter may ask for. */
    public Reply header(String name, String value) {
        return field(name, ((protocol & SMFIP_HDR_LEADSPC) != 0 ? " " : "") + value);
    }

    /** SMFIC_HEADER with the value as it is. */
    public Reply field(String name, String value) {
        return command('L', name + "\0" + value + "\0");
    }

    public Reply endOfHeaders() {
        return command('N', "");
    }

    public Reply body(String text) {
        return command('B', text);
    }

    /** SMFIC_ABORT, which nobody answers: the client took the message back. */
    public void abort() {
        write('A', new byte[0]);
        send();
    }

    /** SMFIC_BODYEOB, answered by any number of edits and one verdict. */
    public EndOfMessage endOfMessage() {
        sendEndOfMessage();
        return awaitVerdict();
    }

    /** Sends SMFIC_BODYEOB and does not wait; {@link #awaitVerdict} does. */
    public void sendEndOfMessage() {
        write('E', new byte[0]);
        send();
    }

    public EndOfMessage awaitVerdict() {
        List<Reply> edits = new ArrayList<>();
        while (true) {
            Reply reply = read();
            if ("cartdy".indexOf(reply.code) >= 0) {
                return new EndOfMessage(List.copyOf(edits), reply);
            }
            edits.add(reply);
        }
    }

    /** SMFIC_MACRO for the command that follows; braces around the longer names may be left out. */
    public void macros(char command, Map<String, String> macros) {
        if (!macros.isEmpty()) {
            StringBuilder payload = new StringBuilder().append(command);
            macros.forEach((name, value) -> payload.append(
                            name.length() == 1 || name.startsWith("{") ? name : "{" + name + "}")
                    .append('\0')
                    .append(value)
                    .append('\0'));
            write('D', octets(payload.toString()));
        }
    }

    @Override
    public void close() {
        try (channel) {
            if (channel.isConnected()) {
                write('Q', new byte[0]);
                send();
            }
        } catch (IOException | UncheckedIOException filterLeftFirst) {
            // Then there is nobody to take leave of.
        }
    }

    private Reply command(char code, String payload) {
        if (!wants(code)) {
            return Reply.CONTINUE;
        }
        write(code, octets(payload));
        return (protocol & UNANSWERED.get(code)) != 0 ? Reply.CONTINUE : read();
    }

    private void write(char code, byte[] payload) {
        unsent.writeBytes(ByteBuffer.allocate(4).putInt(1 + payload.length).array());
        unsent.write(code);
        unsent.writeBytes(payload);
        if (!gathers) {
            send();
        }
    }

    private void send() {
        ByteBuffer packets = ByteBuffer.wrap(unsent.toByteArray());
        unsent.reset();
        try {
            while (packets.hasRemaining()) {
                channel.write(packets);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next packet that says something: SMFIR_PROGRESS only asks for patience. */
    private Reply read() {
        send();
        while (true) {
            int length = ByteBuffer.wrap(read(4)).getInt();
            String packet = new String(read(length), StandardCharsets.ISO_8859_1);
            if (packet.charAt(0) != 'p') {
                return new Reply(packet.charAt(0), packet.substring(1));
            }
        }
    }

    private byte[] read(int length) {
        ByteBuffer octets = ByteBuffer.allocate(length);
        try {
            while (octets.hasRemaining()) {
                if (channel.read(octets) < 0) {
                    throw new EOFException("the filter closed the connection");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return octets.array();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
