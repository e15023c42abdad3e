package org.dmarcmilter.spf;

/** Foreign text made fit for logs and SMTP replies: printable US-ASCII, bounded. */
final class PrintableText {
    private static final int MAX_QUOTE = 100;

    private PrintableText() {}

    /** The text with {@code ?} for each character that is not printable US-ASCII, cut after {@code limit}. */
    static String of(String text, int limit) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), limit));
        for (int i = 0; i < text.length() && i < limit; i++) {
            char c = text.charAt(i);
            out.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return out.toString();
    }

    /** In single quotes, shortened: for messages about a term or a name. */
    static String quoted(String text) {
        return "'" + of(text, MAX_QUOTE) + (text.length() > MAX_QUOTE ? "...'" : "'");
    }
}
