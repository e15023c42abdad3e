package org.dmarcmilter.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.report.Destination.Obstacle;
import org.dmarcmilter.text.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds whom the aggregate report about a policy domain goes to, when it is due (RFC 7489, sections 6.2 and 7.1; RFC 9990, sections
 * 3.5 and 4). Waits for the DNS, whose client bounds each question: for a thread that has nothing else to do.
 */
public final class AggregateRecipients {
    private static final Logger LOG = LoggerFactory.getLogger(AggregateRecipients.class);

    /** More addresses than this are not served; RFC 7489, section 6.2, asks for two at least. */
    private static final int MAX_ADDRESSES = 10;

    private static final int MAX_SHOWN = 100;

    /** The longest address (RFC 5321, section 4.5.3.1), which is as much as a store has room for. */
    private static final int MAX_BAD_ADDRESS = 320;

    private final DnsClient dns;
    private final PolicyDiscovery discovery;
    private final NoReportsList noReports;
    private final SuppressionZones zones;
    private final Verification verification;

    /** What is known in the end. */
    public sealed interface Found {
        /** Each address once, in the order of the record, at most {@value AggregateRecipients#MAX_ADDRESSES}; maybe none, and maybe all with an obstacle. */
        record Destinations(List<Destination> destinations) implements Found {
            public Destinations {
                destinations = List.copyOf(destinations);
            }
        }

        /** Nobody is asked for any more, and why. */
        record Withdrawn(String why) implements Found {}

        /** A suppression zone lists the policy domain or its organization. */
        record Suppressed(DomainName listed) implements Found {}

        /** The DNS does not say whether reports are still wanted: ask again later. */
        record Unavailable(String reason) implements Found {}
    }

    /**
     * Makes a search.
     *
     * @param dns asked
     * @param discovery asked for organizational domains
     * @param noReports who wants none
     * @param zones who is to get none
     */
    public AggregateRecipients(
            DnsClient dns, PolicyDiscovery discovery, NoReportsList noReports, SuppressionZones zones) {
        this.dns = dns;
        this.discovery = discovery;
        this.noReports = noReports;
        this.zones = zones;
        this.verification = new Verification("rua", dns, discovery);
    }

    /** Whom the record at the policy domain names now. */
    public Found find(DomainName policyDomain, Standard standard) {
        Republished now = policyDomain
                .prefixed("_dmarc")
                .map(name -> Republished.of(await(dns.query(DnsQuestion.txt(name.ascii()))), standard))
                .orElseGet(() -> new Republished.Withdrawn("its name is too long"));
        if (now instanceof Republished.Unavailable unavailable) {
            return new Found.Unavailable(unavailable.reason());
        }
        if (now instanceof Republished.Asked asked) {
            return among(policyDomain, asked.rua());
        }
        return new Found.Withdrawn(now instanceof Republished.Withdrawn withdrawn ? withdrawn.why() : "");
    }

    /**
     * Whom of these URIs, whatever the record says now.
     *
     * @param rua as in a record's tag, one URI each
     */
    public Found find(DomainName policyDomain, Standard standard, List<String> rua) {
        return among(
                policyDomain,
                rua.stream()
                        .flatMap(uri -> DmarcUri.parse(uri, standard).stream())
                        .toList());
    }

    /** Asks again for an address with {@link Obstacle#DNS}: what to use instead of it, maybe itself. */
    public List<Destination> again(DomainName policyDomain, Destination destination) {
        return DmarcUri.parse("mailto:" + encoded(destination.address()), Standard.RFC9989).stream()
                .flatMap(uri -> judged(policyDomain, uri, destination.maxSize()).stream())
                .toList();
    }

    private Found among(DomainName policyDomain, List<DmarcUri> rua) {
        List<DomainName> names = new ArrayList<>(List.of(policyDomain));
        if (!zones.zones().isEmpty()) {
            await(discovery.organizationalDomain(policyDomain, dns)).ifPresent(names::add);
        }
        Optional<DomainName> listed = await(zones.listed(names, dns));
        if (listed.isPresent()) {
            return new Found.Suppressed(listed.get());
        }
        Map<String, Destination> each = new LinkedHashMap<>();
        rua.stream().limit(MAX_ADDRESSES).forEach(uri -> {
            if (uri.mailbox().isEmpty()) {
                LOG.info(
                        "{}: no report to {}: reports go by mail only (RFC 9990, section 3.5)",
                        policyDomain,
                        Printable.named(uri.uri(), MAX_SHOWN));
            }
            judged(policyDomain, uri, uri.maxSize())
                    .forEach(destination -> each.merge(destination.address(), destination, (first, second) -> first));
        });
        return new Found.Destinations(
                each.values().stream().limit(MAX_ADDRESSES).toList());
    }

    private List<Destination> judged(DomainName policyDomain, DmarcUri uri, OptionalLong maxSize) {
        if (uri.mailbox().isEmpty()) {
            return List.of();
        }
        Optional<ReportAddress> address = ReportAddress.of(uri);
        if (address.isEmpty()) {
            // For the operator's eyes only, so that the beginning will do.
            String text = Printable.of(
                    uri.mailbox().get().localPart() + "@" + uri.mailbox().get().domain(), MAX_BAD_ADDRESS);
            return List.of(new Destination(text, maxSize, Optional.of(Obstacle.BAD_ADDRESS)));
        }
        Destination asked = new Destination(address.get().text(), maxSize, Optional.empty());
        // Before strangers are asked about it.
        if (noReports.contains(address.get())) {
            return List.of(asked.behind(Obstacle.EXCLUDED));
        }
        Verification.Answer answer = await(verification.verify(policyDomain, address.get()));
        if (answer instanceof Verification.Answer.Accepted accepted) {
            return accepted.addresses().stream()
                    .map(other -> listed(new Destination(other.text(), maxSize, Optional.empty()), other))
                    .toList();
        }
        return List.of(
                asked.behind(answer instanceof Verification.Answer.Refused ? Obstacle.UNAUTHORIZED : Obstacle.DNS));
    }

    private Destination listed(Destination destination, ReportAddress address) {
        if (noReports.contains(address)) {
            return destination.behind(Obstacle.EXCLUDED);
        }
        return await(zones.listed(List.of(address.domain()), dns)).isPresent()
                ? destination.behind(Obstacle.SUPPRESSED)
                : destination;
    }

    /** An address of ours as part of a URI: of what a local part may hold, these mean something there. */
    private static String encoded(String address) {
        return address.replace("#", "%23").replace("&", "%26");
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
