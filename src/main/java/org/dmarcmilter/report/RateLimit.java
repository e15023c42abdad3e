package org.dmarcmilter.report;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many reports may go out, in all and to one recipient: token buckets that fill evenly. Whoever forges mail decides how
 * much of it fails, so without a limit he would decide how much mail we send (RFC 9991, sections 2 and 8.1).
 */
public final class RateLimit {
    /** Of so many recipients the bucket is known; those longest unseen are forgotten, and the limit in all remains. */
    static final int MAX_RECIPIENTS = 1_000;

    private final int perRecipient;
    private final Duration period;
    private final Bucket inAll;
    private final Map<String, Bucket> recipients = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_RECIPIENTS;
        }
    };

    /** Buckets hold as much as fills them within the period, and are full at first. */
    public RateLimit(int perRecipient, int inAll, Duration period) {
        this.perRecipient = perRecipient;
        this.period = period;
        this.inAll = new Bucket(inAll);
    }

    /** Whether one more report may go to that recipient now; if so, it is counted. */
    public synchronized boolean allows(String recipient, Instant now) {
        return recipients
                .computeIfAbsent(recipient, unused -> new Bucket(perRecipient))
                .take(now);
    }

    /** Whether one more report might go out now. Nothing is counted. */
    public synchronized boolean hasRoom(Instant now) {
        return inAll.holdsOne(now);
    }

    /** Counts a report that goes out now. */
    public synchronized void count(Instant now) {
        inAll.take(now);
    }

    /** Tokens that come back evenly. */
    private final class Bucket {
        private final int capacity;
        private double tokens;
        private Instant filledAt = Instant.MIN;

        Bucket(int capacity) {
            this.capacity = capacity;
            this.tokens = capacity;
        }

        boolean take(Instant now) {
            if (!holdsOne(now)) {
                return false;
            }
            tokens--;
            return true;
        }

        boolean holdsOne(Instant now) {
            // A clock that was set back adds nothing and takes nothing away.
            if (now.isAfter(filledAt)) {
                if (!filledAt.equals(Instant.MIN)) {
                    double periods = (double) Duration.between(filledAt, now).toMillis() / period.toMillis();
                    tokens = Math.min(capacity, tokens + capacity * periods);
                }
                filledAt = now;
            }
            return tokens >= 1;
        }
    }
}
