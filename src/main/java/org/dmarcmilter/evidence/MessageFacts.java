package org.dmarcmilter.evidence;

import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.Headers;
import org.dmarcmilter.message.ReversePath;
import org.dmarcmilter.text.Printable;

/**
 * Everything that is known about one message when its end has come.
 *
 * @param queueId the MTA's queue id (macro i)
 * @param mtaName the MTA's host name (macro j)
 * @param client who handed the message in
 * @param sender the envelope sender
 * @param recipientDomain the one that all envelope recipients share; empty if they do not, and where nobody wants to know
 * @param headers the fields that matter here, in order; all of them if failure reports need them
 * @param author what their From fields say
 * @param headersIncomplete whether fields were left out because the header section exceeds its limit
 */
public record MessageFacts(
        String queueId,
        String mtaName,
        Client client,
        ReversePath sender,
        Optional<DomainName> recipientDomain,
        Headers headers,
        AuthorDomain author,
        boolean headersIncomplete) {

    /** A line for the log about this message: the queue id first. */
    public String logged(String text) {
        return Printable.shortened(queueId) + ": " + text;
    }

    /** As {@link #logged(String)}, of two words. */
    public String logged(String first, String second) {
        return Printable.shortened(queueId) + ": " + first + " " + second;
    }

    /**
     * The SMTP client.
     *
     * @param host name as the MTA gives it; text only
     * @param address IP address; empty if there is none, as on unix sockets
     * @param port TCP port; empty if unknown
     * @param helo the name it greeted with
     */
    public record Client(String host, Optional<IpAddress> address, OptionalInt port, String helo) {
        /** A client of which nothing is known. */
        public static final Client UNKNOWN = new Client("", Optional.empty(), OptionalInt.empty(), "");
    }
}
