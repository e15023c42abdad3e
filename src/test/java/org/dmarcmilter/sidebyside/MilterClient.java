package org.dmarcmilter.sidebyside;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The MTA's side of the milter protocol, as Postfix plays it, for one message in one connection. */
final class MilterClient implements AutoCloseable {
    private static final int VERSION = 6;
    private static final int ALL_ACTIONS = 0x1ff;
    private static final int ALL_STEPS = 0x1fffff;
    private static final String EDITS = "ihm+-2be";

    /** A packet: its command and its payload. */
    record Packet(char command, byte[] payload) {
        /** The payload up to its first NUL. */
        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1).replaceFirst("(?s)\0.*", "");
        }
    }

    /**
     * What the filter said.
     *
     * @param actions the rights it asked for
     * @param stage the command that got the last reply
     * @param edits changes of the message, in order
     * @param last the reply that decided
     */
    record Dialogue(int actions, String stage, List<Packet> edits, Packet last) {}

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private int steps;

    private MilterClient(SocketChannel channel) {
        this.channel = channel;
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
    }

    /** Plays one message to the filter on that unix socket. */
    static Dialogue play(Path socket, Mail mail) {
        try (MilterClient client = connect(socket)) {
            return client.play(mail);
        } catch (IOException e) {
            throw new UncheckedIOException(mail + ": " + e.getMessage(), e);
        }
    }

    private static MilterClient connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new MilterClient(channel);
    }

    private Dialogue play(Mail mail) throws IOException {
        int actions = negotiate();
        for (Step step : steps(mail)) {
            if ((steps & step.omit) != 0) {
                continue;
            }
            macros(step.command, step.macros);
            write(step.command, step.payload);
            if ((steps & step.noReply) == 0) {
                List<Packet> edits = new ArrayList<>();
                Packet reply = read(edits);
                if (step.command == 'E' || "cs".indexOf(reply.command) < 0) {
                    return new Dialogue(actions, step.name, edits, reply);
                }
            }
        }
        throw new IllegalStateException("the end of the message is always answered");
    }

    private int negotiate() throws IOException {
        write(
                'O',
                ByteBuffer.allocate(12)
                        .putInt(VERSION)
                        .putInt(ALL_ACTIONS)
                        .putInt(ALL_STEPS)
                        .array());
        ByteBuffer offer = ByteBuffer.wrap(readPacket().payload);
        offer.getInt();
        int actions = offer.getInt();
        steps = offer.getInt();
        return actions;
    }

    /** One command: the bits of the protocol flags that leave it or its reply out (0: none). */
    private record Step(String name, char command, int omit, int noReply, Map<String, String> macros, byte[] payload) {}

    private static List<Step> steps(Mail mail) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("connect", 'C', 0x1, 0x1000, Map.of("j", mail.mtaName()), client(mail)));
        steps.add(new Step("helo", 'H', 0x2, 0x2000, Map.of(), strings(mail.helo())));
        steps.add(new Step("mail", 'M', 0x4, 0x4000, mail.mailMacros(), strings("<" + mail.sender() + ">")));
        steps.add(new Step("rcpt", 'R', 0x8, 0x8000, Map.of(), strings("<rcpt@receiver.test>")));
        steps.add(new Step("data", 'T', 0x200, 0x10000, Map.of("i", mail.job()), strings()));
        mail.fields()
                .forEach(field ->
                        steps.add(new Step("header", 'L', 0x20, 0x80, Map.of(), strings(field.name(), field.value()))));
        steps.add(new Step("eoh", 'N', 0x40, 0x40000, Map.of(), strings()));
        steps.add(new Step("body", 'B', 0x10, 0x80000, Map.of(), octets("Hello\r\n")));
        steps.add(new Step("eom", 'E', 0, 0, Map.of("i", mail.job()), strings()));
        return steps;
    }

    private static byte[] client(Mail mail) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(strings(mail.clientHost()));
        if (mail.clientAddress().isEmpty()) {
            payload.write('U');
            return payload.toByteArray();
        }
        payload.write(mail.clientAddress().contains(":") ? '6' : '4');
        payload.write(0x9c);
        payload.write(0x40);
        payload.writeBytes(strings(mail.clientAddress()));
        return payload.toByteArray();
    }

    private static byte[] strings(String... texts) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (String text : texts) {
            payload.writeBytes(octets(text));
            payload.write(0);
        }
        return payload.toByteArray();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void macros(char command, Map<String, String> macros) throws IOException {
        if (!macros.isEmpty()) {
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            payload.write(command);
            macros.forEach((name, value) -> {
                payload.writeBytes(strings(name.length() == 1 ? name : "{" + name + "}", value));
            });
            write('D', payload.toByteArray());
        }
    }

    /** Kept until a reply is wanted: what needs no reply comes in one piece, as from Postfix. */
    private void write(char command, byte[] payload) throws IOException {
        pending.writeBytes(ByteBuffer.allocate(4).putInt(payload.length + 1).array());
        pending.write(command);
        pending.writeBytes(payload);
    }

    private Packet read(List<Packet> edits) throws IOException {
        while (true) {
            Packet packet = readPacket();
            if (EDITS.indexOf(packet.command) >= 0 || packet.command == 'q') {
                edits.add(packet);
            } else if (packet.command != 'p') {
                return packet;
            }
        }
    }

    private Packet readPacket() throws IOException {
        out.write(pending.toByteArray());
        pending.reset();
        byte[] packet = new byte[in.readInt() - 1];
        char command = (char) in.readUnsignedByte();
        in.readFully(packet);
        return new Packet(command, packet);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            write('Q', new byte[0]);
            out.write(pending.toByteArray());
        } catch (IOException closed) {
            // It may have closed the connection first, which is as good.
        }
    }
}
