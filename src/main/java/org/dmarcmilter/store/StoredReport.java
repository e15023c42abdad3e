package org.dmarcmilter.store;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportIdentity;

/**
 * A report as it stands in the store. Its rows are streamed by {@link Reports#rows}.
 *
 * @param id of the row
 * @param policyId the row of its policy
 * @param identity as it was when the report was prepared
 * @param policy what the owner published, as it was applied
 * @param rua where the owner wanted reports when the policy was last seen, as written
 * @param errors for the element of that name
 * @param part which part of a split report, from 0
 * @param parts how many there are, at least 1
 * @param rows how many rows all parts have together
 * @param messages how many messages all parts have together
 * @param state how far it is
 * @param cause why it is void, or why it waits; empty for none
 * @param due when its destinations are to be found
 * @param expires when to give up
 * @param attempt how often somebody took it; with the row's id it says which lease is meant
 */
public record StoredReport(
        long id,
        long policyId,
        ReportIdentity identity,
        PublishedPolicy policy,
        List<String> rua,
        List<String> errors,
        int part,
        int parts,
        long rows,
        long messages,
        State state,
        String cause,
        Instant due,
        Instant expires,
        int attempt) {

    /** How far a report is. */
    public enum State {
        /** Its destinations are not known yet. */
        DUE,
        /** It has deliveries, and one is not finished. */
        OPEN,
        /** All deliveries are finished. */
        DONE,
        /** It goes to nobody. */
        VOID;

        /** The word in the table, and for operators. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public StoredReport {
        rua = List.copyOf(rua);
        errors = List.copyOf(errors);
    }
}
