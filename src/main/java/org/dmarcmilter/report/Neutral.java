package org.dmarcmilter.report;

/** Foreign text made harmless for a line of a mail: no line breaks, no control characters, US-ASCII, bounded. */
final class Neutral {
    private Neutral() {}

    /** One line; what cannot stand in it becomes a question mark. */
    static String line(String text, int maxLength) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), maxLength));
        for (int i = 0; i < text.length() && i < maxLength; i++) {
            char c = text.charAt(i);
            line.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return line.toString();
    }

    /** A quoted-string (RFC 5322, section 3.2.4) of at most that many characters, the quotes included. */
    static String quotedString(String text, int maxLength) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String escaped = c == '"' || c == '\\' ? "\\" + c : line(String.valueOf(c), 1);
            if (quoted.length() + escaped.length() >= maxLength) {
                break;
            }
            quoted.append(escaped);
        }
        return quoted.append('"').toString();
    }

    /** One word that means nothing special in a structured header field: a host name, an address, a job id. */
    static String word(String text, int maxLength) {
        StringBuilder word = new StringBuilder(line(text, maxLength));
        for (int i = 0; i < word.length(); i++) {
            if (" \"(),;<>\\".indexOf(word.charAt(i)) >= 0) {
                word.setCharAt(i, '?');
            }
        }
        return word.toString();
    }
}
