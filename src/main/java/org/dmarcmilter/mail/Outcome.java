package org.dmarcmilter.mail;

/** What became of a mail. Every reply is printable US-ASCII on one line, at most {@value #MAX_REPLY} characters. */
public sealed interface Outcome {
    /** Enough to recognise a reply by, and to find the mail in the server's log. */
    int MAX_REPLY = 300;

    /** The command of a transaction (RFC 5321, section 3.3). */
    enum Command {
        MAIL,
        RCPT,
        DATA,
        /** The dot at the end of the mail. */
        END
    }

    /** The server has it (2xx at the end); whatever follows is its matter. */
    record Accepted(String reply) implements Outcome {}

    /**
     * It will never take this mail (5xx). At {@code RCPT} it speaks about the recipient, later about the mail; at {@code MAIL} only about
     * its size.
     */
    record Refused(Command at, String reply) implements Outcome {}

    /** It takes no mail from this sender (5xx at {@code MAIL}): no other mail has a better chance. */
    record SenderRefused(String reply) implements Outcome {}

    /**
     * Not now (4xx).
     *
     * @param closing whether the server is going away (421), so that no other mail has a better chance
     */
    record TryLater(Command at, String reply, boolean closing) implements Outcome {}

    /** There was no server, none that we may speak to, or it went away before it had the whole mail: nothing was sent. */
    record Unreachable(String reason) implements Outcome {}

    /** It got the whole mail and then there was no reply: perhaps it has it, perhaps not. */
    record Unknown(String reason) implements Outcome {}
}
