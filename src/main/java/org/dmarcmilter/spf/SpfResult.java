package org.dmarcmilter.spf;

import java.util.List;
import java.util.Locale;
import org.dmarcmilter.text.Printable;

/**
 * The outcome of {@code check_host()} (RFC 7208, section 2.6).
 *
 * @param code the result
 * @param problem what was wrong, for permerror and temperror, in words; empty otherwise
 * @param records what was looked at, in that order: the domain's record and those it includes or redirects to
 */
public record SpfResult(Code code, String problem, List<Consulted> records) {
    public SpfResult {
        records = List.copyOf(records);
    }

    /** A result for which no record was looked at. */
    public SpfResult(Code code, String problem) {
        this(code, problem, List.of());
    }

    /**
     * One SPF record that took part in the result (RFC 6591, section 3.2.6, wants each of them in a report).
     *
     * @param domain where it was found
     * @param text what it says, US-ASCII, printable, cut after {@value #MAX_TEXT} characters
     */
    public record Consulted(String domain, String text) {
        /** RFC 7208, section 3.4: what is longer than 512 octets does not even fit a plain DNS answer. */
        static final int MAX_TEXT = 512;

        /** RFC 1035, section 2.3.4. */
        private static final int MAX_DOMAIN = 253;

        /** Makes foreign text harmless. */
        public Consulted {
            domain = Printable.of(domain, MAX_DOMAIN);
            text = Printable.of(text, MAX_TEXT);
        }
    }

    /** The result words of RFC 7208 and RFC 8601. */
    public enum Code {
        NONE,
        NEUTRAL,
        PASS,
        FAIL,
        SOFTFAIL,
        TEMPERROR,
        PERMERROR;

        /** The word in headers and logs. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
