package org.dmarcmilter.spf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.text.Printable;

/**
 * Expands macros for one message (RFC 7208, section 7).
 *
 * <p>Sender and HELO name are whatever a stranger typed, and records may repeat them at will, so a result never grows
 * much beyond its limit, and work is in proportion to what is kept.
 */
final class MacroExpander {
    /** Longer names lose labels on the left until they fit (section 7.3). */
    static final int MAX_NAME = 253;
    /** Our own bound for explanations: they go into SMTP replies, whose lines end at 512 (RFC 5321, 4.5.3.1.5). */
    static final int MAX_EXPLANATION = 400;

    private static final String URL_UNRESERVED = "-._~";

    private final SpfIdentity identity;
    private final IpAddress client;
    private final String receiver;
    private final LongSupplier epochSeconds;

    /**
     * @param client the client's address
     * @param receiver {@code %{r}}, the host that checks
     * @param epochSeconds {@code %{t}}, seconds since 1970
     */
    MacroExpander(SpfIdentity identity, IpAddress client, String receiver, LongSupplier epochSeconds) {
        this.identity = identity;
        this.client = client;
        this.receiver = receiver.isEmpty() ? "unknown" : receiver;
        this.epochSeconds = epochSeconds;
    }

    /**
     * The DNS name that a domain-spec stands for: no trailing dot, at most 253 characters unless its last label alone
     * is longer. Whether the DNS can hold it is another question.
     *
     * @param domain {@code %{d}}, whose record is evaluated
     * @param validatedName {@code %{p}}
     */
    String name(MacroString spec, String domain, String validatedName) {
        // From the right, because only the right side of a long name is kept: one more character than a name may
        // have, and a trailing dot, tell that labels must go.
        StringBuilder out = new StringBuilder();
        for (int i = spec.parts().size() - 1; i >= 0 && out.length() <= MAX_NAME + 1; i--) {
            out.insert(0, expand(spec.parts().get(i), domain, validatedName));
        }
        if (out.length() > 0 && out.charAt(out.length() - 1) == '.') {
            out.setLength(out.length() - 1);
        }
        if (out.length() <= MAX_NAME) {
            return out.toString();
        }
        return out.substring(out.indexOf(".", out.length() - MAX_NAME - 1) + 1);
    }

    /** The text of an explanation: printable US-ASCII, bounded. */
    String explanation(MacroString text, String domain, String validatedName) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.parts().size() && out.length() < MAX_EXPLANATION; i++) {
            out.append(expand(text.parts().get(i), domain, validatedName));
        }
        return Printable.of(out.toString(), MAX_EXPLANATION);
    }

    private String expand(MacroString.Part part, String domain, String validatedName) {
        if (part instanceof MacroString.Part.Literal literal) {
            return literal.text();
        }
        MacroString.Part.Macro macro = (MacroString.Part.Macro) part;
        String value = transform(macro, value(macro.letter(), domain, validatedName));
        return macro.escaped() ? urlEscape(value) : value;
    }

    /** Section 7.2. */
    private String value(char letter, String domain, String validatedName) {
        return switch (letter) {
            case 's' -> identity.localPart() + "@" + identity.domain();
            case 'l' -> identity.localPart();
            case 'o' -> identity.domain();
            case 'd' -> domain;
            case 'i' -> dotted(client);
            case 'p' -> validatedName;
            case 'v' -> client.family() == IpAddress.Family.IPV4 ? "in-addr" : "ip6";
            case 'h' -> identity.helo();
            case 'c' -> client.text();
            case 'r' -> receiver;
            case 't' -> Long.toString(epochSeconds.getAsLong());
            default -> throw new IllegalStateException("macro letter " + letter);
        };
    }

    /** The address as labels: octets for IPv4, nibbles for IPv6. */
    private static String dotted(IpAddress address) {
        if (address.family() == IpAddress.Family.IPV4) {
            return address.text();
        }
        HexFormat hex = HexFormat.of().withUpperCase();
        return String.join(".", (hex.toHexDigits(address.high()) + hex.toHexDigits(address.low())).split(""));
    }

    /** Splits, reverses, keeps right-hand parts and joins with dots (section 7.3). */
    private static String transform(MacroString.Part.Macro macro, String value) {
        // The right-hand parts of the reversed value are the left-hand parts of the value; both come in wrong order.
        List<String> kept = macro.reversed() ? partsFromLeft(macro, value) : partsFromRight(macro, value);
        Collections.reverse(kept);
        return String.join(".", kept);
    }

    private static List<String> partsFromLeft(MacroString.Part.Macro macro, String value) {
        List<String> parts = new ArrayList<>();
        for (int start = 0; start <= value.length() && parts.size() < macro.keep(); ) {
            int end = start;
            while (end < value.length() && macro.delimiters().indexOf(value.charAt(end)) < 0) {
                end++;
            }
            parts.add(value.substring(start, end));
            start = end + 1;
        }
        return parts;
    }

    private static List<String> partsFromRight(MacroString.Part.Macro macro, String value) {
        List<String> parts = new ArrayList<>();
        for (int end = value.length(); end >= 0 && parts.size() < macro.keep(); ) {
            int start = end;
            while (start > 0 && macro.delimiters().indexOf(value.charAt(start - 1)) < 0) {
                start--;
            }
            parts.add(value.substring(start, end));
            end = start - 1;
        }
        return parts;
    }

    /** Percent-encodes all but the unreserved characters of RFC 3986. One character is one octet. */
    private static String urlEscape(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (MacroString.isLetter(c) || MacroString.isDigit(c) || URL_UNRESERVED.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", c & 0xFF));
            }
        }
        return out.toString();
    }
}
