package org.dmarcmilter.cli;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name server of a {@link TrainingRun}: answers every question for text with a DMARC record below {@code _dmarc} and an SPF record
 * elsewhere, as all that its client asks is for text.
 */
final class TrainingDns implements AutoCloseable {
    private static final int MAX_QUESTION = 512;
    private static final int HEADER = 12;
    private static final int TYPE_AND_CLASS = 4;
    private static final short IS_ANSWER = (short) 0x8180;
    private static final short NAME_OF_QUESTION = (short) 0xc00c;
    private static final short TXT = 16;
    private static final short IN = 1;
    private static final int TTL = 60;
    private static final String BELOW = "\6_dmarc";
    private static final String DMARC = "v=DMARC1; p=reject; rua=mailto:reports@domain.example";
    private static final String SPF = "v=spf1 ip4:192.0.2.0/24 -all";

    private final DatagramSocket socket;

    private TrainingDns(DatagramSocket socket) {
        this.socket = socket;
    }

    /** Answers on a thread of its own, until it is closed. */
    static TrainingDns start() throws IOException {
        TrainingDns dns = new TrainingDns(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        Thread thread = new Thread(dns::serve, "training-dns");
        thread.setDaemon(true);
        thread.start();
        return dns;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_QUESTION], MAX_QUESTION);
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException | IndexOutOfBoundsException e) {
            // We were closed, or what came is no question; or it cannot be asked, and the daemon takes that as it takes
            // any name server.
        }
    }

    private static byte[] answer(byte[] query) {
        int end = HEADER;
        while (query[end] != 0) {
            end += 1 + Byte.toUnsignedInt(query[end]);
        }
        end += 1 + TYPE_AND_CLASS;
        String name = new String(query, HEADER, end - HEADER, StandardCharsets.ISO_8859_1);
        byte[] text = (name.startsWith(BELOW) ? DMARC : SPF).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer answer = ByteBuffer.allocate(2 * MAX_QUESTION);
        answer.put(query, 0, 2).putShort(IS_ANSWER);
        answer.putShort((short) 1).putShort((short) 1).putShort((short) 0).putShort((short) 0);
        answer.put(query, HEADER, end - HEADER);
        answer.putShort(NAME_OF_QUESTION).putShort(TXT).putShort(IN).putInt(TTL);
        answer.putShort((short) (text.length + 1)).put((byte) text.length).put(text);
        return Arrays.copyOf(answer.array(), answer.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
