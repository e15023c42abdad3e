package org.dmarcmilter.store;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One report to one address.
 *
 * @param id of the row
 * @param reportId the row of its report
 * @param number of the destination within its report, from 1: part of the Message-ID
 * @param address where it goes
 * @param maxSize octets that the owner takes; 0 for no limit
 * @param state how far it is
 * @param cause why it was skipped, failed or waits; empty for none
 * @param attempt how often it was taken
 * @param resent how often the outcome was unknown, so that it may have gone out more often than we know
 * @param next when it is to be tried
 * @param size octets of the mail when it was sent; 0 before
 * @param sentAt when it was accepted
 * @param reply the server's last reply
 */
public record Delivery(
        long id,
        long reportId,
        int number,
        String address,
        long maxSize,
        State state,
        String cause,
        int attempt,
        int resent,
        Instant next,
        long size,
        Optional<Instant> sentAt,
        String reply) {

    /** How far a delivery is. */
    public enum State {
        WAITING,
        /** Somebody talks to the server, or died while he did. */
        SENDING,
        SENT,
        FAILED,
        SKIPPED;

        /** The word in the table, and for operators. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
