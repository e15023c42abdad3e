package org.dmarcmilter.report;

import java.util.Optional;
import java.util.regex.Pattern;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.domain.DomainName;

/**
 * A mail address that a stranger published and that is safe to hand to a mail program.
 *
 * <p>It is written into a {@code To} field that {@code sendmail -t} parses, so only plain local parts are taken: dot-atoms of
 * letters, digits and {@code # & ' * + - = _ ~}. No quoted strings, no pipes and files, no routes ({@code %} and {@code !}).
 *
 * @param localPart the part before the at sign
 * @param domain the host of the URI (RFC 9990, section 4)
 */
public record ReportAddress(String localPart, DomainName domain) {
    /** RFC 5321, section 4.5.3.1.1. */
    private static final int MAX_LOCAL_PART = 64;

    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9#&'*+=_~][A-Za-z0-9#&'*+=_~-]*(?:\\.[A-Za-z0-9#&'*+=_~-]+)*");

    /** The address that a record of ours or theirs names; empty if it cannot be used. */
    public static Optional<ReportAddress> of(DmarcUri uri) {
        return uri.mailbox()
                .filter(mailbox -> mailbox.localPart().length() <= MAX_LOCAL_PART
                        && PLAIN.matcher(mailbox.localPart()).matches())
                // A single label is a slip of the pen, as in mailto:reports@nil.
                .filter(mailbox -> mailbox.domain().labelCount() > 1)
                .map(mailbox -> new ReportAddress(mailbox.localPart(), mailbox.domain()));
    }

    /** The address as it stands in a header field. */
    public String text() {
        return localPart + "@" + domain.ascii();
    }
}
