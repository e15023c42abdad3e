package org.dmarcmilter.packaging;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Hands one message to a milter as an MTA does and prints its replies, one a line: the command's letter and its text. A
 * program of its own, without libraries, because it runs inside the systems under test.
 *
 * <p>{@code MilterProbe HOST:PORT|unix:PATH}. The message is from example.com, sent by 192.0.2.99. Exits 1 with the reason
 * when the milter cannot be reached.
 */
final class MilterProbe {
    private static final byte[] OFFER = ByteBuffer.allocate(12)
            .putInt(6)
            .putInt(0x1FF) // every action
            .putInt(0) // no step may be left out
            .array();

    private final SocketChannel channel;
    private final DataInputStream replies;

    private MilterProbe(SocketChannel channel) {
        this.channel = channel;
        this.replies = new DataInputStream(Channels.newInputStream(channel));
    }

    public static void main(String[] arguments) {
        try (SocketChannel channel = SocketChannel.open(address(arguments[0]))) {
            new MilterProbe(channel).judge();
        } catch (IOException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }

    private static SocketAddress address(String text) {
        if (text.startsWith("unix:")) {
            return UnixDomainSocketAddress.of(text.substring("unix:".length()));
        }
        String[] hostAndPort = text.split(":", 2);
        return new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]));
    }

    private void judge() throws IOException {
        send('O', OFFER);
        reply();
        send('D', text("Cj", "mx.example.net"));
        ask('C', octets("client.example.org\0", "4", "\0\31", "192.0.2.99\0"));
        ask('H', text("client.example.org"));
        send('D', text("Mi", "PROBE1"));
        ask('M', text("<author@example.com>"));
        ask('R', text("<reader@example.net>"));
        ask('T', new byte[0]);
        for (List<String> field : List.of(
                List.of("From", " Author <author@example.com>"),
                List.of("To", " reader@example.net"),
                List.of("Date", " Tue, 24 Nov 2026 08:00:00 +0000"),
                List.of("Message-ID", " <1@example.com>"),
                List.of("Subject", " probe"))) {
            ask('L', text(field.get(0), field.get(1)));
        }
        ask('N', new byte[0]);
        send('E', new byte[0]);
        boolean last = false;
        while (!last) {
            String reply = reply();
            System.out.println(reply);
            last = "acdrty".indexOf(reply.charAt(0)) >= 0;
        }
    }

    /** Sends what must be answered by "continue". */
    private void ask(char command, byte[] data) throws IOException {
        send(command, data);
        String reply = reply();
        if (reply.charAt(0) != 'c') {
            throw new IOException("unexpected reply to " + command + ": " + reply);
        }
    }

    private void send(char command, byte[] data) throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(5 + data.length)
                .putInt(1 + data.length)
                .put((byte) command)
                .put(data)
                .flip();
        while (packet.hasRemaining()) {
            channel.write(packet);
        }
    }

    private String reply() throws IOException {
        byte[] packet = replies.readNBytes(replies.readInt());
        return new String(packet, StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .strip();
    }

    private static byte[] text(String... parts) {
        return octets(String.join("\0", parts), "\0");
    }

    private static byte[] octets(String... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String part : parts) {
            all.writeBytes(part.getBytes(StandardCharsets.ISO_8859_1));
        }
        return all.toByteArray();
    }
}
