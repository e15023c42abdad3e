package org.dmarcmilter.history;

import java.util.List;
import org.dmarcmilter.authres.ArcFields.ArcSet;

/**
 * A record of a history file as {@link HistoryReader} reads it: its words and numbers, in the order of its keys, as OpenDMARC means them.
 *
 * @param line where it begins in the file, from 1
 */
public record HistoryRecord(
        int line,
        String jobId,
        String reporter,
        long received,
        String clientAddress,
        String fromDomain,
        String envelopeDomain,
        List<Signature> dkim,
        int spf,
        int spfScope,
        String policyDomain,
        int policy,
        List<String> rua,
        int pct,
        int adkim,
        int aspf,
        int p,
        int sp,
        int fo,
        int alignDkim,
        int alignSpf,
        int arc,
        int arcPolicy,
        List<ArcSet> arcSets,
        int action) {

    /** One DKIM result; domain and selector are empty where the file has a hyphen. */
    public record Signature(String domain, String selector, int result) {}
}
