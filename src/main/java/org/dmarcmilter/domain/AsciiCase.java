package org.dmarcmilter.domain;

/** The case of ASCII letters, which means nothing in names of the DNS (RFC 4343) nor of header fields (RFC 5322, section 1.2.2). */
public final class AsciiCase {
    private AsciiCase() {}

    /**
     * ASCII letters in lower case, all other characters as they are: {@link String#toLowerCase} would turn the octet 0xC0 into 0xE0 and
     * the Kelvin sign into a k.
     */
    public static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUpper(text.charAt(i))) {
                StringBuilder lower = new StringBuilder(text);
                for (int j = i; j < text.length(); j++) {
                    char c = text.charAt(j);
                    lower.setCharAt(j, isUpper(c) ? (char) (c + ('a' - 'A')) : c);
                }
                return lower.toString();
            }
        }
        return text;
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }
}
