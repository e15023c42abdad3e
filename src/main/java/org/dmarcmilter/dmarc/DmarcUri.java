package org.dmarcmilter.dmarc;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.domain.DomainName;

/**
 * One address in rua or ruf (RFC 7489, section 6.2; RFC 9989, section 4.8).
 *
 * @param text as written, a size suffix included
 * @param mailbox where a {@code mailto:} goes; empty for another scheme, which nobody has to support
 * @param maxSize octets of the largest report wanted (RFC 7489; RFC 9989 ignores the suffix)
 */
public record DmarcUri(String text, Optional<Mailbox> mailbox, OptionalLong maxSize) {

    /**
     * A mail address.
     *
     * @param localPart decoded, printable ASCII; whoever writes it into a message or to a server must quote it as needed
     * @param domain where the mail goes
     */
    public record Mailbox(String localPart, DomainName domain) {}

    /** As written, without a size suffix. */
    public String uri() {
        int mark = text.indexOf('!');
        return mark < 0 ? text : text.substring(0, mark);
    }

    /** Reads one URI; empty if it is none (RFC 3986, RFC 6068), or its size suffix is no number that fits 64 bits. */
    public static Optional<DmarcUri> parse(String text, Standard standard) {
        int mark = text.indexOf('!'); // must be written %21 inside the URI itself
        String uri = mark < 0 ? text : text.substring(0, mark);
        if (text.chars()
                .anyMatch(c -> c < ' ')) { // also in a suffix that is ignored: the text goes to files and screens
            return Optional.empty();
        }
        OptionalLong maxSize = OptionalLong.empty();
        if (mark >= 0 && standard == Standard.RFC7489) {
            maxSize = size(text.substring(mark + 1));
            if (maxSize.isEmpty()) {
                return Optional.empty();
            }
        }
        int colon = uri.indexOf(':');
        if (colon < 0 || !isScheme(uri.substring(0, colon)) || !isUriText(uri, colon + 1)) {
            return Optional.empty();
        }
        if (!uri.substring(0, colon).equalsIgnoreCase("mailto")) {
            return colon + 1 < uri.length()
                    ? Optional.of(new DmarcUri(text, Optional.empty(), maxSize))
                    : Optional.empty();
        }
        Optional<Mailbox> mailbox = mailbox(uri.substring(colon + 1));
        return mailbox.isEmpty() ? Optional.empty() : Optional.of(new DmarcUri(text, mailbox, maxSize));
    }

    /** Size units are powers of two (RFC 7489, section 6.2). */
    private static OptionalLong size(String text) {
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        String lower = text.toLowerCase(Locale.ROOT);
        int unit = "kmgt".indexOf(lower.charAt(lower.length() - 1)) + 1;
        String digits = unit == 0 ? lower : lower.substring(0, lower.length() - 1);
        OptionalLong number = Digits.parse(digits, Long.MAX_VALUE >> (10 * unit));
        return number.isEmpty() ? number : OptionalLong.of(number.getAsLong() << (10 * unit));
    }

    private static boolean isScheme(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
            if (!letter && !(other && i > 0)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether only characters of RFC 3986 follow, each percent sign with two hexadecimal digits. */
    private static boolean isUriText(String uri, int from) {
        for (int i = from; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == '%') {
                if (octet(uri, i) < 0) {
                    return false;
                }
            } else if (c <= ' ' || c >= 0x7F || "\"<>\\^`{|}".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The one address of a mailto URI (RFC 6068, section 2). Header fields after a {@code ?} are read past: a report
     * has its own. An ampersand must be encoded in the address, so that HTML entities do not pass.
     */
    private static Optional<Mailbox> mailbox(String rest) {
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '?' && rest.charAt(end) != '#') {
            end++;
        }
        String address = rest.substring(0, end);
        int at = address.lastIndexOf('@');
        if (at <= 0 || address.startsWith("//") || address.indexOf('&') >= 0) {
            return Optional.empty();
        }
        Optional<String> localPart = decode(address.substring(0, at));
        Optional<DomainName> domain = DomainName.parse(address.substring(at + 1));
        return localPart.flatMap(local -> domain.map(d -> new Mailbox(local, d)));
    }

    /** Undoes percent encoding; empty if anything but printable ASCII without space comes out. */
    private static Optional<String> decode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            boolean encoded = text.charAt(i) == '%';
            int c = encoded ? octet(text, i) : text.charAt(i);
            if (c <= ' ' || c >= 0x7F) {
                return Optional.empty();
            }
            out.append((char) c);
            i += encoded ? 3 : 1;
        }
        return Optional.of(out.toString());
    }

    /** The octet of the percent encoding that begins there, -1 if it is none. */
    private static int octet(String text, int percent) {
        if (percent + 2 >= text.length()) {
            return -1;
        }
        int high = hexDigit(text.charAt(percent + 1));
        int low = hexDigit(text.charAt(percent + 2));
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1; // Character.digit alone takes full-width digits too
    }
}
