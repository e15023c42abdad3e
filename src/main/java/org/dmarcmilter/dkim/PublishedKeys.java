package org.dmarcmilter.dkim;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.text.Printable;

/** What the DNS says to the question for a key (RFC 6376, section 6.1.2). */
final class PublishedKeys {
    /** Several are undefined (section 3.6.2.2); a new key beside an old one happens. */
    static final int MAX_KEYS = 4;

    /** Further ones are not read: an answer may hold thousands. */
    static final int MAX_RECORDS = 16;

    private static final int MAX_REASON = 100;

    private PublishedKeys() {}

    /** The first key records of the answer, at least one; what stands among them and is none is read past. */
    static List<KeyRecord> of(DnsAnswer answer) throws NoPassException {
        if (answer instanceof DnsAnswer.Unavailable unavailable) {
            throw new NoPassException(
                    Code.TEMPERROR, "no answer for the key: " + Printable.of(unavailable.reason(), MAX_REASON));
        }
        NoPassException problem = new NoPassException(Code.PERMERROR, "no key");
        if (!(answer instanceof DnsAnswer.Found found)) {
            throw problem;
        }
        List<KeyRecord> keys = new ArrayList<>(1);
        List<String> records = found.records();
        for (int i = 0; i < Math.min(records.size(), MAX_RECORDS) && keys.size() < MAX_KEYS; i++) {
            try {
                keys.add(KeyRecord.parse(records.get(i)));
            } catch (NoPassException e) {
                problem = e;
            }
        }
        if (keys.isEmpty()) {
            throw problem;
        }
        return keys;
    }
}
