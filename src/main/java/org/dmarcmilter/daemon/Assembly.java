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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.DmarcEvaluator;
import org.dmarcmilter.dmarc.PolicyDiscovery;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.dmarc.TreeWalkDiscovery;
import org.dmarcmilter.dns.CachingDnsClient;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsjavaClient;
import org.dmarcmilter.dns.ResolvConf;
import org.dmarcmilter.dns.TestDnsData;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.judge.IgnoreList;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.report.FailureReportSettings;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.spf.SpfEvaluator;
import org.dmarcmilter.text.EntryList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the {@link Rules} of a configuration: opens its list files and wires DNS, SPF and DMARC. The DNS client
 * and its cache are kept from one configuration to the next as long as their settings are the same.
 */
public final class Assembly {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int MOST_QUESTIONS_IN_FLIGHT = 1_000;
    private static final int FEWEST_SUFFIX_RULES = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

    private final long samplingSalt = new SecureRandom().nextLong();
    private final String hostName = machineName();
    private final BiFunction<List<InetSocketAddress>, Duration, DnsjavaClient> firstClient;
    private Optional<OpenDns> dns = Optional.empty();

    private record OpenDns(
            Settings.Dns settings, List<InetSocketAddress> servers, DnsjavaClient network, CachingDnsClient client) {}

    /**
     * What a configuration comes to.
     *
     * @param rules what decides about messages
     * @param discovery how records and organizational domains are found
     * @param reports the options for failure reports
     */
    public record Assembled(Rules rules, PolicyDiscovery discovery, FailureReportSettings reports) {}

    /** Asks the servers of the configuration. */
    public Assembly() {
        this((servers, timeout) -> new DnsjavaClient(servers, timeout, MOST_QUESTIONS_IN_FLIGHT));
    }

    /** @param firstClient makes the client of the first configuration, whose thread the later ones share */
    Assembly(BiFunction<List<InetSocketAddress>, Duration, DnsjavaClient> firstClient) {
        this.firstClient = firstClient;
    }

    /**
     * Opens what the configuration names and wires it.
     *
     * @throws ConfigException if a list file cannot be read or understood; nothing has changed then
     */
    public Assembled assemble(Configuration configuration) throws ConfigException {
        Settings settings = configuration.settings();
        FailureReportSettings reports = failureReports(settings.failureReports());
        IgnoreList ignoreHosts = ignoreHosts(settings.exemptions());
        Set<String> sealers = trustedSealers(settings.arc());
        Optional<PublicSuffixList> suffixes =
                settings.dns().treeWalk() ? Optional.empty() : Optional.of(suffixList(settings.dns()));
        Optional<String> testData = settings.dns().testData().isPresent()
                ? Optional.of(readList(settings.dns().testData().get(), "can't load fake DNS data"))
                : Optional.empty();
        DnsClient network = dnsFor(settings.dns());
        DnsClient client = testData.isPresent() ? TestDnsData.parse(testData.get(), network) : network;
        PolicyDiscovery discovery =
                suffixes.isPresent() ? new SuffixListDiscovery(suffixes.get()) : new TreeWalkDiscovery();
        Standard standard = settings.dns().treeWalk() ? Standard.RFC9989 : Standard.RFC7489;
        Rules rules = new Rules(
                settings,
                hostName,
                ignoreHosts,
                sealers,
                new DmarcEvaluator(discovery, standard),
                new SpfEvaluator(hostName, () -> Clock.systemUTC().instant().getEpochSecond()),
                client,
                Clock.systemUTC(),
                samplingSalt);
        return new Assembled(rules, discovery, reports);
    }

    /** The DNS client of the newest configuration, for counters. */
    Optional<CachingDnsClient> dnsClient() {
        return dns.map(OpenDns::client);
    }

    /** Completes with what ended the thread of all DNS clients, if it ends. Not before the first configuration. */
    CompletionStage<Throwable> dnsFailure() {
        return dns.orElseThrow().network().failure();
    }

    private static FailureReportSettings failureReports(Settings.FailureReports settings) throws ConfigException {
        NoReportsList noReports = settings.noReportsList().isPresent()
                ? NoReportsList.parse(readList(settings.noReportsList().get(), "can't load no-reports list from"))
                : NoReportsList.NONE;
        return new FailureReportSettings(
                settings.enabled(),
                settings.onNone(),
                settings.bcc(),
                settings.sentBy(),
                settings.command(),
                noReports);
    }

    private static IgnoreList ignoreHosts(Settings.Exemptions exemptions) throws ConfigException {
        if (exemptions.hostsFile().isEmpty()) {
            return IgnoreList.parse("");
        }
        String file = exemptions.hostsFile().get();
        try {
            return IgnoreList.parse(readList(file, "can't load ignore list from"));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("can't load ignore list from " + file + ": " + e.getMessage());
        }
    }

    private static Set<String> trustedSealers(Settings.Arc arc) throws ConfigException {
        Set<String> sealers = new HashSet<>();
        arc.trustedSealers().forEach(domain -> sealers.add(domain.toLowerCase(Locale.ROOT)));
        if (arc.trustedSealersFile().isPresent()) {
            EntryList.of(readList(arc.trustedSealersFile().get(), "can't load domain whitelist file from"))
                    .forEach(entry -> sealers.add(entry.word().toLowerCase(Locale.ROOT)));
        }
        return sealers;
    }

    /** The configured list is preferred; a list that cannot be used must not stop the mail, since we carry one. */
    private static PublicSuffixList suffixList(Settings.Dns dns) {
        PublicSuffixList bundled = PublicSuffixList.bundled();
        if (dns.publicSuffixList().isEmpty()) {
            return bundled;
        }
        String file = dns.publicSuffixList().get();
        String problem;
        try {
            PublicSuffixList list = PublicSuffixList.parse(Files.readString(Path.of(file), StandardCharsets.UTF_8));
            if (list.ruleCount() >= FEWEST_SUFFIX_RULES) {
                return list;
            }
            LOG.warn("PublicSuffixList {} has only {} rules; is it the whole list?", file, list.ruleCount());
            return list;
        } catch (IOException e) {
            problem = Configuration.reason(e);
        } catch (IllegalArgumentException e) {
            problem = String.valueOf(e.getMessage());
        }
        LOG.warn(
                "PublicSuffixList {} cannot be used: {}; using the list that comes with the program ({} of {})."
                        + " Install the package publicsuffix (Debian) or publicsuffix-list (Rocky), or remove the line",
                file,
                problem,
                bundled.version().orElse("version unknown"),
                ProgramVersion.NAME_AND_VERSION);
        return bundled;
    }

    private static String readList(String file, String problem) throws ConfigException {
        try {
            return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException(problem + " " + file + ": " + Configuration.reason(e));
        }
    }

    private DnsClient dnsFor(Settings.Dns settings) throws ConfigException {
        List<InetSocketAddress> servers = servers(settings);
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

    private static List<InetSocketAddress> servers(Settings.Dns settings) throws ConfigException {
        if (settings.nameservers().isPresent()) {
            try {
                return ResolvConf.parseNameservers(settings.nameservers().get());
            } catch (IllegalArgumentException e) {
                throw new ConfigException("Nameservers: " + e.getMessage());
            }
        }
        try {
            return ResolvConf.parse(Files.readString(RESOLV_CONF, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return ResolvConf.parse("");
        }
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
