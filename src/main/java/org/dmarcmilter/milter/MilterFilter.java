package org.dmarcmilter.milter;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongPredicate;

/**
 * The seam between the protocol and what is done with it. The server asks it for one {@link Session} per connection and
 * calls that session on one thread only, in the protocol's order; a session needs no locks.
 */
public interface MilterFilter {
    /**
     * A connection is about to be negotiated, or SMFIC_QUIT_NC began a new one on the same socket.
     *
     * @param connectionId names the connection in the log, until a queue id is known
     * @param loop runs tasks, now or later, on the thread that calls the session; answers computed elsewhere come back through it
     */
    Session open(long connectionId, ScheduledExecutorService loop);

    /**
     * What to ask the MTA for (SMFIF_* and SMFIP_* bits of {@link Negotiation}).
     *
     * @param actions edits without which the filter cannot work: the connection is refused if one is not offered
     * @param skipSteps steps that are not needed, as SMFIP_NO* bits: asked for as far as they are offered
     * @param noReply steps that are never answered with a decision, as SMFIP_NR_* bits
     * @param leadingSpace whether to ask for what stands between the colon and the value of a header field (SMFIP_HDR_LEADSPC)
     */
    record Wishes(int actions, int skipSteps, int noReply, boolean leadingSpace) {
        public Wishes(int actions, int skipSteps, int noReply) {
            this(actions, skipSteps, noReply, false);
        }
    }

    /** How much of a header field is kept until the end of its message. */
    enum Part {
        NOTHING,
        NAME,
        WHOLE
    }

    /**
     * The filter's side of one milter connection. Each {@link #mail} that was called is followed by exactly one
     * {@link #answered} or {@link #abort}, the former only after {@link #endOfMessage}. What a method throws becomes the temporary failure or acceptance that the
     * server was built with.
     */
    interface Session {
        /** Which edits and steps the filter wants; asked before anything else, and never fails. */
        Wishes wishes();

        /**
         * The MTA does not tell what stands between the colon and the value of a header field, although the {@link Wishes} ask for it:
         * one space is told of each field, whatever there was. Called before anything else of the connection.
         */
        default void withoutLeadingSpace() {}

        /** SMFIC_CONNECT. {@code Accept} leaves the whole connection alone; otherwise {@code Continue}. */
        MilterReply connect(MilterCommand.Connect command, Macros macros);

        /** SMFIC_HELO; the last one wins. May come in the middle of a message, and belongs to the next one then. */
        void helo(String name);

        /**
         * SMFIC_MAIL begins a message; an open one was aborted before. Any verdict; not {@code Continue} ends the message.
         *
         * @param memory to ask before more octets are held for this message than those of its header fields, on this thread;
         *     if it says no, this message has to make room for others: it will be aborted and put off
         */
        MilterReply mail(MilterCommand.Mail command, Macros macros, LongPredicate memory);

        /** SMFIC_RCPT, if it was asked for. */
        default void recipient(MilterCommand.Recipient command) {}

        /**
         * How much of a field the session keeps. Only that comes to {@link #header}, and only that counts as memory: what nobody
         * reads costs nobody anything.
         *
         * @param fieldName as the MTA sent it
         * @param value one character an octet; to be looked at during the call only
         */
        default Part keeps(String fieldName, CharSequence value) {
            return Part.WHOLE;
        }

        /** SMFIC_HEADER, top to bottom, as far as it is {@linkplain #keeps kept}: a value that is not is empty. */
        void header(MilterCommand.Header command);

        /** The message has more header fields than {@link Limits} allows; no more of them come. Called at most once a message. */
        default void headersTruncated() {}

        /**
         * End of the message: edits, then exactly one verdict as the last reply. May complete on any thread, and must
         * complete; a stage that fails becomes the temporary failure or acceptance that the server was built with.
         */
        CompletionStage<List<MilterReply>> endOfMessage(Macros macros);

        /** The verdict of {@link #endOfMessage} is on its way to the MTA: the message is over. */
        default void answered() {}

        /**
         * The message is dropped: SMFIC_ABORT, a new MAIL, the connection ended in mid-message, or another verdict than the
         * session's had to be given. After {@link #endOfMessage}: nobody waits for its stage any more.
         */
        void abort();

        /** The connection ended, or SMFIC_QUIT_NC began a new one on the same socket. */
        void close();
    }

    /**
     * A session that reads bodies, unless it wishes the steps SMFIP_NOEOH and SMFIP_NOBODY away.
     */
    interface BodyReader extends Session {
        /** SMFIC_EOH: all header fields have come. */
        void endOfHeaders();

        /**
         * SMFIC_BODY, or the piece in SMFIC_BODYEOB: the next octets of the body, with the line ends that the MTA has.
         *
         * @param piece read-only, and valid during the call only
         */
        void body(ByteBuffer piece);
    }
}
