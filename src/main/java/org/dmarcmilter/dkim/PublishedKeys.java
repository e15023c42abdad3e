package org.dmarcmilter.dkim;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dns.AnswerReadings;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.text.Printable;

/**
 * What the DNS says to the questions for keys (RFC 6376, section 6.1.2). An answer that many signatures get from the cache is read once. Safe
 * for all threads.
 */
public final class PublishedKeys {
    /** Several are undefined (section 3.6.2.2); a new key beside an old one happens. */
    static final int MAX_KEYS = 4;

    /** Further ones are not read: an answer may hold thousands. */
    static final int MAX_RECORDS = 16;

    private static final int MAX_REASON = 100;

    /**
     * What was read of an answer.
     *
     * @param problem why there is no key, if there is none
     */
    private record Reading(List<PublishedKey> keys, NoPassException problem) {}

    private final AnswerReadings<Reading> readings = new AnswerReadings<>(PublishedKeys::read);

    /** The first key records of the answer, at least one; what stands among them and is none is read past. */
    List<PublishedKey> of(DnsAnswer answer) throws NoPassException {
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            throw new NoPassException(
                    Code.TEMPERROR, "no answer for the key: " + Printable.of(unavailable.reason(), MAX_REASON));
        }
        if (!(answer instanceof DnsAnswer.Found found)) {
            throw none();
        }
        Reading reading = readings.of(found);
        if (reading.keys().isEmpty()) {
            throw reading.problem();
        }
        return reading.keys();
    }

    private static NoPassException none() {
        return new NoPassException(Code.PERMERROR, "no key");
    }

    private static Reading read(DnsAnswer.Found found) {
        NoPassException problem = none();
        List<PublishedKey> keys = new ArrayList<>(1);
        List<String> records = found.records();
        for (int i = 0; i < Math.min(records.size(), MAX_RECORDS) && keys.size() < MAX_KEYS; i++) {
            try {
                keys.add(PublishedKey.of(KeyRecord.parse(records.get(i))));
            } catch (NoPassException e) {
                problem = e;
            }
        }
        return new Reading(List.copyOf(keys), problem);
    }
}
