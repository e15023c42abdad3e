package org.dmarcmilter.dkim;

import java.util.Optional;

/**
 * What may change on the way without breaking a signature (RFC 6376, section 3.4). Here for header fields; {@link BodyHash} does it to
 * bodies, where everything comes in pieces.
 */
enum Canonicalization {
    /** Nothing may change (section 3.4.1). */
    SIMPLE {
        @Override
        void append(String name, String space, String value, StringBuilder out) {
            out.append(name).append(':');
            appendAsReceived(space, out);
            appendAsReceived(value, out);
        }
    },
    /** The case of names, and the amount of white space, may (section 3.4.2). */
    RELAXED {
        @Override
        void append(String name, String space, String value, StringBuilder out) {
            out.append(lowerCase(name)).append(':');
            // The space is white space at the beginning, of which nothing remains.
            int start = out.length();
            boolean gap = false;
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == ' ' || c == '\t') {
                    gap = true;
                } else if (!isLineEnd(value, i)) {
                    if (gap && out.length() > start) {
                        out.append(' ');
                    }
                    gap = false;
                    out.append(c);
                }
            }
        }
    };

    static Optional<Canonicalization> of(String word) {
        for (Canonicalization canonicalization : values()) {
            if (canonicalization.name().equalsIgnoreCase(word)) {
                return Optional.of(canonicalization);
            }
        }
        return Optional.empty();
    }

    /** Appends a field without the line end behind it. Folds may be CRLF or, as a milter gets them, LF. */
    abstract void append(String name, String space, String value, StringBuilder out);

    private static void appendAsReceived(String text, StringBuilder out) {
        int start = 0;
        for (int lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n', lf + 1)) {
            boolean afterCr = lf > 0 && text.charAt(lf - 1) == '\r';
            out.append(text, start, afterCr ? lf - 1 : lf).append("\r\n");
            start = lf + 1;
        }
        out.append(text, start, text.length());
    }

    private static boolean isLineEnd(String text, int i) {
        char c = text.charAt(i);
        return c == '\n' || (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
    }

    /** ASCII letters only: other octets of a name are what they are. */
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
}
