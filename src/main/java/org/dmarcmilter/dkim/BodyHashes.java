package org.dmarcmilter.dkim;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/** The hashes of one body that all its signatures need: at most one reading in each canonicalization, however many they are. */
final class BodyHashes {
    private final Map<Canonicalization, BodyHash> hashes = new EnumMap<>(Canonicalization.class);

    /** A buffer off the heap, or one that is read only, does not lend its octets; so they are copied, a few at a time. */
    private byte[] piece = new byte[0];

    /** Asks for a hash, before the body comes. */
    BodyHash want(Canonicalization canonicalization, OptionalLong limit) {
        BodyHash hash = hashes.computeIfAbsent(canonicalization, BodyHash::new);
        limit.ifPresent(hash::mark);
        return hash;
    }

    boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** The next octets of the body. */
    void update(ByteBuffer octets) {
        if (hashes.isEmpty()) {
            return;
        }
        if (piece.length == 0) {
            piece = new byte[4_096];
        }
        for (int at = octets.position(); at < octets.limit(); at += piece.length) {
            int count = Math.min(piece.length, octets.limit() - at);
            octets.get(at, piece, 0, count);
            hashes.values().forEach(hash -> hash.update(piece, count));
        }
    }

    /** The body is complete. */
    void end() {
        hashes.values().forEach(BodyHash::end);
    }
}
