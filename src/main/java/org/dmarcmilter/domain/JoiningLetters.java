package org.dmarcmilter.domain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** Letters that join with their neighbours, as in Arabic writing: the property Joining_Type of Unicode, which Java does not have. */
final class JoiningLetters {
    private static final String RESOURCE = "joining-types.txt";
    private static final BitSet LEFT = new BitSet();
    private static final BitSet RIGHT = new BitSet();

    static {
        try (InputStream in = JoiningLetters.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + RESOURCE);
            }
            new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(JoiningLetters::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JoiningLetters() {}

    private static void read(String line) {
        String[] words = line.split(" ", -1);
        for (int i = 1; i < words.length; i++) {
            String[] range = words[i].split("-", -1);
            int first = Integer.parseInt(range[0], 16);
            int end = Integer.parseInt(range[range.length - 1], 16) + 1;
            if (!words[0].equals("R")) {
                LEFT.set(first, end);
            }
            if (!words[0].equals("L")) {
                RIGHT.set(first, end);
            }
        }
    }

    /** Joining_Type L or D: it joins with what follows. */
    static boolean joinsWithNext(int c) {
        return LEFT.get(c);
    }

    /** Joining_Type R or D: it joins with what stands before. */
    static boolean joinsWithPrevious(int c) {
        return RIGHT.get(c);
    }

    /** Joining_Type T, among the letters and marks of a label: it does not matter for who joins with whom. */
    static boolean isTransparent(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK;
    }
}
