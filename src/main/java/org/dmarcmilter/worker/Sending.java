package org.dmarcmilter.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.dmarc.Standard;

/**
 * What the operator decides about mails.
 *
 * @param from the address of the From field, and the envelope sender
 * @param fromName its display name
 * @param bcc who gets each report too, in a mail of its own
 * @param recheck whether the record is read again when a report is due
 * @param resendUnknown whether a mail is sent again whose outcome nobody knows
 * @param maxSize octets of the largest mail
 * @param errorReports whether those who can be sent no report, as it is too large, are told so
 * @param rate mails a minute
 * @param archive a directory that keeps a copy of each mail that was sent
 */
public record Sending(
        String from,
        String fromName,
        List<String> bcc,
        boolean recheck,
        boolean resendUnknown,
        long maxSize,
        boolean errorReports,
        int rate,
        Optional<Path> archive) {
    public Sending {
        bcc = List.copyOf(bcc);
    }

    /**
     * Octets of the largest mail about a policy of that standard that may go to an address; RFC 9990 knows no limit of the owner's.
     *
     * @param theirs what the owner says, if anything
     */
    long limit(Standard standard, OptionalLong theirs) {
        return standard == Standard.RFC7489 ? Math.min(maxSize, theirs.orElse(Long.MAX_VALUE)) : maxSize;
    }

    /** Whether who gets no report of that standard is told so (RFC 7489, section 7.2.2; RFC 9990 has no such mail). */
    boolean tellsOfErrors(Standard standard) {
        return errorReports && standard == Standard.RFC7489;
    }
}
