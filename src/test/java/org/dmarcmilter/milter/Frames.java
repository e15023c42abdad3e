package org.dmarcmilter.milter;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Packets as readable text: the letter and the payload, {@code ~} for NUL and {@code ^XX} for other octets. */
final class Frames {
    private Frames() {}

    static byte[] frame(String text) {
        byte[] content = octets(text);
        return ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .array();
    }

    static byte[] octets(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '^') {
                out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.write(c == '~' ? 0 : c);
            }
        }
        return out.toByteArray();
    }

    /** Packets separated by white space; a word that begins with {@code 0x} is raw octets instead. */
    static byte[] frames(String words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String word : words.trim().split("\\s+")) {
            if (word.startsWith("0x")) {
                out.writeBytes(HexFormat.of().parseHex(word.substring(2)));
            } else if (word.equals("OFFER")) {
                out.writeBytes(offer(6, 0x1ff, 0x1fffff));
            } else if (!word.isEmpty()) {
                out.writeBytes(frame(word));
            }
        }
        return out.toByteArray();
    }

    static byte[] offer(int version, int actions, int protocol) {
        return ByteBuffer.allocate(17)
                .putInt(13)
                .put((byte) 'O')
                .putInt(version)
                .putInt(actions)
                .putInt(protocol)
                .array();
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s+", ""));
    }

    /** The inverse of {@link #frame} for a stream of complete packets; the reply to an offer is only {@code O}. */
    static List<String> words(byte[] stream) {
        List<String> words = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(stream);
        while (in.hasRemaining()) {
            byte[] content = new byte[in.getInt()];
            in.get(content);
            words.add(content[0] == 'O' ? "O" : word(content));
        }
        return words;
    }

    private static String word(byte[] content) {
        StringBuilder word = new StringBuilder();
        for (char c : new String(content, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (c == 0) {
                word.append('~');
            } else if (c < ' ' || c > '~') {
                word.append(String.format("^%02x", (int) c));
            } else {
                word.append(c);
            }
        }
        return word.toString();
    }
}
