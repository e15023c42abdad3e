package org.dmarcmilter.history;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcResult;

/**
 * What was seen and done for one message: the unit of history and of reports. All texts come from the message unless
 * noted, so they are hostile; whoever writes them down escapes them.
 *
 * @param jobId the MTA's queue id
 * @param reporter the MTA's host name
 * @param received when the message was judged
 * @param clientAddress canonical text; 127.0.0.1 for local connections
 * @param envelopeDomain domain of the envelope sender; empty for the null sender
 * @param dkim the DKIM results that were believed, in header order
 * @param spf the SPF result that was used
 * @param result the DMARC result
 * @param arc what the ARC fields said
 * @param action what was done
 */
public record Evaluation(
        String jobId,
        String reporter,
        Instant received,
        String clientAddress,
        String envelopeDomain,
        List<Dkim> dkim,
        Optional<Spf> spf,
        DmarcResult result,
        Arc arc,
        Action action) {

    public Evaluation {
        dkim = List.copyOf(dkim);
    }

    /** What the objects around one text take, about. */
    private static final long OVERHEAD = 60;

    /** About what this takes in memory: the texts whose number and size a sender chooses, and an allowance for the rest. */
    long octets() {
        long octets = 1_000;
        for (Dkim one : dkim) {
            octets += octets(one.domain(), one.selector(), one.identity());
        }
        for (ArcSet set : arc.sets()) {
            octets += octets(set.domain(), set.selector(), set.clientAddress());
        }
        for (SpfRecord record : spf.map(Spf::records).orElse(List.of())) {
            octets += octets(record.domain(), record.text());
        }
        if (result.discovery() instanceof Discovery.Found found) {
            for (List<String> texts : List.of(
                    found.record().rua(), found.record().ruf(), found.record().fo())) {
                octets += octets(texts.toArray(String[]::new));
            }
        }
        return octets;
    }

    private static long octets(String... texts) {
        long octets = 0;
        for (String text : texts) {
            octets += OVERHEAD + text.length();
        }
        return octets;
    }

    /**
     * One DKIM result.
     *
     * @param domain of the signature
     * @param selector empty if unknown
     * @param result RFC 8601 word
     * @param identity who signed, with or without local part; empty if unknown
     */
    public record Dkim(String domain, String selector, String result, String identity) {
        /** A result that names nobody but the domain. */
        public Dkim(String domain, String selector, String result) {
            this(domain, selector, result, "");
        }
    }

    /**
     * The SPF result.
     *
     * @param result RFC 8601 word
     * @param scope the identity that was checked
     * @param records the SPF records that took part; none if another checker found the result, which does not name them
     */
    public record Spf(String result, Scope scope, List<SpfRecord> records) {
        public Spf {
            records = List.copyOf(records);
        }

        /** A result whose records are not known. */
        public Spf(String result, Scope scope) {
            this(result, scope, List.of());
        }
    }

    /** One SPF record: the domain it was found at and what it says. */
    public record SpfRecord(String domain, String text) {}

    /** The SPF identity (RFC 7208, section 2.3 and 2.4). */
    public enum Scope {
        MAIL_FROM,
        HELO
    }

    /**
     * ARC as trusted fields report it.
     *
     * @param pass whether a trusted {@code arc=pass} was seen
     * @param overrides whether every sealer is trusted, so that a failure was overridden
     * @param sets the sets of the message, in the order of the ARC-Seal fields
     */
    public record Arc(boolean pass, boolean overrides, List<ArcSet> sets) {
        public static final Arc NONE = new Arc(false, false, List.of());

        public Arc {
            sets = List.copyOf(sets);
        }
    }

    /** One ARC set: instance, sealer domain, selector, and the client address its results name (empty if none). */
    public record ArcSet(int instance, String domain, String selector, String clientAddress) {}

    /** What was done with the message; the codes of OpenDMARC's history file. */
    public enum Action {
        REJECT(0),
        ACCEPT(2),
        TEMPFAIL(3),
        QUARANTINE(4);

        private final int code;

        Action(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }
}
