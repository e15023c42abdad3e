package org.dmarcmilter.dns;

import java.util.Locale;

/**
 * What to ask.
 *
 * @param name dots between labels, lower case, no trailing dot. It need not be possible in the DNS (SPF macros make any
 *     text): an impossible name answers {@link DnsAnswer.NoSuchName} without a query.
 * @param type the record type
 */
public record DnsQuestion(String name, Type type) {
    /** The record types that mail authentication needs. */
    public enum Type {
        A,
        AAAA,
        MX,
        PTR,
        TXT
    }

    public DnsQuestion {
        name = name.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
    }

    public static DnsQuestion txt(String name) {
        return new DnsQuestion(name, Type.TXT);
    }
}
