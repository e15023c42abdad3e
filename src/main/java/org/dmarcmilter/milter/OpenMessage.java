package org.dmarcmilter.milter;

import java.util.Optional;

/**
 * What a connection knows of one message: made at MAIL, gone with its verdict, with ABORT or with the next MAIL, so that nothing of one
 * message is left for the next.
 */
final class OpenMessage {
    /** What the objects of a field take beside its text, about. */
    private static final int FIELD_OVERHEAD = 128;

    /** What becomes of a header field. */
    enum Field {
        /** It is handed to the session. */
        KEPT,
        /** It is the first that the limits leave out. */
        FIRST_LEFT_OUT,
        /** It is left out. */
        LEFT_OUT,
        /** There is no memory for it: the client shall try again. */
        NO_MEMORY
    }

    private final Limits limits;
    private final HeaderMemory memory;
    private int fields;
    private long octets;
    private boolean truncated;
    private long taken;

    /** The session is asked no more about this message; what its end is answered. */
    Optional<MilterReply> verdict = Optional.empty();

    /** The session was told of this message, and not yet of its end. */
    boolean inSession;

    /** The session was asked for its verdict, which has not come. */
    boolean deciding;

    OpenMessage(Limits limits, HeaderMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /** Counts a field, and takes the memory for it if it is kept. */
    Field count(MilterCommand.Header field) {
        int size = field.name().length() + field.value().length();
        fields++;
        octets += size;
        if (fields > limits.maxHeaderCount() || octets > limits.maxHeaderBytes()) {
            boolean first = !truncated;
            truncated = true;
            return first ? Field.FIRST_LEFT_OUT : Field.LEFT_OUT;
        }
        long needed = (long) FIELD_OVERHEAD + size;
        if (!memory.take(needed)) {
            return Field.NO_MEMORY;
        }
        taken += needed;
        return Field.KEPT;
    }

    /** Gives back the memory that its fields took. */
    void release() {
        memory.give(taken);
        taken = 0;
    }
}
