package org.dmarcmilter.aggregate;

import java.util.List;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;

/**
 * A policy as its owner published it and as a report shows it: {@code policy_published} (RFC 7489, appendix C; RFC 9990, section
 * 3.1.1.5), with defaults filled in, so that a tag that is absent and one that says the default are the same. Report addresses are no
 * part of it: another address is no other policy.
 *
 * @param domain where the record was found: the policy domain
 * @param standard by which text the record was read
 * @param method how it was found
 * @param p policy for the domain
 * @param sp for subdomains; {@code p} unless given
 * @param np for subdomains that do not exist; {@code sp} unless given
 * @param adkim how a DKIM domain must match
 * @param aspf how an SPF domain must match
 * @param pct share of failing mail to which the policy applies, 0 to 100
 * @param fo which failures to report: {@code 0}, {@code 1}, {@code d}, {@code s} in the record's order, never empty
 * @param testing the tag t=y (RFC 9989)
 * @param psd whether the domain is a public suffix domain
 * @param every length of the report's period, seconds
 */
public record PublishedPolicy(
        DomainName domain,
        Standard standard,
        DiscoveryMethod method,
        Policy p,
        Policy sp,
        Policy np,
        AlignmentMode adkim,
        AlignmentMode aspf,
        int pct,
        List<String> fo,
        boolean testing,
        Psd psd,
        int every) {

    /** How policy and organizational domain were found (RFC 9990, {@code discovery_method}). */
    public enum DiscoveryMethod {
        PSL,
        TREEWALK
    }

    public PublishedPolicy {
        fo = List.copyOf(fo);
    }
}
