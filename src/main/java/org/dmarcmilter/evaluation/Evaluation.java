package org.dmarcmilter.evaluation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.message.ReversePath;

/**
 * What was seen and done for one author domain of one message: the row of an aggregate report (RFC 7489, section 7.2; RFC 9990,
 * section 3.1), and more. Texts come from the message unless noted, so they are hostile; whoever writes them down makes them
 * harmless.
 *
 * @param queueId the MTA's queue id
 * @param reporter the MTA's host name
 * @param at when the message was judged
 * @param client the SMTP client's address; empty for a connection that has none, as on a unix socket
 * @param helo the name that the client greeted with, as typed, at most {@value #MAX_HELO} characters
 * @param sender the envelope sender
 * @param recipientDomain the one that all envelope recipients share, where they are recorded; empty otherwise
 * @param standard by which text the message was judged, and so how records and organizational domains were found
 * @param dmarc the DMARC result
 * @param dkim the DKIM results that counted, in the order of the fields
 * @param spf the SPF result that counted, if there was one
 * @param arc what the ARC fields said
 * @param applied what was done
 * @param overrides why less was done than the owner of the author domain asks for; empty if nothing less was
 */
public record Evaluation(
        String queueId,
        String reporter,
        Instant at,
        Optional<IpAddress> client,
        String helo,
        ReversePath sender,
        Optional<DomainName> recipientDomain,
        Standard standard,
        DmarcResult dmarc,
        List<DkimSeen> dkim,
        Optional<SpfSeen> spf,
        ArcSeen arc,
        Applied applied,
        List<OverrideReason> overrides) {

    /** No domain name is longer. */
    static final int MAX_HELO = 255;

    public Evaluation {
        helo = helo.length() <= MAX_HELO ? helo : helo.substring(0, MAX_HELO);
        dkim = List.copyOf(dkim);
        overrides = List.copyOf(overrides);
    }

    /** The same for a message with which something else was done, because of another author domain. */
    public Evaluation with(Applied applied) {
        return new Evaluation(
                queueId,
                reporter,
                at,
                client,
                helo,
                sender,
                recipientDomain,
                standard,
                dmarc,
                dkim,
                spf,
                arc,
                applied,
                overrides);
    }
}
