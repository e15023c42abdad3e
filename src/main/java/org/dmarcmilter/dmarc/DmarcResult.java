package org.dmarcmilter.dmarc;

import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;

/**
 * The outcome for one author domain.
 *
 * @param author the author domain
 * @param status the word for {@code dmarc=} (RFC 7489, section 11.2)
 * @param discovery what was found in the DNS
 * @param policy the policy that the owner asks for (p, sp or np as applicable); {@code NONE} without a record
 * @param toApply what is left of that after sampling (pct) or test mode (t=y); what the owner would ask for at worst if the status
 *     is temperror
 * @param alignedDkim an aligned DKIM domain that passed
 * @param alignedSpf the aligned SPF domain that passed
 * @param why it is so
 */
public record DmarcResult(
        DomainName author,
        Status status,
        Discovery discovery,
        Policy policy,
        Policy toApply,
        Optional<DomainName> alignedDkim,
        Optional<DomainName> alignedSpf,
        Reason why) {

    /** With a reason that is known as a sentence. */
    public DmarcResult(
            DomainName author,
            Status status,
            Discovery discovery,
            Policy policy,
            Policy toApply,
            Optional<DomainName> alignedDkim,
            Optional<DomainName> alignedSpf,
            String reason) {
        this(author, status, discovery, policy, toApply, alignedDkim, alignedSpf, new Reason.Text(reason));
    }

    /** Why, in words for logs and explanations. */
    public String reason() {
        return why.words();
    }

    /** The result words of RFC 7489, section 11.2. */
    public enum Status {
        PASS,
        FAIL,
        NONE,
        TEMPERROR,
        PERMERROR;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in headers and logs. */
        public String word() {
            return word;
        }
    }

    /** What the owner asks for about this message, or would ask for at worst if the status is temperror. */
    public Policy disposition() {
        return status == Status.FAIL || status == Status.TEMPERROR ? toApply : Policy.NONE;
    }

    /** Whether pct (or t=y) weakened the disposition. */
    public boolean sampledOut() {
        return status == Status.FAIL && toApply != policy;
    }

    /** Where the record was found; the author domain if none was. */
    public DomainName policyDomain() {
        return discovery instanceof Discovery.Found found ? found.domain() : author;
    }
}
