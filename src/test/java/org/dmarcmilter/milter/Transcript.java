package org.dmarcmilter.milter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A session recorded on the wire: who sent which octets, in order. */
record Transcript(List<Packet> packets) {
    record Packet(boolean fromMta, byte[] octets) {}

    static Transcript read(String name) {
        List<String> lines = new ArrayList<>();
        for (String line : text(name).split("\n")) {
            if (line.startsWith(" ")) {
                lines.set(lines.size() - 1, lines.get(lines.size() - 1) + line);
            } else if (!line.startsWith("#")) {
                lines.add(line);
            }
        }
        return new Transcript(lines.stream()
                .map(line -> new Packet(
                        line.startsWith("M "), Frames.hex(line.substring(2).replaceAll(";.*", ""))))
                .toList());
    }

    byte[] fromMta() {
        return join(packets.stream().filter(Packet::fromMta).toList());
    }

    byte[] fromFilter() {
        return join(packets.stream().filter(packet -> !packet.fromMta()).toList());
    }

    private static byte[] join(List<Packet> packets) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        packets.forEach(packet -> out.writeBytes(packet.octets()));
        return out.toByteArray();
    }

    private static String text(String name) {
        try (InputStream in = Transcript.class.getResourceAsStream("/milter/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
