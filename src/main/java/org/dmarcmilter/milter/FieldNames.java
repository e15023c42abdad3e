package org.dmarcmilter.milter;

import java.nio.charset.StandardCharsets;

/**
 * Names of header fields as strings, of which the common ones are made once and not for each message. For all threads: who
 * loses a race for a place makes a string more.
 */
final class FieldNames {
    /** A power of two, some times the names that are common. */
    private static final int PLACES = 512;

    /** Longer ones, in characters, are not remembered. */
    static final int MAX_LENGTH = 64;

    private final String[] known = new String[PLACES];

    /** The octets from {@code start} to the first NUL, or to {@code end}, one char each. */
    String of(byte[] in, int start, int end) {
        int hash = 0;
        int at = start;
        while (at < end && in[at] != 0) {
            hash = 31 * hash + in[at++];
        }
        int length = at - start;
        if (length > MAX_LENGTH) {
            return new String(in, start, length, StandardCharsets.ISO_8859_1);
        }
        int place = (hash ^ hash >>> 16) & PLACES - 1;
        String name = known[place];
        if (name != null && isAt(name, in, start, length)) {
            return name;
        }
        // Two common names may have the same place: each has one beside it.
        String beside = known[place ^ 1];
        if (beside != null && isAt(beside, in, start, length)) {
            return beside;
        }
        String made = new String(in, start, length, StandardCharsets.ISO_8859_1);
        known[name == null ? place : place ^ 1] = made;
        return made;
    }

    private static boolean isAt(String name, byte[] in, int start, int length) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.charAt(i) != (in[start + i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }
}
