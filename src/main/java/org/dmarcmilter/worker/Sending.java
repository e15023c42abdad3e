package org.dmarcmilter.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the operator decides about mails.
 *
 * @param from the address of the From field, and the envelope sender
 * @param fromName its display name
 * @param bcc who gets each report too, in a mail of its own
 * @param recheck whether the record is read again when a report is due
 * @param resendUnknown whether a mail is sent again whose outcome nobody knows
 * @param maxSize octets of the largest mail
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
        int rate,
        Optional<Path> archive) {
    public Sending {
        bcc = List.copyOf(bcc);
    }
}
