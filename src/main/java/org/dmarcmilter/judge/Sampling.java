package org.dmarcmilter.judge;

import java.util.Set;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.message.HeaderField;

/** Which messages a policy with {@code pct} applies to (RFC 7489, section 6.6.4). */
final class Sampling {
    /** The fields that are the same for each try of one message. */
    static final Set<String> FIELDS = Set.of("From", "Message-ID", "Date");

    /** For a loop that makes no iterator, for each field of each message. */
    private static final String[] NAMES = FIELDS.toArray(String[]::new);

    private Sampling() {}

    /**
     * A message's place in sampling, 0 to 99: the same for each try of one message, so that a retry cannot reverse the
     * decision, and unpredictable to who does not know the salt.
     */
    static int place(MessageFacts facts, long salt) {
        long hash = salt;
        for (HeaderField field : facts.headers().fields()) {
            if (isOfTheMessage(field)) {
                hash = hash * 31 + field.value().hashCode();
            }
        }
        hash ^= hash >>> 33;
        hash *= 0xff51afd7ed558ccdL;
        hash ^= hash >>> 33;
        return (int) Long.remainderUnsigned(hash, 100);
    }

    private static boolean isOfTheMessage(HeaderField field) {
        for (String name : NAMES) {
            if (field.is(name)) {
                return true;
            }
        }
        return false;
    }
}
