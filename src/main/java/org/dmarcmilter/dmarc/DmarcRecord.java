package org.dmarcmilter.dmarc;

import java.util.List;
import java.util.Optional;

/**
 * A DMARC policy record, with defaults filled in (RFC 7489, section 6.3; RFC 9989, section 4.7).
 *
 * @param p policy for the domain; {@code NONE} where it had to be replaced (RFC 7489, section 6.6.3, step 6)
 * @param sp policy for subdomains, if given
 * @param np policy for subdomains that do not exist, if given (RFC 9989)
 * @param adkim how a DKIM domain must match
 * @param aspf how an SPF domain must match
 * @param pct share of failing mail to which the policy applies, 0 to 100
 * @param testing the tag t=y (RFC 9989)
 * @param psd the tag psd (RFC 9989)
 * @param fo which failures to report: a subset of {@code 0}, {@code 1}, {@code d}, {@code s}, in the record's order
 * @param reportInterval the tag ri, seconds
 * @param rua aggregate report addresses, valid ones only
 * @param ruf failure report addresses, valid ones only
 */
public record DmarcRecord(
        Policy p,
        Optional<Policy> sp,
        Optional<Policy> np,
        AlignmentMode adkim,
        AlignmentMode aspf,
        int pct,
        boolean testing,
        Psd psd,
        List<String> fo,
        long reportInterval,
        List<DmarcUri> rua,
        List<DmarcUri> ruf) {

    /** Strict or relaxed identifier alignment (RFC 7489, section 3.1). */
    public enum AlignmentMode {
        RELAXED,
        STRICT
    }

    /** Whether the record's domain is a public suffix domain (RFC 9989, section 4.7). */
    public enum Psd {
        YES,
        NO,
        UNKNOWN
    }

    public DmarcRecord {
        fo = List.copyOf(fo);
        rua = List.copyOf(rua);
        ruf = List.copyOf(ruf);
    }
}
