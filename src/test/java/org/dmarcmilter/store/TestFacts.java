package org.dmarcmilter.store;

import java.util.List;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/**
 * A message for a test of the store.
 *
 * @param domain policy domain
 * @param pct tells configurations apart
 * @param every length of its periods, seconds
 * @param rua one address
 * @param client its address
 * @param selector tells rows apart
 * @param weight REJECTED is one that failed, the others passed
 */
public record TestFacts(String domain, int pct, int every, String rua, String client, String selector, Weight weight) {
    /** One that passed, from example.com. */
    public static TestFacts passed() {
        return new TestFacts("example.com", 100, 86_400, "mailto:a@example.com", "192.0.2.1", "s1", Weight.REASON);
    }

    public TestFacts domain(String other) {
        return new TestFacts(other, pct, every, rua, client, selector, weight);
    }

    public TestFacts pct(int other) {
        return new TestFacts(domain, other, every, rua, client, selector, weight);
    }

    public TestFacts every(int seconds) {
        return new TestFacts(domain, pct, seconds, rua, client, selector, weight);
    }

    public TestFacts rua(String other) {
        return new TestFacts(domain, pct, every, other, client, selector, weight);
    }

    public TestFacts client(String other) {
        return new TestFacts(domain, pct, every, rua, other, selector, weight);
    }

    public TestFacts selector(String other) {
        return new TestFacts(domain, pct, every, rua, client, other, weight);
    }

    public TestFacts weight(Weight other) {
        return new TestFacts(domain, pct, every, rua, client, selector, other);
    }

    public ReportFacts facts() {
        boolean passes = weight != Weight.REJECTED;
        AuthResult result = passes ? AuthResult.PASS : AuthResult.FAIL;
        return new ReportFacts(
                policy(),
                List.of(rua),
                List.of(),
                IpAddress.of(client),
                new RowFacts(
                        passes ? Disposition.PASS : Disposition.REJECT,
                        passes,
                        passes,
                        List.of(),
                        domain,
                        domain,
                        "",
                        List.of(new DkimAuth(domain, selector, result)),
                        new SpfAuth(domain, false, result),
                        weight));
    }

    private PublishedPolicy policy() {
        return new PublishedPolicy(
                DomainName.of(domain),
                Standard.RFC7489,
                PublishedPolicy.DiscoveryMethod.PSL,
                Policy.REJECT,
                Policy.REJECT,
                Policy.REJECT,
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                pct,
                List.of("0"),
                false,
                Psd.UNKNOWN,
                every);
    }
}
