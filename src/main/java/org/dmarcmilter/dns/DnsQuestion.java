package org.dmarcmilter.dns;

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
        name = withoutTrailingDot(lowerCase(name));
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

    /** Only ASCII: {@link String#toLowerCase} would turn the octet 0xC0 into 0xE0 and the Kelvin sign into a k. */
    static String lowerCase(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (isUpperCase(name.charAt(i))) {
                StringBuilder lower = new StringBuilder(name);
                for (int j = i; j < name.length(); j++) {
                    char c = name.charAt(j);
                    lower.setCharAt(j, isUpperCase(c) ? (char) (c + ('a' - 'A')) : c);
                }
                return lower.toString();
            }
        }
        return name;
    }

    private static boolean isUpperCase(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static String withoutTrailingDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
