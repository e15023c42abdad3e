package org.dmarcmilter.dmarc;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.PolicyRecords.AtName;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;

/**
 * Policy discovery of RFC 7489: the author domain, then its organizational domain by the public suffix list; nothing in
 * between (section 6.6.3 with erratum 5495).
 */
public final class SuffixListDiscovery implements PolicyDiscovery {
    private final PublicSuffixList suffixes;
    private final PolicyRecords records = new PolicyRecords(Standard.RFC7489);

    public SuffixListDiscovery(PublicSuffixList suffixes) {
        this.suffixes = suffixes;
    }

    @Override
    public CompletionStage<Discovery> discover(DomainName author, DnsClient dns) {
        return records.at(author, dns).thenCompose(own -> {
            Discovery first = judge(own, author, author);
            boolean goesOn = own instanceof AtName.None || own instanceof AtName.Unavailable;
            DomainName org = goesOn ? suffixes.organizationalDomain(author) : author;
            return org.equals(author)
                    ? CompletableFuture.completedFuture(first)
                    : records.at(org, dns).thenApply(inherited -> inherited(first, judge(inherited, author, org)));
        });
    }

    /** OpenDMARC applies the organizational domain's policy after a failed lookup too; then a time-out would weaken a policy. */
    private static Discovery inherited(Discovery own, Discovery inherited) {
        return own instanceof Discovery.Unavailable unavailable
                ? new Discovery.Unavailable(unavailable.reason(), inherited)
                : inherited;
    }

    /** Steps 4 to 6, after the fallback: two records at the author domain do not lead to the organizational domain. */
    private static Discovery judge(AtName answer, DomainName author, DomainName asked) {
        if (answer instanceof AtName.One one) {
            return one.asDiscovery(!asked.equals(author));
        }
        if (answer instanceof AtName.Unavailable unavailable) {
            return new Discovery.Unavailable(unavailable.reason(), Optional.empty());
        }
        if (answer instanceof AtName.Several) {
            // OpenDMARC takes the first one.
            return new Discovery.NoPolicy("several DMARC records at _dmarc." + asked);
        }
        return new Discovery.NoPolicy(
                asked.equals(author)
                        ? "no DMARC record at _dmarc." + author
                        : "no DMARC record at _dmarc." + author + " or _dmarc." + asked);
    }

    @Override
    public CompletionStage<Optional<DomainName>> organizationalDomain(DomainName name, DnsClient dns) {
        return CompletableFuture.completedFuture(Optional.of(suffixes.organizationalDomain(name)));
    }
}
