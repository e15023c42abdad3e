package org.dmarcmilter.message;

import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/**
 * One mailbox as SMTP and the results of authentication write it (RFC 5321, section 4.1.2): no comments, no white space outside
 * quotes. Whatever could be cut at another place by another reader is no address here (CVE-2020-12272).
 *
 * @param localPart as written, with quotes
 * @param domain what follows the at sign
 */
public record AddrSpec(String localPart, DomainName domain) {
    /** Atoms and dots; misplaced dots exist in real addresses and harm nobody. */
    private static final CharacterClass LOCAL_TEXT =
            CharacterClass.of(c -> c > ' ' && c != 0x7F && "()<>[]:;@\\,\"".indexOf(c) < 0);

    /** Reads {@code local-part@domain}; empty for anything else, also for address literals. */
    public static Optional<AddrSpec> parse(String text) {
        return domain(text).map(domain -> new AddrSpec(text.substring(0, endOfLocalPart(text)), domain));
    }

    /** The domain of such a mailbox; empty for anything else. */
    public static Optional<DomainName> domain(String text) {
        int at = endOfLocalPart(text);
        if (at <= 0 || at >= text.length() || text.charAt(at) != '@') {
            return Optional.empty();
        }
        return FieldDomain.of(text.substring(at + 1));
    }

    /** Where the local part ends, or -1 if a quoted string in it does not. */
    private static int endOfLocalPart(String text) {
        if (text.startsWith("\"")) {
            return endOfQuotedString(text);
        }
        int at = 0;
        while (at < text.length() && LOCAL_TEXT.has(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int endOfQuotedString(String text) {
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
            }
            if (i == text.length() || isControl(text.charAt(i))) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isControl(char c) {
        return c < ' ' || c == 0x7F;
    }
}
