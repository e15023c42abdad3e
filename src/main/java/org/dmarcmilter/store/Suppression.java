package org.dmarcmilter.store;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * An address that gets no reports for a time.
 *
 * @param address {@code user@domain}; {@code @domain} for all addresses at that host; {@code domain} for both these and reports about
 *     it; at most 320 characters
 * @param source who wants that
 * @param reason why, at most 255 characters
 * @param strikes how often mail came back, or was refused
 * @param since when it began
 * @param until when it ends; empty for never
 */
public record Suppression(
        String address, Source source, String reason, int strikes, Instant since, Optional<Instant> until) {

    /** Who suppresses. */
    public enum Source {
        BOUNCE,
        SMTP,
        OPERATOR,
        OPENDMARC;

        /** The word in the table, and for operators. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Source of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether it holds at that time. */
    public boolean holds(Instant now) {
        return until.map(end -> end.isAfter(now)).orElse(true);
    }
}
