package org.dmarcmilter.message;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.TagList;

/**
 * The argument of MAIL FROM (RFC 5321, section 4.1.2).
 *
 * @param address the mailbox as typed, without angle brackets and source route; empty for the null sender
 * @param domain its domain; empty for the null sender, an address literal, or anything that is not a mailbox
 */
public record ReversePath(String address, Optional<DomainName> domain) {
    /** With somebody behind it: a route to nobody is not the null sender. What else stands in its place stays, to be seen. */
    private static final Pattern ROUTE = Pattern.compile("^@[A-Za-z0-9@.,_\\[\\]-]*:(?=.)");

    /** Reads what the MTA passed on, with or without angle brackets. */
    public static ReversePath parse(String mailArgument) {
        String address = TagList.trim(mailArgument);
        if (address.startsWith("<") && address.endsWith(">")) {
            address = TagList.trim(address.substring(1, address.length() - 1));
        }
        if (address.startsWith("@")) {
            Matcher route = ROUTE.matcher(address);
            address = route.find() ? address.substring(route.end()) : address;
        }
        return new ReversePath(address, AddrSpec.domain(address));
    }

    /** Whether this is {@code <>}, the sender of bounces. */
    public boolean isNull() {
        return address.isEmpty();
    }
}
