package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A server's answer to one SMTP command.
 *
 * @param code the three digits
 * @param text what follows them, the lines of a longer reply joined by line feeds
 */
public record SmtpReply(int code, String text) {
    /** The reply, if it says that all is well; the test's failure otherwise. */
    public SmtpReply expect(int expected) {
        assertEquals(expected, code, this::toString);
        return this;
    }

    /** The name of the queue file, which Postfix and Sendmail tell in their answer to the end of the message. */
    public String queueId() {
        expect(250);
        return text.replaceFirst("^2\\.0\\.0 (Ok: queued as )?", "").replaceFirst(" .*", "");
    }

    @Override
    public String toString() {
        return code + " " + text;
    }
}
