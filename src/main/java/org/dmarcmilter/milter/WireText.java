package org.dmarcmilter.milter;

/** What texts may hold that leave the program: towards the MTA, and quoted from a peer in the log. All linear. */
final class WireText {
    /** RFC 5321, section 4.5.3.1.5: octets of a reply line with its CR LF; those two are the MTA's. */
    private static final int MAX_REPLY_LINE = 512 - 2;

    /** More of a peer's text than this tells an operator nothing. */
    static final int MAX_LOGGED = 80;

    /** Longer reasons are cut: Postfix logs 100 octets of them, Sendmail keeps them in its queue file. */
    private static final int MAX_LINE = 1000;

    private WireText() {}

    /** RFC 5322, section 2.2: printable ASCII without colon. */
    static boolean isFieldName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ':') {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /**
     * A header field's value as it may be sent: LF only as a fold, before a space or a tab; no CR, which both MTAs would
     * keep; no NUL, which would end it.
     */
    static String fieldValue(String value) {
        int controls = 0;
        for (int i = 0; i < value.length(); i++) {
            controls += isControl(value.charAt(i)) ? 1 : 0;
        }
        if (controls == 0) {
            return value;
        }
        StringBuilder clean = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean fold = c == '\n' && i + 1 < value.length() && isWhiteSpace(value.charAt(i + 1));
            clean.append(fold || c == '\t' || !isControl(c) ? c : ' ');
        }
        return clean.toString();
    }

    /** One SMTP reply line. A single {@code %} would make Sendmail use its own text, so each is doubled. */
    static String replyLine(String codes, String text) {
        StringBuilder line = new StringBuilder(codes);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String out = c == '%' ? "%%" : c < ' ' || c == 0x7f ? " " : c > 0x7f ? "?" : String.valueOf(c);
            if (line.length() + out.length() > MAX_REPLY_LINE) {
                break;
            }
            line.append(out);
        }
        return line.toString();
    }

    /** A text without control characters. */
    static String line(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), MAX_LINE); i++) {
            char c = text.charAt(i);
            clean.append(isControl(c) ? ' ' : c);
        }
        return clean.toString();
    }

    private static boolean isControl(char c) {
        return c < ' ' || c == 0x7f;
    }

    private static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
