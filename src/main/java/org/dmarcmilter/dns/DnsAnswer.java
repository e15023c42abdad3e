package org.dmarcmilter.dns;

import java.util.List;

/** What the DNS said to one question. A name that is missing is an answer; a server that is silent is not. */
public sealed interface DnsAnswer {
    /** What a record takes beside its text. */
    int OCTETS_PER_RECORD = 64;

    /**
     * The records at the end of the CNAME chain, at least one, one text each. TXT: the character-strings joined
     * (RFC 7208, section 3.3), one character per octet (ISO 8859-1). A and AAAA: the address as text. MX: exchange
     * names, best preference first, {@code ""} for a null MX. PTR: names. Names are without trailing dot, lower case.
     */
    record Found(List<String> records) implements DnsAnswer {
        public Found {
            records = List.copyOf(records);
        }

        /** About what it takes in memory: an answer of thousands of empty records is not small. */
        int octets() {
            int octets = 0;
            for (int i = 0; i < records.size(); i++) {
                octets += OCTETS_PER_RECORD + records.get(i).length();
            }
            return octets;
        }
    }

    /** No such records: the name exists (RFC 2308, section 2.2), be it as an alias of one that does not. */
    record NoData() implements DnsAnswer {}

    /** NXDOMAIN: neither the name nor anything below it exists (RFC 8020). */
    record NoSuchName() implements DnsAnswer {}

    /**
     * Time-out, SERVFAIL, REFUSED, a broken answer or a CNAME loop: ask again later, decide nothing now.
     *
     * @param ours whether a limit or a failure of ours is to blame: the DNS was not asked, or not heard to the end
     */
    record Unavailable(String reason, boolean ours) implements DnsAnswer {
        /** The DNS is to blame. */
        public Unavailable(String reason) {
            this(reason, false);
        }
    }
}
