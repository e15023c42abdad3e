package org.dmarcmilter.aggregate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** What a store finds a canonical text by. */
public final class TextHash {
    /** Octets of a hash. */
    public static final int LENGTH = 16;

    private TextHash() {}

    /** The first {@value #LENGTH} octets of SHA-256: nobody can make two texts that have them in common. */
    public static byte[] of(String text) {
        return Arrays.copyOf(sha256(text), LENGTH);
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
