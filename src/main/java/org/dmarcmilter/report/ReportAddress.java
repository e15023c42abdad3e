package org.dmarcmilter.report;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.domain.DomainName;

/**
 * A mail address that a stranger published and that is safe to hand to a mail program.
 *
 * <p>It is written into a {@code To} field that {@code sendmail -t} parses, so only plain local parts are taken: dot-atoms of
 * letters, digits and {@code # & ' * + - = _ ~}. No quoted strings, no pipes and files, no routes ({@code %} and {@code !}).
 *
 * @param localPart the part before the at sign
 * @param domain the host of the URI (RFC 9990, section 4)
 */
record ReportAddress(String localPart, DomainName domain) {
    /** RFC 5321, section 4.5.3.1.1. */
    private static final int MAX_LOCAL_PART = 64;

    private static final Pattern MAILTO = Pattern.compile("(?i)mailto:([^@!?]{1,256})@([^@!?%]{1,256})(?:[!?].*)?");
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9#&'*+=_~][A-Za-z0-9#&'*+=_~-]*(?:\\.[A-Za-z0-9#&'*+=_~-]+)*");

    /** Reads a URI of ruf: {@code mailto:} in any case, a size limit and header fields cut off. Empty if it cannot be used. */
    static Optional<ReportAddress> ofUri(String uri) {
        Matcher mailto = MAILTO.matcher(uri.strip());
        if (!mailto.matches()) {
            return Optional.empty();
        }
        Optional<String> localPart = percentDecoded(mailto.group(1))
                .filter(text ->
                        text.length() <= MAX_LOCAL_PART && PLAIN.matcher(text).matches());
        // A single label is a slip of the pen, as in mailto:reports@nil.
        Optional<DomainName> domain = DomainName.parse(mailto.group(2)).filter(name -> name.labelCount() > 1);
        return localPart.flatMap(local -> domain.map(name -> new ReportAddress(local, name)));
    }

    private static Optional<String> percentDecoded(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()) {
                    return Optional.empty();
                }
                int high = hexDigit(text.charAt(i + 1));
                int low = hexDigit(text.charAt(i + 2));
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                c = (char) (high * 16 + low);
                i += 2;
            }
            decoded.append(c);
        }
        return Optional.of(decoded.toString());
    }

    private static int hexDigit(char c) {
        // Only ASCII digits: Character.digit knows those of other scripts too.
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** The address as it stands in a header field. */
    String text() {
        return localPart + "@" + domain.ascii();
    }
}
