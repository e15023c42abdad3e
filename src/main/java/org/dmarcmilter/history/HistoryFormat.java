package org.dmarcmilter.history;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.stream.Collectors;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.history.HistoryRecord.Signature;

/**
 * The text of OpenDMARC's history file: lines of {@code KEY SPACE VALUE LF}; {@code job} begins a record,
 * {@code action} ends it. {@code opendmarc-import} reads what {@link #write} writes.
 */
public final class HistoryFormat {
    /** No line that {@link #write} writes is longer: fifty ARC sets with every character escaped. */
    static final int MAX_LINE = 65_536;

    private static final String JSON = "json:";

    /** The keys in the order in which a record has them; {@code dkim} and {@code rua} may come several times. */
    static final List<String> KEYS = List.of(
            "job",
            "reporter",
            "received",
            "ipaddr",
            "from",
            "mfrom",
            "dkim",
            "spf",
            "spf_scope",
            "pdomain",
            "policy",
            "rua",
            "pct",
            "adkim",
            "aspf",
            "p",
            "sp",
            "fo",
            "align_dkim",
            "align_spf",
            "arc",
            "arc_policy",
            "action");

    private HistoryFormat() {}

    /** The record of one message, ending with a line feed. Whatever the message held, the text is one whole record. */
    public static String write(Evaluation evaluation) {
        return write(HistoryRecord.of(evaluation));
    }

    /** Writes values that {@link HistoryRecord#of} has made harmless. */
    static String write(HistoryRecord record) {
        Lines lines = new Lines();
        lines.add("job", record.jobId());
        lines.add("reporter", record.reporter());
        lines.add("received", record.received());
        lines.add("ipaddr", record.clientAddress());
        lines.add("from", record.fromDomain());
        lines.add("mfrom", record.envelopeDomain());
        for (Signature signature : record.dkim()) {
            lines.add(
                    "dkim",
                    orHyphen(signature.domain()) + " " + orHyphen(signature.selector()) + " " + signature.result());
        }
        lines.add("spf", record.spf());
        lines.add("spf_scope", record.spfScope());
        lines.add("pdomain", record.policyDomain());
        lines.add("policy", record.policy());
        if (record.rua().isEmpty()) {
            lines.add("rua", "-");
        }
        record.rua().forEach(uri -> lines.add("rua", uri));
        lines.add("pct", record.pct());
        lines.add("adkim", record.adkim());
        lines.add("aspf", record.aspf());
        lines.add("p", record.p());
        lines.add("sp", record.sp());
        lines.add("fo", record.fo());
        lines.add("align_dkim", record.alignDkim());
        lines.add("align_spf", record.alignSpf());
        lines.add("arc", record.arc());
        lines.add("arc_policy", record.arcPolicy() + " " + JSON + arcJson(record.arcSets()));
        lines.add("action", record.action());
        return lines.toString();
    }

    /** The lines of a record as they grow. */
    private static final class Lines {
        private final StringBuilder text = new StringBuilder(512);

        void add(String key, String value) {
            text.append(key).append(' ').append(value).append('\n');
        }

        void add(String key, long value) {
            add(key, Long.toString(value));
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    private static String orHyphen(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** OpenDMARC's spelling, with the strings escaped, which it forgets. */
    private static String arcJson(List<ArcSet> sets) {
        return sets.stream()
                .map(set -> "{ \"i\": " + set.instance() + ", \"d\":" + quoted(set.sealer()) + ", \"s\":"
                        + quoted(set.selector()) + ", \"ip\":" + quoted(set.clientIp()) + " }")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String text) {
        return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
