package org.dmarcmilter.milter;

import java.util.Optional;
import java.util.function.Consumer;
import org.dmarcmilter.milter.MilterFilter.Part;

/**
 * What a connection knows of one message: made at MAIL, gone with its verdict, with ABORT or with the next MAIL, so that nothing of one
 * message is left for the next.
 */
final class OpenMessage {
    /** What the objects of a field take beside its text, about. */
    static final int FIELD_OVERHEAD = 128;

    /** What a field takes of which only the name is kept: a place in a list, as the names are few and shared. */
    static final int NAME_OVERHEAD = 8;

    /** What becomes of a header field. */
    enum Field {
        /** It is handed to the session. */
        KEPT,
        /** It is the first that the limits leave out. */
        FIRST_LEFT_OUT,
        /** It is left out. */
        LEFT_OUT,
        /** Nobody reads it. */
        UNREAD,
        /** The message is the one that has to go, as memory is short: the client shall try again. */
        NO_MEMORY
    }

    private final Limits limits;
    private final SharedMemory.Holding memory;
    private int fields;
    private long octets;
    private boolean truncated;

    /** The session is asked no more about this message; what its end is answered. */
    Optional<MilterReply> verdict = Optional.empty();

    /** The session was told of this message, and not yet of its end. */
    boolean inSession;

    /** The session was asked for its verdict, which has not come. */
    boolean deciding;

    /** When that began, by {@link System#nanoTime}. */
    long decidingSince;

    /**
     * @param client whose message it is
     * @param refused told, on any thread, if it has to give up what it has taken
     */
    OpenMessage(Limits limits, SharedMemory memory, Object client, Consumer<OpenMessage> refused) {
        this.limits = limits;
        this.memory = memory.open(client, () -> refused.accept(this));
    }

    /** Counts a field, and takes the memory for as much of it as is kept. */
    Field count(MilterCommand.Header field) {
        fields++;
        octets += field.octets();
        if (fields > limits.maxHeaderCount() || octets > limits.maxHeaderBytes()) {
            boolean first = !truncated;
            truncated = true;
            return first ? Field.FIRST_LEFT_OUT : Field.LEFT_OUT;
        }
        if (field.kept() == Part.NOTHING) {
            return Field.UNREAD;
        }
        int needed = field.kept() == Part.NAME ? NAME_OVERHEAD : FIELD_OVERHEAD + field.octets();
        return memory.take(needed) ? Field.KEPT : Field.NO_MEMORY;
    }

    /** Takes memory for what the session holds beside the fields. */
    boolean take(long octets) {
        return memory.take(octets);
    }

    /** Gives back the memory that it took. */
    void release() {
        memory.release();
    }
}
