package org.dmarcmilter.endtoend;

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

/**
 * The MTA's side of the milter protocol, version 6: offers everything, sends what the filter wants to see, and waits for
 * a reply only where the filter has promised one.
 */
final class MilterClient implements AutoCloseable {
    private static final int VERSION = 6;
    private static final int ALL_ACTIONS = 0x1ff;
    private static final int ALL_PROTOCOL_BITS = 0x1fffff;
    private static final int SMFIP_HDR_LEADSPC = 0x100000;

    /** The bit by which a filter declines a command (SMFIP_NO*). */
    private static final Map<Character, Integer> UNWANTED =
            Map.of('C', 0x1, 'H', 0x2, 'M', 0x4, 'R', 0x8, 'B', 0x10, 'L', 0x20, 'N', 0x40, 'T', 0x200);

    /** The bit by which a filter says that it will not reply to a command (SMFIP_NR_*). */
    private static final Map<Character, Integer> UNANSWERED = Map.of(
            'C', 0x1000, 'H', 0x2000, 'M', 0x4000, 'R', 0x8000, 'B', 0x80000, 'L', 0x80, 'N', 0x40000, 'T', 0x10000);

    private final SocketChannel channel;
    private final int protocol;

    /**
     * One frame of the filter.
     *
     * @param code the command byte, for example {@code c} for SMFIR_CONTINUE
     * @param payload what follows, one char for each octet
     */
    record Reply(char code, String payload) {
        static final Reply CONTINUE = new Reply('c', "");

        /** SMFIR_CONTINUE and SMFIR_ACCEPT are the same to the MTA at the end of a message. */
        boolean lets() {
            return code == 'c' || code == 'a';
        }
    }

    /**
     * The answer to the end of a message.
     *
     * @param edits what the filter changed, in its order
     * @param verdict the final reply
     */
    record EndOfMessage(List<Reply> edits, Reply verdict) {
        /** The values of the header fields with that name which the filter inserted or added. */
        List<String> added(String name) {
            return edits.stream()
                    .filter(edit -> edit.code == 'i' || edit.code == 'h')
                    .map(edit -> edit.code == 'i' ? edit.payload.substring(4) : edit.payload)
                    .map(edit -> edit.split("\0", -1))
                    .filter(field -> field[0].equalsIgnoreCase(name))
                    .map(field -> field[1].strip())
                    .toList();
        }
    }

    private MilterClient(SocketChannel channel) throws IOException {
        this.channel = channel;
        ByteBuffer offer = ByteBuffer.allocate(12);
        offer.putInt(VERSION).putInt(ALL_ACTIONS).putInt(ALL_PROTOCOL_BITS);
        write('O', offer.array());
        Reply answer = read();
        if (answer.code != 'O') {
            throw new IOException("not an answer to SMFIC_OPTNEG: " + answer);
        }
        this.protocol = ByteBuffer.wrap(octets(answer.payload)).getInt(8);
    }

    /** Connects to a socket named in libmilter's words, and negotiates. */
    static MilterClient connect(String socket) {
        try {
            SocketAddress address = socket.startsWith("inet:")
                    ? new InetSocketAddress(Loopback.IPV4, Integer.parseInt(socket.replaceAll("inet:(\\d+)@.*", "$1")))
                    : UnixDomainSocketAddress.of(socket.replaceFirst("^(unix|local):", ""));
            return new MilterClient(SocketChannel.open(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SMFIC_CONNECT for an IPv4 address; {@code unspec} stands for a client without an address. */
    Reply connection(String host, String address) {
        macros('C', Map.of("j", "mx.example.test", "{daemon_name}", "mx.example.test"));
        return "unspec".equals(address)
                ? command('C', host + "\0U")
                : command('C', host + "\0" + "4\u0030\u0039" + address + "\0");
    }

    Reply helo(String name) {
        return command('H', name + "\0");
    }

    Reply mail(String sender, Map<String, String> macros) {
        macros('M', macros);
        return command('M', "<" + sender + ">\0");
    }

    Reply rcpt(String recipient) {
        return command('R', "<" + recipient + ">\0");
    }

    Reply data() {
        return command('T', "");
    }

    Reply header(String name, String value) {
        return command('L', name + "\0" + ((protocol & SMFIP_HDR_LEADSPC) != 0 ? " " : "") + value + "\0");
    }

    Reply endOfHeaders() {
        return command('N', "");
    }

    Reply body(String text) {
        return command('B', text);
    }

    /** SMFIC_BODYEOB, answered by any number of edits and one verdict. */
    EndOfMessage endOfMessage() {
        write('E', new byte[0]);
        return awaitVerdict();
    }

    /** Sends SMFIC_BODYEOB and does not wait; {@link #awaitVerdict} does. */
    void sendEndOfMessage() {
        write('E', new byte[0]);
    }

    EndOfMessage awaitVerdict() {
        List<Reply> edits = new ArrayList<>();
        while (true) {
            Reply reply = read();
            if ("cartdy".indexOf(reply.code) >= 0) {
                return new EndOfMessage(List.copyOf(edits), reply);
            }
            if (reply.code != 'p') {
                edits.add(reply);
            }
        }
    }

    @Override
    public void close() {
        try (channel) {
            if (channel.isConnected()) {
                write('Q', new byte[0]);
            }
        } catch (IOException | UncheckedIOException filterLeftFirst) {
            // Then there is nobody to take leave of.
        }
    }

    private void macros(char stage, Map<String, String> macros) {
        StringBuilder payload = new StringBuilder().append(stage);
        macros.forEach(
                (name, value) -> payload.append(name).append('\0').append(value).append('\0'));
        write('D', octets(payload.toString()));
    }

    private Reply command(char code, String payload) {
        if ((protocol & UNWANTED.get(code)) != 0) {
            return Reply.CONTINUE;
        }
        write(code, octets(payload));
        return (protocol & UNANSWERED.get(code)) != 0 ? Reply.CONTINUE : read();
    }

    private void write(char code, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(5 + payload.length);
        frame.putInt(1 + payload.length).put((byte) code).put(payload).flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply read() {
        int length = ByteBuffer.wrap(read(4)).getInt();
        String frame = new String(read(length), StandardCharsets.ISO_8859_1);
        return new Reply(frame.charAt(0), frame.substring(1));
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
