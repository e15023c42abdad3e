package org.dmarcmilter.report;

import org.dmarcmilter.text.Printable;

/** Foreign text made harmless for the structured fields of a mail: US-ASCII, no line breaks, bounded. */
final class Neutral {
    /** What has a meaning in a structured header field (RFC 5322, section 3.2.3), and the space. */
    private static final String SPECIALS = " \"(),;<>\\";

    private Neutral() {}

    /** A quoted-string (RFC 5322, section 3.2.4) of at most that many characters, the quotes included. */
    static String quotedString(String text, int maxLength) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String escaped = c == '"' || c == '\\' ? "\\" + c : String.valueOf(Printable.is(c) ? c : '?');
            if (quoted.length() + escaped.length() >= maxLength) {
                break;
            }
            quoted.append(escaped);
        }
        return quoted.append('"').toString();
    }

    /** One word that means nothing special in a structured header field: a host name, an address, a queue id. */
    static String word(String text, int maxLength) {
        return Printable.of(text, maxLength, SPECIALS);
    }
}
