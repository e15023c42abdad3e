package org.dmarcmilter.spf;

import java.util.Locale;

/**
 * The outcome of {@code check_host()} (RFC 7208, section 2.6).
 *
 * @param code the result
 * @param explanation the sender's explanation for a fail, US-ASCII, printable; empty if none
 * @param problem what was wrong, for permerror and temperror, in words; empty otherwise
 */
public record SpfResult(Code code, String explanation, String problem) {
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
