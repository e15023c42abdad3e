package org.dmarcmilter.spf;

import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;

/**
 * Who is checked: the MAIL FROM identity, or what stands for it (RFC 7208, sections 2.3, 2.4 and 4.3).
 *
 * @param client the SMTP client's IP address; empty if there is none
 * @param sender the reverse-path without angle brackets; empty for the null sender
 * @param helo the HELO or EHLO name as given
 */
public record SpfIdentity(Optional<IpAddress> client, String sender, String helo) {
    private static final String POSTMASTER = "postmaster";

    /** Which identity that is. */
    public enum Scope {
        /** The sender has a domain. */
        MAIL_FROM,
        /** Null sender, or one without {@code @}: the address is postmaster at the HELO name. */
        HELO
    }

    /** Where the domain comes from. */
    public Scope scope() {
        return sender.indexOf('@') < 0 ? Scope.HELO : Scope.MAIL_FROM;
    }

    /**
     * The domain whose policy applies, as the client gave it: after the last {@code @}, or the HELO name. It need not be
     * a valid name; then the result is none.
     */
    public String domain() {
        return scope() == Scope.HELO ? helo : sender.substring(sender.lastIndexOf('@') + 1);
    }

    /** The local part; {@code postmaster} if there is none. */
    public String localPart() {
        int at = sender.lastIndexOf('@');
        return at > 0 ? sender.substring(0, at) : POSTMASTER;
    }
}
