package org.dmarcmilter.report;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where an aggregate report is to go, and if it may.
 *
 * @param address as it stands in a header field; of {@link Obstacle#BAD_ADDRESS} as it was decoded, printable, its first 320
 *     characters
 * @param maxSize octets of the largest mail that the owner takes (RFC 7489, section 6.2); empty for no limit
 * @param obstacle why nothing is sent there, or not now; empty if something is
 */
public record Destination(String address, OptionalLong maxSize, Optional<Obstacle> obstacle) {

    /** What stands in the way of a report. */
    public enum Obstacle {
        /** The address is not safe to write, or cannot be one. */
        BAD_ADDRESS,
        /** Its host is not the policy's organization, and has not agreed. */
        UNAUTHORIZED,
        /** NoReportsList has it. */
        EXCLUDED,
        /** It is suppressed, by a zone of ReportSuppressionZones or because mail came back. */
        SUPPRESSED,
        /** The mail is larger than what is taken. */
        TOO_LARGE,
        /** Nobody said whether its host agrees: ask again later. */
        DNS;

        /** The word for operators, also in the store. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The same with another obstacle. */
    public Destination behind(Obstacle other) {
        return new Destination(address, maxSize, Optional.of(other));
    }
}
