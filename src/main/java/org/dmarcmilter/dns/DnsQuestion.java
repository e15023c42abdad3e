package org.dmarcmilter.dns;

import org.dmarcmilter.domain.AsciiCase;

/**
 * What to ask.
 *
 * @param name dots between labels, lower case (ASCII letters only, RFC 4343), no trailing dot, one character per octet.
 *     It need not be possible in the DNS (SPF macros make any text): an impossible name answers
 *     {@link DnsAnswer.NoSuchName} without a query.
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
        name = withoutTrailingDot(AsciiCase.lower(name));
    }

    // Looked up several times a message; what a record has by itself costs more.

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsQuestion question && type == question.type && name.equals(question.name);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + type.hashCode();
    }

    public static DnsQuestion txt(String name) {
        return new DnsQuestion(name, Type.TXT);
    }

    private static String withoutTrailingDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
