package org.dmarcmilter.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.dmarcmilter.aggregate.RecordingRules;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.CachingDnsClient;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsCounters;
import org.dmarcmilter.dns.DnsjavaClient;
import org.dmarcmilter.dns.FairDnsClient;
import org.dmarcmilter.dns.Places;
import org.dmarcmilter.dns.ResolvConf;
import org.dmarcmilter.dns.TestDnsData;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.report.FailureReportSettings;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.spf.SpfEvaluator;

/**
 * Builds the {@link Rules} of a configuration: wires DNS, SPF and DMARC. The DNS client
 * and its cache are kept from one configuration to the next as long as their settings are the same.
 */
public final class Assembly {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final long samplingSalt = new SecureRandom().nextLong();
    private final String hostName = machineName();
    private final BiFunction<List<InetSocketAddress>, Duration, DnsjavaClient> firstClient;
    private final Places places = new Places(Places.IN_FLIGHT, Places.WAITING);
    private volatile Optional<OpenDns> dns = Optional.empty();

    private record OpenDns(
            Settings.Dns settings, List<InetSocketAddress> servers, DnsjavaClient network, CachingDnsClient client) {}

    /**
     * What a configuration comes to.
     *
     * @param rules what decides about messages
     * @param discovery how records and organizational domains are found
     * @param reports the options for failure reports
     * @param recording which messages aggregate reports tell of
     * @param suffixes below which names people register domains
     */
    public record Assembled(
            Rules rules,
            PolicyDiscovery discovery,
            FailureReportSettings reports,
            RecordingRules recording,
            PublicSuffixList suffixes) {}

    /** Asks the servers of the configuration. */
    public Assembly() {
        this(DnsjavaClient::new);
    }

    /** @param firstClient makes the client of the first configuration, whose thread the later ones share */
    Assembly(BiFunction<List<InetSocketAddress>, Duration, DnsjavaClient> firstClient) {
        this.firstClient = firstClient;
    }

    /** Wires what the configuration names. */
    public Assembled assemble(Configuration configuration) {
        Settings settings = configuration.settings();
        ListFiles lists = configuration.lists();
        PublicSuffixList suffixes = lists.suffixes().orElseGet(PublicSuffixList::bundled);
        DnsClient network = new FairDnsClient(dnsFor(configuration), places, suffixes);
        DnsClient client = lists.testData()
                .<DnsClient>map(text -> TestDnsData.parse(text, network))
                .orElse(network);
        PolicyDiscovery discovery =
                settings.dns().treeWalk() ? new TreeWalkDiscovery() : new SuffixListDiscovery(suffixes);
        Standard standard = settings.dns().treeWalk() ? Standard.RFC9989 : Standard.RFC7489;
        Rules rules = new Rules(
                settings,
                hostName,
                lists.ignoreHosts(),
                lists.sealers(),
                new DmarcEvaluator(discovery, standard),
                new SpfEvaluator(hostName, () -> Clock.systemUTC().instant().getEpochSecond()),
                client,
                Clock.systemUTC(),
                samplingSalt);
        return new Assembled(
                rules,
                discovery,
                reports(settings.failureReports(), lists.noReports()),
                new RecordingRules(
                        new ReportScope(lists.noReports().domains(), lists.reportOnly()),
                        settings.aggregateReports().periods().minimumInterval()),
                suffixes);
    }

    /** The places of the questions in flight, for counters. */
    Places places() {
        return places;
    }

    /** Who asks the DNS for the newest configuration. Not before the first one. */
    DnsjavaClient network() {
        return dns.orElseThrow().network();
    }

    /** What all DNS clients have seen. Not before the first configuration. */
    DnsCounters dnsCounters() {
        return network().counters();
    }

    /** The DNS client of the newest configuration, for counters. */
    Optional<CachingDnsClient> dnsClient() {
        return dns.map(OpenDns::client);
    }

    /** Completes with what ended the thread of all DNS clients, if it ends. Not before the first configuration. */
    CompletionStage<Throwable> dnsFailure() {
        return dns.orElseThrow().network().failure();
    }

    private static FailureReportSettings reports(Settings.FailureReports settings, NoReportsList noReports) {
        return new FailureReportSettings(
                settings.enabled(),
                settings.onNone(),
                settings.bcc(),
                settings.sentBy(),
                settings.command(),
                noReports);
    }

    private CachingDnsClient dnsFor(Configuration configuration) {
        Settings.Dns settings = configuration.settings().dns();
        List<InetSocketAddress> servers = servers(configuration);
        Optional<OpenDns> same = dns.filter(open -> open.settings().timeout().equals(settings.timeout())
                && open.settings().cacheSize() == settings.cacheSize()
                && open.servers().equals(servers));
        if (same.isEmpty()) {
            // Connections that began under the old client still use it; both share one thread, so that it leaves with
            // them.
            DnsjavaClient network = dns.map(open -> open.network().with(servers, settings.timeout()))
                    .orElseGet(() -> firstClient.apply(servers, settings.timeout()));
            dns = Optional.of(
                    new OpenDns(settings, servers, network, new CachingDnsClient(network, settings.cacheSize())));
        }
        return dns.orElseThrow().client();
    }

    private static List<InetSocketAddress> servers(Configuration configuration) {
        List<String> nameservers = configuration.settings().dns().nameservers();
        if (!nameservers.isEmpty()) {
            return ResolvConf.parseNameservers(String.join(",", nameservers));
        }
        try {
            return ResolvConf.parse(Files.readString(RESOLV_CONF, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return ResolvConf.parse("");
        }
    }

    /** For which the word HOSTNAME stands. */
    public static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
